import math
from itertools import pairwise

import pytest

from wallet.art.paths import Line, Point, circle, dashes, read, scallops


def only(path: str) -> Line:
    (line,) = read(path)
    return line


@pytest.mark.parametrize(
    ("path", "points", "closed"),
    [
        ("M1 2L3 4", [(1, 2), (3, 4)], False),
        ("m1,2 2 2", [(1, 2), (3, 4)], False),
        ("M1 2 3 4 5 6", [(1, 2), (3, 4), (5, 6)], False),
        ("M0 0h3v4H1V2", [(0, 0), (3, 0), (3, 4), (1, 4), (1, 2)], False),
        ("M-.5-.5h1v1z", [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5)], True),
        ("M0 0H2V2H0V0z", [(0, 0), (2, 0), (2, 2), (0, 2)], True),
    ],
)
def test_straight_commands(path: str, points: list[Point], closed: bool) -> None:
    assert only(path) == Line(tuple(points), closed)


def test_each_move_begins_a_line_and_drawing_may_go_on_after_a_close() -> None:
    assert read("M1 1h1v1zm5 0h1M9 9zh2") == (
        Line(((1, 1), (2, 1), (2, 2)), closed=True),
        Line(((6, 1), (7, 1)), closed=False),
        Line(((9, 9), (11, 9)), closed=False),
    )


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("M1 1C2 2 3 3 4 4", (4, 4)),
        ("M1 1c1 1 2 2 3 3", (4, 4)),
        ("M1 1q1 1 2 0", (3, 1)),
        ("M1 1C1 2 2 3 3 3S5 4 5 5", (5, 5)),
        ("M1 1a2 3-30 1 0 4 1", (5, 2)),
        ("M1 1A2 2 0 0 1 1 1", (1, 1)),
    ],
)
def test_curves_begin_and_end_where_they_say(path: str, end: Point) -> None:
    points = only(path).points
    assert [points[0], points[-1]] == [(1, 1), pytest.approx(end)]


def test_a_cubic_lies_on_its_curve() -> None:
    points = only("M0 0C0 8 8 8 8 0").points
    assert points[len(points) // 2] == pytest.approx((4, 6), abs=0.3)
    assert max(y for _, y in points) == pytest.approx(6, abs=0.05)


def test_a_smooth_curve_mirrors_the_handle_before_it_or_else_starts_from_its_own_point() -> None:
    assert read("M0 0C0 2 2 2 2 0S4-2 4 0") == read("M0 0C0 2 2 2 2 0C2-2 4-2 4 0")
    assert read("M0 0H2S4-2 4 0") == read("M0 0H2C2 0 4-2 4 0")


@pytest.mark.parametrize(("clockwise", "to_the_right"), [(1, True), (0, False)])
def test_half_circles_turn_to_the_side_that_is_asked_for(
    clockwise: int, to_the_right: bool
) -> None:
    points = only(f"M0-5A5 5 0 0 {clockwise} 0 5").points
    assert all(math.hypot(*point) == pytest.approx(5) for point in points)
    assert (points[len(points) // 2][0] > 0) is to_the_right


@pytest.mark.parametrize(
    ("flags", "center"),
    [("0 0", (5, 5)), ("0 1", (0, 0)), ("1 0", (0, 0)), ("1 1", (5, 5))],
)
def test_all_four_arcs_between_two_points(flags: str, center: Point) -> None:
    points = only(f"M5 0A5 5 0 {flags} 0 5").points
    assert all(math.dist(point, center) == pytest.approx(5) for point in points)
    swept = sum(math.dist(a, b) for a, b in pairwise(points))
    large = flags.startswith("1")
    assert swept == pytest.approx(2.5 * math.pi * (3 if large else 1), rel=0.01)


def test_radii_too_small_grow_until_they_reach() -> None:
    points = only("M-4 0A1 1 0 0 1 4 0").points
    assert all(math.hypot(*point) == pytest.approx(4) for point in points)


@pytest.mark.parametrize(
    "path",
    ["", "L1 1", "M1", "M1 1L2", "M1 1T2 2", "M1 1 #", "M1 1L2 z", "M1 1z3", "M1 1e5 1"],
)
def test_what_is_not_such_a_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|numbers|number"):
        read(path)


def test_a_circle_goes_once_around() -> None:
    line = circle(3)
    assert line.closed
    assert all(math.hypot(*point) == pytest.approx(3) for point in line.points)
    assert len(set(line.points)) == len(line.points)


def test_dashes_are_equal_and_leave_gaps() -> None:
    lines = dashes(10, count=8, share=0.5)
    assert len(lines) == 8
    for line in lines:
        start, end = (math.atan2(y, x) for x, y in (line.points[0], line.points[-1]))
        assert (end - start) % math.tau == pytest.approx(math.tau / 16)


def test_scallops_bulge_between_their_ends() -> None:
    reach = [math.hypot(*point) for point in scallops(20, radius=21.2, bulge=3.4).points]
    assert min(reach) == pytest.approx(21.2, abs=0.01)
    assert 23.5 < max(reach) < 23.6


def test_scaled() -> None:
    assert only("M1 2L3 4z").scaled(2) == Line(((2, 4), (6, 8)), closed=True)
