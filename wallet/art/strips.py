"""The stamp strip: the picture on a pass that shows how full the card is."""

from functools import lru_cache
from typing import Final

from PIL import Image

from wallet.art.brand import CARD_PAPER, CARD_RING, brand, mixed, rgb
from wallet.art.places import APPLE, GOOGLE, WIDTH, Area, Place, balance_places, places
from wallet.art.png import Ramp, encoded, steps
from wallet.art.stamps import check, empty, goal, pressed, tile_corner
from wallet.domain.designs import Design, Picture

SCALES: Final = (2, 3)
HERO_SCALE: Final = 1032 / WIDTH
PRINT_SCALE: Final = 6.0
"""On the poster: 330 dots an inch."""

PALE_PERCENT: Final = 16
"""The ink of the stamps that are mere ornament, in the paper."""

_QUIET, _INK = range(2)
"""A strip's ramps, from the paper to the colour of what waits or adorns, and to the card's ink."""


def strip(design: Design, stamps: int, target: int, *, scale: int) -> bytes:
    """The PNG of Apple's strip, 375 by 144 points at 2 or 3 pixels a point.

    `stamps` below 0 is drawn as 0, above `target` as full. Raises ValueError for another scale, a
    target outside 1..30 and a design with an unknown colour, style or picture.
    """
    return _card(design, stamps, target, APPLE, _checked(scale))


def hero(design: Design, stamps: int, target: int) -> bytes:
    """The PNG of Google's hero image, 1032 by 336 pixels. Numbers and errors as in `strip`."""
    return _card(design, stamps, target, GOOGLE, HERO_SCALE)


def balance_strip(design: Design, *, scale: int) -> bytes:
    """The strip for points: the stamp between pale ones, no number. Errors as in `strip`."""
    return _balance(design, APPLE, _checked(scale))


def balance_hero(design: Design) -> bytes:
    """The same as Google's hero image."""
    return _balance(design, GOOGLE, HERO_SCALE)


def print_strip(design: Design, stamps: int, target: int | None) -> bytes:
    """The strip for paper, of a card that counts stamps or, without `target`, points."""
    if target is None:
        return _balance(design, APPLE, PRINT_SCALE)
    return _card(design, stamps, target, APPLE, PRINT_SCALE)


def _balance(design: Design, area: Area, scale: float) -> bytes:
    sheet = _blank(area, scale)
    row = balance_places(area)
    for place in row:
        tile = pressed(design.style, design.picture, place, scale)
        ramp = _INK if place is row[len(row) // 2] else _QUIET
        sheet.paste(steps(tile, ramp), tile_corner(place, scale))
    ink = brand(design.color).card_ink
    return _encoded(sheet, mixed(CARD_PAPER, ink, PALE_PERCENT), ink)


def _card(design: Design, stamps: int, target: int, area: Area, scale: float) -> bytes:
    check(design)
    sheet = _waiting(target, area, scale).copy()
    for place in places(target, area)[: max(0, stamps)]:
        picture = Picture.GIFT if place.number == target else design.picture
        sheet.paste(_given(design.style, picture, place, scale), tile_corner(place, scale))
    return _encoded(sheet, CARD_RING, brand(design.color).card_ink)


def _encoded(sheet: Image.Image, quiet: str, ink: str) -> bytes:
    paper = rgb(CARD_PAPER)
    return encoded(sheet, (Ramp(paper, rgb(quiet)), Ramp(paper, rgb(ink))))


def _checked(scale: int) -> float:
    if scale not in SCALES:
        raise ValueError(f"a strip has a scale of 2 or 3, not {scale}")
    return float(scale)


@lru_cache(maxsize=16)
def _waiting(target: int, area: Area, scale: float) -> Image.Image:
    """The card without a stamp: one for all designs, since colours come last. Shared."""
    sheet = _blank(area, scale)
    for place in places(target, area):
        tile = (
            steps(goal(place, scale), _INK)
            if place.number == target
            else steps(empty(place, scale), _QUIET)
        )
        sheet.paste(tile, tile_corner(place, scale))
    return sheet


@lru_cache(maxsize=256)
def _given(style: str, picture: str, place: Place, scale: float) -> Image.Image:
    return steps(pressed(style, picture, place, scale), _INK)


def _blank(area: Area, scale: float) -> Image.Image:
    return Image.new("L", (round(WIDTH * scale), round(area.height * scale)), 0)
