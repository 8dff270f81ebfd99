"""The pictures in the middle of a stamp, as data: SVG paths between -12 and 12, y downwards.

One weight: lines of 1.6 to 2. No faces, no letters. Parts are drawn in order, and what is cut is
cut out of the ink before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple

from wallet.art.paths import Line, read
from wallet.domain.designs import Picture


@dataclass(frozen=True, slots=True)
class Part:
    """Lines to fill (`width` None) or to stroke with that width, in ink or in paper."""

    lines: tuple[Line, ...]
    width: float | None = None
    ink: bool = True

    def scaled(self, scale: float) -> "Part":
        """The part made larger or smaller about the origin, its width too."""
        lines = tuple(line.scaled(scale) for line in self.lines)
        return Part(lines, None if self.width is None else self.width * scale, self.ink)

    def inverted(self) -> "Part":
        """The same in paper where it was ink."""
        return Part(self.lines, self.width, not self.ink)


def picture(name: str) -> tuple[Part, ...]:
    """The parts of a picture. Raises ValueError for a name that is none of `Picture`."""
    drawn(name)
    return _read(Picture(name))


@cache
def _read(name: Picture) -> tuple[Part, ...]:
    return tuple(
        Part(read(" ".join(drawn.paths)), drawn.width, drawn.ink) for drawn in _DRAWN[name]
    )


class Drawn(NamedTuple):
    """One part as data: pieces of an SVG path, to fill (`width` None) or to stroke."""

    paths: tuple[str, ...]
    width: float | None
    ink: bool


def drawn(name: str) -> tuple[Drawn, ...]:
    """The parts of a picture as SVG paths. Raises ValueError for a name that is none of ours."""
    if name not in _DRAWN:
        raise ValueError(f"unknown picture {name!r}: one of {', '.join(_DRAWN)}")
    return _DRAWN[Picture(name)]


def _fill(*paths: str) -> Drawn:
    return Drawn(paths, width=None, ink=True)


def _line(width: float, *paths: str) -> Drawn:
    return Drawn(paths, width, ink=True)


def _cut(width: float, *paths: str) -> Drawn:
    return Drawn(paths, width, ink=False)


_CUP: Final = (
    _fill("M-9.5-3h14.5v7a6 6 0 0 1-6 6h-2.5a6 6 0 0 1-6-6z"),
    _line(
        1.9,
        "M5.2-.8h1.5a3.2 3.2 0 0 1 0 6.4H4.6",
        "M-5-10q1.7 1.8 0 4",
        "M.4-10q1.7 1.8 0 4",
    ),
)

_LOAF: Final = (
    _fill(
        "M-11 3.5C-11-4-6.5-7.5 0-7.5S11-4 11 3.5",
        "A2.5 2.5 0 0 1 8.5 6h-17A2.5 2.5 0 0 1-11 3.5z",
    ),
    _cut(1.6, "M-5.5-4.2l2.2 4.4", "M-.7-5.2l2.2 4.8", "M4.2-4.6l2.2 4.4"),
)

_SCISSORS: Final = (
    _line(
        2.0,
        "M-3.6 3.4L5.5-10",
        "M3.6 3.4L-5.5-10",
        "M-5.8 3.2a3.4 3.4 0 1 0 .1 0z",
        "M5.8 3.2a3.4 3.4 0 1 0 .1 0z",
    ),
)

_DUMBBELL: Final = (
    _fill(
        "M-8.5-6.5h3.5v13h-3.5z",
        "M5-6.5h3.5v13H5z",
        "M-11.5-3.5h2v7h-2z",
        "M9.5-3.5h2v7h-2z",
    ),
    _line(2.6, "M-5 0H5"),
)

_GIFT: Final = (
    _line(
        1.6,
        "M-8.5-3.5h17v4h-17z",
        "M-7 .5h14v8.5H-7z",
        "M0-3.5V9",
        "M0-3.5c-2-5.5-7.5-5.5-6.5-2 .5 1.7 3.5 2 6.5 2z",
        "M0-3.5c2-5.5 7.5-5.5 6.5-2-.5 1.7-3.5 2-6.5 2z",
    ),
)

# A tulip with two leaves.
_FLOWER: Final = (
    _fill(
        "M-6-10.5C-4.6-9.9-3.6-9-2.8-7.8-2.2-9.4-1.2-10.6 0-11.5",
        "1.2-10.6 2.2-9.4 2.8-7.8 3.6-9 4.6-9.9 6-10.5",
        "V-5.5C6-1.8 3.5 .8 0 .8S-6-1.8-6-5.5z",
    ),
    _line(1.9, "M0 .5V10.4"),
    _fill(
        "M-.2 10.8C-5.4 10.8-8.6 8-8.6 2.6-3.4 3-.2 5.8-.2 10.8z",
        "M.2 10.8C5.4 10.8 8.6 8 8.6 2.6 3.4 3 .2 5.8 .2 10.8z",
    ),
)

# Open, with two lines on each page.
_BOOK: Final = (
    _fill(
        "M0-5.4C-3.2-7.7-7.2-8.3-11-7.6V6C-7.2 5.3-3.2 5.9 0 8.2",
        "3.2 5.9 7.2 5.3 11 6V-7.6C7.2-8.3 3.2-7.7 0-5.4z",
    ),
    _cut(
        1.6,
        "M0-5.4V8.2",
        "M-8-3.6C-6.2-3.8-4.6-3.5-3-2.8",
        "M-8 .4C-6.2 .2-4.6 .5-3 1.2",
        "M8-3.6C6.2-3.8 4.6-3.5 3-2.8",
        "M8 .4C6.2 .2 4.6 .5 3 1.2",
    ),
)

_PAW: Final = (
    _fill(
        "M0 .2C3.4 .2 4.6 3 6.4 5 8.4 7.2 7 10 4.4 9.9 2.6 9.8 1.6 9.1 0 9.1",
        "S-2.6 9.8-4.4 9.9C-7 10-8.4 7.2-6.4 5-4.6 3-3.4 .2 0 .2z",
        "M-3.4-9.6a2.2 3.2-8 0 1 0 6.4a2.2 3.2-8 0 1 0-6.4z",
        "M3.4-9.6a2.2 3.2 8 0 1 0 6.4a2.2 3.2 8 0 1 0-6.4z",
        "M-8.4-4.4a2 2.8-24 0 1 0 5.6a2 2.8-24 0 1 0-5.6z",
        "M8.4-4.4a2 2.8 24 0 1 0 5.6a2 2.8 24 0 1 0-5.6z",
    ),
)

# A bottle of varnish: the cap, and the glass with a gleam.
_NAIL: Final = (
    _fill(
        "M-2.4-11.5h4.8L3.2-3h-6.4z",
        "M-3.6-.9h7.2C5.8 .4 6.9 2.2 6.9 4.6V8.4A2.6 2.6 0 0 1 4.3 11h-8.6",
        "A2.6 2.6 0 0 1-6.9 8.4V4.6C-6.9 2.2-5.8 .4-3.6-.9z",
    ),
    _cut(1.6, "M-3.9 4.2V7.6"),
)

_DRAWN: Final[Mapping[Picture, tuple[Drawn, ...]]] = MappingProxyType(
    {
        Picture.CUP: _CUP,
        Picture.LOAF: _LOAF,
        Picture.SCISSORS: _SCISSORS,
        Picture.DUMBBELL: _DUMBBELL,
        Picture.GIFT: _GIFT,
        Picture.FLOWER: _FLOWER,
        Picture.BOOK: _BOOK,
        Picture.PAW: _PAW,
        Picture.NAIL: _NAIL,
    }
)
