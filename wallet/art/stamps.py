"""A stamp is made as by hand: a block is cut for the design, then pressed at each place.

The block is drawn once; pressing turns it, shifts it and lets its ink wander, in one resampling.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageChops

from wallet.art.ink import cover, drift
from wallet.art.paths import circle, dashes, scallops
from wallet.art.pictures import Part, picture
from wallet.art.places import REACH, Place, smallness
from wallet.art.plates import Plate
from wallet.domain.designs import Design, Picture, StampStyle

RADIUS_UNITS: Final = 23.4
"""The radius of a stamp in the units in which the styles are drawn; scallops end 0.2 beyond."""

_BLOCK_FINENESS: Final = 2
"""A block is kept so much finer than the picture, since pressing turns and bends it."""
_PRESS_FINENESS: Final = 2
_CELL_POINTS: Final = 2.0
"""A block is bent in squares of this size, less than half the shortest wave of the drift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    parts: tuple[Part, ...]
    picture_scale: float
    picture_in_ink: bool


_BODIES: Final[Mapping[StampStyle, _Body]] = MappingProxyType(
    {
        StampStyle.PAD: _Body(
            parts=(Part((circle(23.0),)), Part((circle(19.8),), 1.0, ink=False)),
            picture_scale=1.14,
            picture_in_ink=False,
        ),
        StampStyle.RING: _Body(
            parts=(Part((circle(22.0),), 2.8), Part((circle(18.0),), 1.3)),
            picture_scale=1.06,
            picture_in_ink=True,
        ),
        StampStyle.ROSETTE: _Body(
            parts=(
                Part((scallops(20, radius=21.2, bulge=3.4),)),
                Part(dashes(18.3, count=27, share=0.52), 1.1, ink=False),
            ),
            picture_scale=1.06,
            picture_in_ink=False,
        ),
    }
)


def tile_side(radius: float, scale: float) -> int:
    """The pixels of a square that holds a place with all that its stamp may reach."""
    return 2 * math.ceil((radius + REACH) * scale)


def tile_corner(place: Place, scale: float) -> tuple[int, int]:
    """Where that square begins on the strip, in pixels."""
    half = tile_side(place.radius, scale) // 2
    return round(place.x * scale) - half, round(place.y * scale) - half


def check(design: Design) -> None:
    """Raises ValueError for a style or a picture that we do not have."""
    _body(design.style)
    picture(design.picture)


def pressed(style: str, name: str, place: Place, scale: float) -> Image.Image:
    """The tile of a place with its stamp: 255 is ink. Raises ValueError for an unknown design."""
    side = tile_side(place.radius, scale)
    left, top = tile_corner(place, scale)
    block = _block(style, name, place.radius, scale)
    tile = _press(block, place, scale).reduce(_PRESS_FINENESS)
    taken = cover(scale=scale, grain=smallness(place.radius))
    return ImageChops.multiply(tile, taken.crop((left, top, left + side, top + side)))


def empty(place: Place, scale: float) -> Image.Image:
    """The tile of a place that waits for its stamp: a ring with the number."""
    plate = Plate(side=tile_side(place.radius, scale), density=scale)
    plate.add(Part((circle(place.radius - 1.5),), 1.4))
    plate.write(str(place.number), size=min(13.0, 0.64 * place.radius))
    return plate.print()


def goal(place: Place, scale: float) -> Image.Image:
    """The tile of the last place while it waits: a ring with the gift."""
    plate = Plate(side=tile_side(place.radius, scale), density=scale)
    plate.add(Part((circle(place.radius - 1.5),), 1.6))
    for part in picture(Picture.GIFT):
        plate.add(part.scaled(1.18 * place.radius / RADIUS_UNITS))
    return plate.print()


@lru_cache(maxsize=32)
def _block(style: str, name: str, radius: float, scale: float) -> Image.Image:
    body = _body(style)
    density = scale * radius / RADIUS_UNITS * _BLOCK_FINENESS
    plate = Plate(side=_block_side(radius, scale), density=density)
    for part in body.parts:
        plate.add(part)
    for part in picture(name):
        sized = part.scaled(body.picture_scale)
        plate.add(sized if body.picture_in_ink else sized.inverted())
    return plate.print()


def _body(style: str) -> _Body:
    if style not in _BODIES:
        raise ValueError(f"unknown style {style!r}: one of {', '.join(_BODIES)}")
    return _BODIES[StampStyle(style)]


def _block_side(radius: float, scale: float) -> int:
    return 2 * math.ceil((radius + 1) * scale * _BLOCK_FINENESS)


def _press(block: Image.Image, place: Place, scale: float) -> Image.Image:
    """The block turned, shifted and bent by the drift of the ink, in one resampling."""
    side = tile_side(place.radius, scale) * _PRESS_FINENESS
    cells = math.ceil(side / (_CELL_POINTS * scale * _PRESS_FINENESS))
    knots = [round(side * i / cells) for i in range(cells + 1)]
    sources = {(u, v): _source(u, v, block.width / 2, place, scale) for u in knots for v in knots}
    mesh = [
        (
            (u0, v0, u1, v1),
            (*sources[u0, v0], *sources[u0, v1], *sources[u1, v1], *sources[u1, v0]),
        )
        for u0, u1 in pairwise(knots)
        for v0, v1 in pairwise(knots)
    ]
    return block.transform(
        (side, side), Image.Transform.MESH, mesh, resample=Image.Resampling.BILINEAR
    )


def _source(u: int, v: int, middle: float, place: Place, scale: float) -> tuple[float, float]:
    """The pixel of the block that leaves its ink at (u, v) of the tile, before that is reduced."""
    left, top = tile_corner(place, scale)
    x = (left + u / _PRESS_FINENESS) / scale
    y = (top + v / _PRESS_FINENESS) / scale
    dx, dy = drift(x, y)
    small = smallness(place.radius)
    x += dx * small - place.x - place.shift[0]
    y += dy * small - place.y - place.shift[1]
    turn = math.radians(place.turn_degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    density = scale * _BLOCK_FINENESS
    return middle + (x * cos + y * sin) * density, middle + (y * cos - x * sin) * density
