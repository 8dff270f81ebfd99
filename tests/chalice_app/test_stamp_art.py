"""The stamp card of the pages is the one of the passes."""

import math
import re

import pytest

from chalice_app.stamp_art import (
    PICTURE_SCALES,
    RADIUS_UNITS,
    SCALLOPS,
    Shape,
    stamp_card,
)
from wallet.art import stamps
from wallet.art.paths import read
from wallet.domain.designs import Picture, StampStyle


@pytest.mark.parametrize("style", list(StampStyle))
def test_a_style_is_drawn_in_the_measures_of_the_passes(style: StampStyle) -> None:
    body = stamps._BODIES[style]
    assert PICTURE_SCALES[style] == body.picture_scale
    assert stamps.RADIUS_UNITS == RADIUS_UNITS
    shapes = stamp_card(style, Picture.CUP, 1, 10).symbols[0].body
    assert [shape.ink for shape in shapes] == [part.ink for part in body.parts]
    for shape, part in zip(shapes, body.parts, strict=True):
        assert (float(shape.width) if shape.width else None) == part.width
        assert abs(_radius(shape) - _reach(part.lines[0].points)) < 0.3


def test_a_rosette_has_as_many_scallops() -> None:
    edge = stamp_card(StampStyle.ROSETTE, Picture.CUP, 1, 10).symbols[0].body[0]
    assert edge.d.count("A") == SCALLOPS[0]


def _radius(shape: Shape) -> float:
    return float(shape.r) if shape.r else _reach(read(shape.d)[0].points)


def _reach(points: tuple[tuple[float, float], ...]) -> float:
    return max(math.hypot(x, y) for x, y in points)


@pytest.mark.parametrize("target", range(1, 31))
@pytest.mark.parametrize("picture", [Picture.CUP, Picture.GIFT])
def test_each_place_is_a_ring_a_stamp_or_the_goal(target: int, picture: Picture) -> None:
    for given in (-1, 0, 1, target - 1, target, target + 5):
        card = stamp_card(StampStyle.PAD, picture, given, target)
        shown = min(max(given, 0), target)
        assert len(card.stamps) == shown
        assert len(card.rings) == max(0, target - 1 - shown)
        assert (card.goal is None) == (shown == target)
        ids = [symbol.id for symbol in card.symbols]
        assert len(set(ids)) == len(ids)
        assert {stamp.symbol for stamp in card.stamps} | ({"gift"} if card.goal else set()) == set(
            ids
        )


@pytest.mark.parametrize("picture", list(Picture))
def test_a_points_card_shows_the_stamp_between_pale_ones(picture: Picture) -> None:
    card = stamp_card(StampStyle.RING, picture, 0, None)
    assert [stamp.pale for stamp in card.stamps] == [True, True, False, True, True]


@pytest.mark.parametrize(("style", "picture"), [("none", "cup"), ("pad", "none")])
def test_what_we_do_not_have_is_refused(style: str, picture: str) -> None:
    with pytest.raises(ValueError, match="none"):
        stamp_card(style, picture, 1, 10)


def test_numbers_are_short() -> None:
    card = stamp_card(StampStyle.ROSETTE, Picture.PAW, 3, 20)
    places = [stamp.transform for stamp in card.stamps] + [ring.x for ring in card.rings]
    assert not re.search(r"\d\.\d{4}", " ".join(places))
