"""Reads the part of SVG's path language that our pictures use: they stay data, without a library.

M L H V C S Q A Z in both cases; curves become short straight pieces. One thing is stricter than
in the standard (https://www.w3.org/TR/SVG11/paths.html): an arc's flags stand apart.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]

PIECE_LENGTH: Final = 0.7
"""The length of a piece of a curve; on a radius of 3 that is off by 0.02."""

_ARC_PIECE: Final = math.tau / 40

_TOKEN: Final = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)")
_AXES: Final = {
    "M": "xy",
    "L": "xy",
    "H": "x",
    "V": "y",
    "C": "xyxyxy",
    "S": "xyxy",
    "Q": "xyxy",
    "A": "-----xy",
    "Z": "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A run of straight pieces; a closed one goes back from its last point to its first."""

    points: tuple[Point, ...]
    closed: bool

    def scaled(self, scale: float) -> "Line":
        """The line made larger or smaller about the origin."""
        return Line(tuple((x * scale, y * scale) for x, y in self.points), self.closed)


def read(path: str) -> tuple[Line, ...]:
    """The lines of an SVG path. Raises ValueError where the path is not of the form above."""
    pen = _Pen()
    for letter, numbers in _steps(path):
        pen.draw(letter, numbers)
    return pen.lines()


def circle(radius: float) -> Line:
    """A circle about the origin, beginning at three o'clock and going clockwise."""
    pieces = _pieces(math.tau * radius)
    points = (_on_circle(radius, math.tau * i / pieces) for i in range(pieces))
    return Line(tuple(points), closed=True)


def dashes(radius: float, *, count: int, share: float) -> tuple[Line, ...]:
    """The circle as `count` equal dashes, each `share` of its step long."""
    step = math.tau / count
    pieces = _pieces(step * share * radius)
    return tuple(
        Line(
            tuple(_on_circle(radius, step * (i + share * j / pieces)) for j in range(pieces + 1)),
            closed=False,
        )
        for i in range(count)
    )


def scallops(count: int, *, radius: float, bulge: float) -> Line:
    """An edge of `count` arcs of the radius `bulge`, whose ends lie on the circle of `radius`."""
    (edge,) = read(scallop_path(count, radius=radius, bulge=bulge, digits=4))
    return edge


def scallop_path(count: int, *, radius: float, bulge: float, digits: int = 1) -> str:
    """The same edge as an SVG path."""
    points = (_on_circle(radius, math.tau * i / count) for i in range(count))
    first, *others = (f"{x:.{digits}f} {y:.{digits}f}" for x, y in points)
    arcs = "".join(f"A{bulge} {bulge} 0 0 1 {end}" for end in (*others, first))
    return f"M{first}{arcs}z"


def _on_circle(radius: float, angle: float) -> Point:
    return radius * math.cos(angle), radius * math.sin(angle)


def _pieces(length: float) -> int:
    return max(4, math.ceil(length / PIECE_LENGTH))


def _steps(path: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers. The letter of a command that repeats may be left out."""
    tokens = _tokens(path)
    at = 0
    letter = ""
    while at < len(tokens):
        if tokens[at].isalpha():
            letter = tokens[at]
            at += 1
        elif letter in {"Z", "z"}:
            raise ValueError(f"a number after {letter} in {path!r}")
        count = len(_axes(letter))
        numbers = tokens[at : at + count]
        if len(numbers) < count or any(number.isalpha() for number in numbers):
            raise ValueError(f"too few numbers for {letter} in {path!r}")
        yield letter, [float(number) for number in numbers]
        at += count
        letter = {"M": "L", "m": "l"}.get(letter, letter)


def _tokens(path: str) -> list[str]:
    tokens: list[str] = _TOKEN.findall(path)
    if "".join(tokens) != re.sub(r"[\s,]", "", path) or tokens[:1] not in (["M"], ["m"]):
        raise ValueError(f"not a path: {path!r}")
    return tokens


def _axes(letter: str) -> str:
    if letter.upper() not in _AXES:
        raise ValueError(f"unknown path command {letter!r}")
    return _AXES[letter.upper()]


class _Pen:
    """Follows the commands. `_handle` is the last control point, which S mirrors."""

    def __init__(self) -> None:
        self._x = self._y = 0.0
        self._handle: Point = (0.0, 0.0)
        self._points: list[Point] = []
        self._lines: list[Line] = []
        self._acts: dict[str, Callable[..., None]] = {
            "M": self._move,
            "L": self._line,
            "H": lambda x: self._line(x, self._y),
            "V": lambda y: self._line(self._x, y),
            "C": self._cubic,
            "S": lambda *ends: self._cubic(*self._mirrored(), *ends),
            "Q": self._quadratic,
            "A": self._arc,
            "Z": self._close,
        }

    def draw(self, letter: str, numbers: list[float]) -> None:
        """Carries out one command; a small letter's coordinates count from where the pen is."""
        if letter.islower():
            base = {"x": self._x, "y": self._y, "-": 0.0}
            numbers = [n + base[axis] for n, axis in zip(numbers, _axes(letter), strict=True)]
        self._acts[letter.upper()](*numbers)
        if letter.upper() not in {"C", "S"}:
            self._handle = (self._x, self._y)

    def lines(self) -> tuple[Line, ...]:
        """All that was drawn."""
        self._end(closed=False)
        return tuple(self._lines)

    def _mirrored(self) -> Point:
        return 2 * self._x - self._handle[0], 2 * self._y - self._handle[1]

    def _end(self, *, closed: bool) -> None:
        if len(self._points) > 1:
            self._lines.append(Line(tuple(self._points), closed))
        self._points = []

    def _move(self, x: float, y: float) -> None:
        self._end(closed=False)
        self._x, self._y = x, y
        self._points = [(x, y)]

    def _line(self, x: float, y: float) -> None:
        if not self._points:  # after a Z, drawing goes on from the point that it went back to
            self._points = [(self._x, self._y)]
        self._x, self._y = x, y
        self._points.append((x, y))

    def _close(self) -> None:
        start = self._points[0] if self._points else (self._x, self._y)
        if self._points[1:] and math.dist(self._points[-1], start) < PIECE_LENGTH / 100:
            self._points.pop()
        self._end(closed=True)
        self._x, self._y = start

    def _cubic(self, *numbers: float) -> None:
        x0, y0 = self._x, self._y
        x1, y1, x2, y2, x, y = numbers
        length = math.dist((x0, y0), (x1, y1)) + math.dist((x1, y1), (x2, y2))
        pieces = _pieces(length + math.dist((x2, y2), (x, y)))
        for i in range(1, pieces + 1):
            t = i / pieces
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            self._line(a * x0 + b * x1 + c * x2 + d * x, a * y0 + b * y1 + c * y2 + d * y)
        self._handle = (x2, y2)

    def _quadratic(self, x1: float, y1: float, x: float, y: float) -> None:
        x0, y0 = self._x, self._y
        near = ((x0 + 2 * x1) / 3, (y0 + 2 * y1) / 3)
        far = ((x + 2 * x1) / 3, (y + 2 * y1) / 3)
        self._cubic(*near, *far, x, y)

    def _arc(self, *numbers: float) -> None:
        """The standard's note F.6, in the frame in which the ellipse is the unit circle."""
        rx, ry, tilt, large, clockwise, x, y = numbers
        cos, sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
        start, end = (
            ((px * cos + py * sin) / rx, (py * cos - px * sin) / ry)
            for px, py in ((self._x, self._y), (x, y))
        )
        for ux, uy in _unit_arc(start, end, large=bool(large), clockwise=bool(clockwise)):
            self._line(rx * ux * cos - ry * uy * sin, rx * ux * sin + ry * uy * cos)
        self._line(x, y)


def _unit_arc(start: Point, end: Point, *, large: bool, clockwise: bool) -> Iterator[Point]:
    """The points between the ends, on a circle of radius 1, or of the least that reaches both."""
    (ax, ay), (bx, by) = start, end
    half = math.dist(start, end) / 2
    if half == 0:
        return
    radius = max(1.0, half)
    rise = math.sqrt(radius * radius - half * half) / (2 * half)
    side = rise if large != clockwise else -rise
    cx, cy = (ax + bx) / 2 - side * (by - ay), (ay + by) / 2 + side * (bx - ax)
    first = math.atan2(ay - cy, ax - cx)
    sweep = (math.atan2(by - cy, bx - cx) - first) % math.tau - (0 if clockwise else math.tau)
    pieces = max(8, math.ceil(abs(sweep) / _ARC_PIECE))
    for i in range(1, pieces):
        angle = first + sweep * i / pieces
        yield cx + radius * math.cos(angle), cy + radius * math.sin(angle)
