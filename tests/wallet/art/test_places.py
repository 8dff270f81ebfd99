import math
from itertools import combinations

import pytest

from wallet.art.places import (
    APPLE,
    GOOGLE,
    REACH,
    WIDTH,
    Area,
    Place,
    balance_places,
    places,
    smallness,
)
from wallet.art.stamps import tile_corner, tile_side
from wallet.art.strips import HERO_SCALE

AREAS = pytest.mark.parametrize("area", [APPLE, GOOGLE], ids=["apple", "google"])
TARGETS = range(1, 31)


def gap(one: Place, other: Place) -> float:
    """The air between two stamps where both are shifted towards each other."""
    middles = math.dist((one.x, one.y), (other.x, other.y))
    return middles - one.radius - other.radius - 2 * REACH


def inside(place: Place, area: Area) -> bool:
    reach = place.radius + REACH
    return (
        reach <= place.x <= WIDTH - reach
        and area.margin + reach - 0.01 <= place.y <= area.height - area.margin - reach + 0.01
    )


@AREAS
@pytest.mark.parametrize("target", TARGETS)
def test_every_place_is_within_what_is_never_cropped(target: int, area: Area) -> None:
    assert all(inside(place, area) for place in places(target, area))


@AREAS
@pytest.mark.parametrize("target", TARGETS)
def test_no_two_stamps_touch(target: int, area: Area) -> None:
    assert all(gap(a, b) > 0.5 for a, b in combinations(places(target, area), 2))


@pytest.mark.parametrize(
    ("area", "scale"), [(APPLE, 2.0), (APPLE, 3.0), (GOOGLE, HERO_SCALE)], ids=["2", "3", "hero"]
)
@pytest.mark.parametrize("target", TARGETS)
def test_no_two_tiles_overlap(target: int, area: Area, scale: float) -> None:
    every = places(target, area)
    side = tile_side(every[0].radius, scale)
    corners = [tile_corner(place, scale) for place in every]
    assert all(
        abs(a[0] - b[0]) >= side or abs(a[1] - b[1]) >= side for a, b in combinations(corners, 2)
    )


@AREAS
@pytest.mark.parametrize("target", TARGETS)
def test_places_are_numbered_in_reading_order(target: int, area: Area) -> None:
    every = places(target, area)
    assert [place.number for place in every] == list(range(1, target + 1))
    assert sorted(every, key=lambda place: (round(place.y, 3), place.x)) == list(every)


@AREAS
@pytest.mark.parametrize("target", TARGETS)
def test_the_card_is_symmetric(target: int, area: Area) -> None:
    every = places(target, area)
    assert sum(place.x for place in every) == pytest.approx(WIDTH / 2 * target)
    assert {round(place.x, 3) for place in every} == {round(WIDTH - p.x, 3) for p in every}


@pytest.mark.parametrize(
    ("target", "rows"),
    [
        (1, [1]),
        (5, [5]),
        (6, [3, 3]),
        (7, [4, 3]),
        (20, [10, 10]),
        (21, [7, 7, 7]),
        (22, [7, 8, 7]),
        (23, [8, 7, 8]),
        (30, [10, 10, 10]),
    ],
)
def test_rows(target: int, rows: list[int]) -> None:
    heights = [round(place.y, 3) for place in places(target, APPLE)]
    assert [heights.count(y) for y in sorted(set(heights))] == rows


# Read off the drawings of the agreed look: cards of 8, 10 and 12 for Apple, of 8 for Google.
@pytest.mark.parametrize(
    ("target", "area", "number", "ring"),
    [
        (10, APPLE, 8, (187.5, 102.5, 23.0)),
        (10, APPLE, 9, (256.1, 102.5, 23.0)),
        (10, APPLE, 10, (324.7, 102.5, 23.0)),
        (8, APPLE, 6, (144.6, 102.5, 23.0)),
        (8, APPLE, 8, (316.1, 102.5, 23.0)),
        (12, APPLE, 9, (158.6, 100.9, 21.4)),
        (12, APPLE, 12, (332.1, 100.9, 21.4)),
        (8, GOOGLE, 6, (144.6, 89.0, 21.5)),
        (8, GOOGLE, 8, (316.1, 89.0, 21.5)),
    ],
)
def test_rings_lie_where_the_look_has_them(
    target: int, area: Area, number: int, ring: tuple[float, float, float]
) -> None:
    place = places(target, area)[number - 1]
    assert (place.x, place.y, place.radius - 1.5) == pytest.approx(ring, abs=0.1)


def test_turns_and_shifts_go_by_place() -> None:
    first, second = places(10, APPLE)[:2]
    assert (first.turn_degrees, first.shift) == (-8, (0.8, -0.7))
    assert (second.turn_degrees, second.shift) == (5, (-1.0, 0.5))
    assert places(30, APPLE)[12].turn_degrees == -8
    for target in TARGETS:
        for place in places(target, APPLE):
            assert abs(place.turn_degrees) <= 10
            assert max(map(abs, place.shift)) <= 1


@pytest.mark.parametrize("target", [-1, 0, 31])
def test_other_targets_are_refused(target: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 30 places, not {target}"):
        places(target, APPLE)


@AREAS
def test_the_row_of_a_points_card_fits_and_is_largest_in_the_middle(area: Area) -> None:
    row = balance_places(area)
    assert all(inside(place, area) for place in row)
    assert all(gap(a, b) > 0.5 for a, b in combinations(row, 2))
    assert max(row, key=lambda place: place.radius) is row[2]


def test_smallness_never_enlarges() -> None:
    assert (smallness(24.5), smallness(42.0)) == (1, 1)
    assert smallness(12.25) == 0.5
