"""The stamp card as parts of an inline SVG, for pages whose first paint brings no picture file.

Geometry and pictures are those of the passes (`wallet.art`); templates/strip.html writes them
down. Ink is a filter, so that the markup of ten stamps is one symbol and ten short lines.
"""

from functools import lru_cache

from msgspec import Struct

from wallet.art.paths import scallop_path
from wallet.art.pictures import Drawn, drawn
from wallet.art.places import APPLE, WIDTH, Place, balance_places, places
from wallet.domain.designs import Picture, StampStyle

# The styles as wallet.art.stamps draws them, in the same units; a test compares the two.
RADIUS_UNITS = 23.4
PICTURE_SCALES = {StampStyle.PAD: 1.14, StampStyle.RING: 1.06, StampStyle.ROSETTE: 1.06}
SCALLOPS = (20, 21.2, 3.4)
_GIFT_SCALE = 1.18


class Shape(Struct, frozen=True, kw_only=True):
    """A path or a circle (`r`) to fill, or to stroke with `width`; in ink or cut out of it."""

    d: str = ""
    r: str = ""
    width: str = ""
    dashes: str = ""
    ink: bool = True


class Symbol(Struct, frozen=True, kw_only=True):
    """A stamp, drawn once: its body, and its picture at a scale."""

    id: str
    body: tuple[Shape, ...] = ()
    scale: str = "1"
    picture: tuple[Shape, ...] = ()


class Ring(Struct, frozen=True, kw_only=True):
    """A place that waits: a ring with a number, or with the gift, each under its transform."""

    x: str
    y: str
    r: str
    number: int
    number_transform: str
    gift_transform: str


class Stamp(Struct, frozen=True, kw_only=True):
    """A stamp at its place; a pale one is mere ornament."""

    symbol: str
    transform: str
    pale: bool = False


class StampCard(Struct, frozen=True, kw_only=True):
    """All parts of a card, in the coordinates of `width` and `height`."""

    width: str
    height: str
    symbols: tuple[Symbol, ...]
    rings: tuple[Ring, ...]
    goal: Ring | None
    stamps: tuple[Stamp, ...]


@lru_cache(maxsize=256)
def stamp_card(style: str, picture: str, stamps: int, target: int | None) -> StampCard:
    """The parts of a card. `target` None: one that counts points.

    `stamps` outside 0..target are drawn as the nearest. Raises ValueError for what we do not have.
    """
    stamp = _symbol(style, picture)
    if target is None:
        row = balance_places(APPLE)
        middle = row[len(row) // 2]
        given = tuple(_stamp(stamp.id, place, pale=place is not middle) for place in row)
        return _card((stamp,), (), None, given)
    return _stamps_card(stamp, style, min(max(stamps, 0), target), places(target, APPLE))


@lru_cache(maxsize=16)
def seal(picture: str) -> tuple[Shape, ...]:
    """The picture in the shop's seal, in a square of 28 about the origin."""
    return _inked(picture)


def _stamps_card(stamp: Symbol, style: str, stamps: int, row: tuple[Place, ...]) -> StampCard:
    *before, last = row
    given = [_stamp(stamp.id, place) for place in before[:stamps]]
    waiting = tuple(_ring(place) for place in before[stamps:])
    if stamps < len(row):
        gift = Symbol(id="gift", picture=_inked(Picture.GIFT))
        return _card((stamp, gift) if given else (gift,), waiting, _ring(last), tuple(given))
    gift = _symbol(style, Picture.GIFT)
    symbols = (gift,) if gift.id == stamp.id or not given else (stamp, gift)
    return _card(symbols, (), None, (*given, _stamp(gift.id, last)))


def _card(
    symbols: tuple[Symbol, ...],
    rings: tuple[Ring, ...],
    goal: Ring | None,
    stamps: tuple[Stamp, ...],
) -> StampCard:
    return StampCard(
        width=_short(WIDTH),
        height=_short(APPLE.height),
        symbols=symbols,
        rings=rings,
        goal=goal,
        stamps=stamps,
    )


def _ring(place: Place) -> Ring:
    size = min(13.0, 0.64 * place.radius)
    scale = _GIFT_SCALE * place.radius / RADIUS_UNITS
    return Ring(
        x=_short(place.x),
        y=_short(place.y),
        r=_short(place.radius - 1.5),
        number=place.number,
        # The style sheet sets the number in 13 px; a small ring has a smaller one.
        number_transform=(
            f"translate({_short(place.x)} {_short(place.y + 0.355 * size)}) scale({size / 13:.3g})"
        ),
        gift_transform=f"translate({_short(place.x)} {_short(place.y)}) scale({scale:.3f})",
    )


def _stamp(symbol: str, place: Place, *, pale: bool = False) -> Stamp:
    x, y = place.x + place.shift[0], place.y + place.shift[1]
    return Stamp(
        symbol=symbol,
        transform=(
            f"translate({_short(x)} {_short(y)}) rotate({place.turn_degrees:.0f})"
            f" scale({place.radius / RADIUS_UNITS:.3f})"
        ),
        pale=pale,
    )


def _symbol(style: str, picture: str) -> Symbol:
    kind = StampStyle(style)
    parts = drawn(picture)
    return Symbol(
        id=f"{kind}-{picture}",
        body=_BODIES[kind],
        scale=str(PICTURE_SCALES[kind]),
        picture=tuple(_shape(part, inked=kind is StampStyle.RING) for part in parts),
    )


def _inked(picture: str) -> tuple[Shape, ...]:
    return tuple(_shape(part, inked=True) for part in drawn(picture))


def _shape(part: Drawn, *, inked: bool) -> Shape:
    return Shape(
        d=" ".join(part.paths),
        width="" if part.width is None else _short(part.width),
        ink=part.ink is inked,
    )


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


_BODIES = {
    StampStyle.PAD: (Shape(r="23"), Shape(r="19.8", width="1", ink=False)),
    StampStyle.RING: (Shape(r="22", width="2.8"), Shape(r="18", width="1.3")),
    StampStyle.ROSETTE: (
        Shape(d=scallop_path(SCALLOPS[0], radius=SCALLOPS[1], bulge=SCALLOPS[2])),
        Shape(r="18.3", width="1.1", dashes="2.2 2.04", ink=False),
    ),
}
