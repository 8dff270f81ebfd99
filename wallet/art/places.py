"""Where the places of a stamp card lie: geometry in points, to be checked without drawing."""

from dataclasses import dataclass
from typing import Final

from wallet.domain.programs import STAMPS_TARGET_MAX

WIDTH: Final = 375.0

ROW_MAX: Final = 5
"""Up to so many places stand in one row."""
TWO_ROWS_MAX: Final = 20
"""Above, a third row lets the stamps stay larger."""

REACH: Final = 2.0
"""A stamp may reach beyond its radius by so much: it is shifted, and its ink is uneven."""

TURNS_DEGREES: Final = (-8, 5, -3, 9, -5, 4, -10, 6, -4, 7, -6, 3)
SHIFTS: Final = (
    (0.8, -0.7),
    (-1.0, 0.5),
    (0.4, 0.9),
    (-0.6, -0.4),
    (1.0, -0.8),
    (-0.9, 0.6),
    (0.5, -0.3),
    (-0.4, 0.8),
    (0.7, -0.5),
    (-0.8, 0.2),
    (0.2, -0.9),
    (-0.3, 0.7),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What a wallet gives us: it may crop `margin` at the top and at the bottom.

    `row_gap` is the air between two rows, if there is room.
    """

    height: float
    radius_max: float
    margin: float
    row_gap: float


APPLE: Final = Area(height=144.0, radius_max=24.5, margin=10.5, row_gap=12.0)
GOOGLE: Final = Area(height=336 * WIDTH / 1032, radius_max=23.0, margin=4.0, row_gap=10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of the card: its number from 1, its middle, the radius of a stamp.

    The stamp that lands there is turned clockwise and shifted: by place, never by chance.
    """

    number: int
    x: float
    y: float
    radius: float
    turn_degrees: float
    shift: tuple[float, float]


def places(target: int, area: Area) -> tuple[Place, ...]:
    """The places of a card of 1 to 30 stamps, in reading order. Raises ValueError for others."""
    if not 1 <= target <= STAMPS_TARGET_MAX:
        raise ValueError(f"a card has 1 to {STAMPS_TARGET_MAX} places, not {target}")
    rows = _rows(target)
    pitch = _pitch(max(rows))
    radius = min(area.radius_max, (pitch - _gap(pitch)) / 2, _tallest(len(rows), area))
    row_pitch = _row_pitch(len(rows), radius, area)
    middles = [
        (
            WIDTH / 2 + pitch * (column - (count - 1) / 2),
            area.height / 2 + row_pitch * (row - (len(rows) - 1) / 2),
        )
        for row, count in enumerate(rows)
        for column in range(count)
    ]
    return tuple(_place(i, x, y, radius) for i, (x, y) in enumerate(middles))


def smallness(radius: float) -> float:
    """What is small on a small stamp, as a share of its measure on one of full size: at most 1."""
    return min(1.0, radius / APPLE.radius_max)


def balance_places(area: Area) -> tuple[Place, ...]:
    """A row of five for a card that counts points, the largest in the middle."""
    full = area.radius_max
    middles = ((-6.12, 1.0), (-3.43, 1.22), (0.0, 1.71), (3.43, 1.22), (6.12, 1.0))
    return tuple(
        _place(i, WIDTH / 2 + offset * full, area.height / 2, size * full)
        for i, (offset, size) in enumerate(middles)
    )


def _rows(target: int) -> tuple[int, ...]:
    """How many places stand in each row: equal or, with three rows, the same above and below."""
    if target <= ROW_MAX:
        return (target,)
    if target <= TWO_ROWS_MAX:
        return (target - target // 2, target // 2)
    outer = (target + 1) // 3
    return (outer, target - 2 * outer, outer)


def _pitch(columns: int) -> float:
    """From middle to middle in a row: the width is shared out, but a few places stay together."""
    side = 16.0 if columns <= ROW_MAX else 14.0
    return (WIDTH - 2 * side) / max(columns, 4)


def _gap(pitch: float) -> float:
    """The air between two stamps of a row: 12 points, less where many share the row."""
    return min(12.0, 0.28 * pitch - 4.2)


def _tallest(rows: int, area: Area) -> float:
    """The largest radius with which so many rows stay inside what is never cropped."""
    return (_usable(area) - (rows - 1) * 7.0) / (2 * rows)


def _row_pitch(rows: int, radius: float, area: Area) -> float:
    roomy = 2 * radius + area.row_gap
    return roomy if rows == 1 else min(roomy, (_usable(area) - 2 * radius) / (rows - 1))


def _usable(area: Area) -> float:
    """The height for stamps: shifts and uneven ink may reach out by `REACH`."""
    return area.height - 2 * area.margin - 2 * REACH


def _place(index: int, x: float, y: float, radius: float) -> Place:
    dx, dy = SHIFTS[index % len(SHIFTS)]
    small = smallness(radius)
    return Place(
        number=index + 1,
        x=x,
        y=y,
        radius=radius,
        turn_degrees=float(TURNS_DEGREES[index % len(TURNS_DEGREES)]),
        shift=(dx * small, dy * small),
    )
