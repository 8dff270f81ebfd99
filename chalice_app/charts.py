"""Bar charts as SVG, drawn here: one colour, the newest bar full, first and last value written."""

from collections.abc import Sequence

from msgspec import Struct

from chalice_app.formats import number

_LEFT = 34.0
_TOP = 22.0
_LINES = 5
# What lines may stand apart, times a power of ten.
_STEPS = (1, 2, 3, 4, 5, 6, 8)
_BAR_SHARE = 0.68
_CORNER = 3.0


class Point(Struct, frozen=True):
    """What a bar stands for."""

    label: str
    value: int


class Bar(Struct, frozen=True, kw_only=True):
    """A bar's outline."""

    path: str
    is_newest: bool


class Mark(Struct, frozen=True, kw_only=True):
    """A text and where it stands; `anchor` as in SVG."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


class Chart(Struct, frozen=True, kw_only=True):
    """A drawing of `width` by `height`."""

    width: int
    height: int
    left: float
    scale: tuple[Mark, ...]
    bars: tuple[Bar, ...]
    values: tuple[Mark, ...]
    days: tuple[Mark, ...]


class _Area(Struct, frozen=True, kw_only=True):
    """Where bars stand: `floor` is their foot, `top` the value of the highest line."""

    width: int
    floor: float
    slot: float
    top: int

    def middle(self, place: int) -> float:
        """Of a bar."""
        return _LEFT + self.slot * (place + 0.5)

    def height(self, value: int) -> float:
        """The y of a value."""
        return self.floor - (self.floor - _TOP) * value / self.top


def narrow_chart(points: Sequence[Point], language: str) -> Chart:
    """For a phone."""
    return _chart(points, language, width=324, height=210, every=10)


def broad_chart(points: Sequence[Point], language: str) -> Chart:
    """For a desktop."""
    return _chart(points, language, width=900, height=250, every=5)


def _chart(
    points: Sequence[Point], language: str, *, width: int, height: int, every: int
) -> Chart:
    step = _step(max((point.value for point in points), default=0))
    area = _Area(
        width=width,
        floor=height - 28.0,
        slot=(width - _LEFT) / max(len(points), 1),
        top=step * _LINES,
    )
    return Chart(
        width=width,
        height=height,
        left=_LEFT,
        scale=tuple(
            Mark(
                x=_LEFT - 8,
                y=round(area.height(step * line), 1),
                text=number(step * line, language),
                anchor="end",
            )
            for line in range(_LINES + 1)
        ),
        bars=tuple(
            Bar(path=_outline(area, place, point.value), is_newest=place == len(points) - 1)
            for place, point in enumerate(points)
            if point.value
        ),
        values=tuple(_values(area, points, language)),
        days=tuple(_days(area, points, every)),
    )


def _step(highest: int) -> int:
    """The smallest round number whose multiples reach the highest value."""
    power = 1
    while True:
        for step in (each * power for each in _STEPS):
            if step * _LINES >= highest:
                return step
        power *= 10


def _outline(area: _Area, place: int, value: int) -> str:
    wide = area.slot * _BAR_SHARE
    left, top = area.middle(place) - wide / 2, area.height(value)
    corner = min(_CORNER, wide / 3, area.floor - top)
    return (
        f"M{left:.1f} {area.floor:.1f}V{top + corner:.1f}q0-{corner:.1f} {corner:.1f}-{corner:.1f}"
        f"h{wide - 2 * corner:.1f}q{corner:.1f} 0 {corner:.1f} {corner:.1f}V{area.floor:.1f}z"
    )


def _values(area: _Area, points: Sequence[Point], language: str) -> list[Mark]:
    """The first and the last, where there is anything."""
    places = dict.fromkeys((0, len(points) - 1)) if points else ()
    return [
        Mark(
            x=round(area.middle(place), 1),
            y=round(area.height(points[place].value) - 7, 1),
            text=number(points[place].value, language),
        )
        for place in places
        if points[place].value
    ]


def _days(area: _Area, points: Sequence[Point], every: int) -> list[Mark]:
    """The newest day, and each `every`th before it."""
    last = len(points) - 1
    return [
        Mark(
            x=float(area.width) if place == last else round(area.middle(place), 1),
            y=area.floor + 20,
            text=points[place].label,
            anchor="end" if place == last else "middle",
        )
        for place in range(last, 0, -every)
    ]
