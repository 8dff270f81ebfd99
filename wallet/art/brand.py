"""One colour in, a safe set out: no choice is refused, and every text on it or in it can be read.

Contrast is WCAG's (https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio): text reaches 4.5, edges 3.
"""

import colorsys
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

TEXT_CONTRAST: Final = 4.5
EDGE_CONTRAST: Final = 3.0

CARD_PAPER: Final = "#faf5ea"
"""The paper of strips and seals, light in both modes: a pass does not turn dark."""
CARD_RING: Final = "#766d5c"
"""Empty rings and their numbers on that paper."""

_WHITE: Final = "#ffffff"
_BLACK: Final = "#000000"


class Modes(NamedTuple):
    """A colour of the pages, in light and in dark mode."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What is made of one colour; all are `#rrggbb` in lower case.

    `on_brand` is text on the colour itself, `on_brand_2` its second voice (Apple's labelColor),
    `card_ink` the ink on the strip's paper. The others are for pages: the colour as text, as an
    edge, and as a soft ground.
    """

    color: str
    on_brand: str
    on_brand_2: str
    brand_text: Modes
    brand_edge: Modes
    brand_soft: Modes
    card_ink: str


class _Page(NamedTuple):
    """The grounds of one mode, as in the style sheet; `end` is where a colour can stand out."""

    surface: str
    paper: str
    sunken: str
    soft_percent: int
    end: float


_LIGHT: Final = _Page("#ffffff", "#f5f3ee", "#ebe7de", soft_percent=10, end=0.0)
_DARK: Final = _Page("#1e1b17", "#14120f", "#2a2620", soft_percent=18, end=1.0)

_SRGB_STRAIGHT: Final = 0.04045
"""Up to here, sRGB's curve is a straight line."""


@lru_cache(maxsize=256)
def brand(color: str) -> Brand:
    """The set for a colour of the form `#rrggbb`. Raises ValueError for any other form."""
    color = _written(rgb(color))
    on_brand = _WHITE if contrast(_WHITE, color) >= TEXT_CONTRAST else _BLACK
    return Brand(
        color=color,
        on_brand=on_brand,
        on_brand_2=_second_voice(color, on_brand),
        brand_text=Modes(_text(color, _LIGHT), _text(color, _DARK)),
        brand_edge=Modes(_edge(color, _LIGHT), _edge(color, _DARK)),
        brand_soft=Modes(_soft(color, _LIGHT), _soft(color, _DARK)),
        card_ink=_until(TEXT_CONTRAST, color, (CARD_PAPER,), end=_LIGHT.end),
    )


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, from 1 (the same) to 21 (black and white)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(ground: str, color: str, percent: int) -> str:
    """So many percent of the colour in the ground."""
    pairs = zip(rgb(ground), rgb(color), strict=True)
    return _written((g * (100 - percent) + c * percent) / 100 for g, c in pairs)


def rgb(color: str) -> tuple[int, int, int]:
    """The three bytes of a colour of the form `#rrggbb`. Raises ValueError for any other form."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise ValueError(f"not a colour of the form #rrggbb: {color!r}")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _written(parts: Iterable[float]) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _SRGB_STRAIGHT else ((part + 0.055) / 1.055) ** 2.4


def _second_voice(color: str, on_brand: str) -> str:
    """`on_brand` with up to 30 % of the colour, as much of it as leaves it readable."""
    shades = (mixed(on_brand, color, percent) for percent in range(30, 0, -5))
    readable = (shade for shade in shades if contrast(shade, color) >= TEXT_CONTRAST)
    return next(readable, on_brand)


def _soft(color: str, page: _Page) -> str:
    return mixed(page.surface, color, page.soft_percent)


def _text(color: str, page: _Page) -> str:
    grounds = (page.surface, page.paper, page.sunken, _soft(color, page))
    return _until(TEXT_CONTRAST, color, grounds, end=page.end)


def _edge(color: str, page: _Page) -> str:
    return _until(EDGE_CONTRAST, color, (page.surface, page.paper, page.sunken), end=page.end)


def _until(least: float, color: str, grounds: tuple[str, ...], *, end: float) -> str:
    """The colour, no nearer to black or white than it takes to stand out from all the grounds."""
    return next(
        shade
        for shade in _shades(color, end)
        if all(contrast(shade, ground) >= least for ground in grounds)
    )


def _shades(color: str, end: float) -> Iterator[str]:
    """The colour on its way to black or white: 1 % of it a step; hue and saturation stay."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in rgb(color)))
    for percent in range(101):
        shade = lightness + (end - lightness) * percent / 100
        yield _written(part * 255 for part in colorsys.hls_to_rgb(hue, shade, saturation))
