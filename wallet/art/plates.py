"""A plate is a square of ink and no ink, drawn finely and then brought down to its size."""

import math
from functools import lru_cache
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from wallet.art.paths import Line, Point
from wallet.art.pictures import Part

FINENESS: Final = 4
"""Each pixel that comes out was drawn as a square of 4 by 4."""

WEIGHT: Final = 0.008
"""Pillow's own font is thin beside our lines: its strokes grow by this share of its size."""


class Plate:
    """Draws about the middle of a square of `side` pixels, `density` of them for a unit."""

    def __init__(self, *, side: int, density: float) -> None:
        self._density = density * FINENESS
        self._middle = side * FINENESS / 2
        self._image = Image.new("L", (side * FINENESS, side * FINENESS), 0)
        self._draw = ImageDraw.Draw(self._image)

    def add(self, part: Part) -> None:
        """Puts the part on the plate, or cuts it out of what is there."""
        ink = 255 if part.ink else 0
        for line in part.lines:
            if part.width is None:
                self._draw.polygon([self._pixel(point) for point in line.points], fill=ink)
            else:
                self._stroke(line, part.width, ink)

    def write(self, text: str, *, size: float) -> None:
        """Sets the text in the middle, by the ink it leaves; `size` is the font's, in units."""
        font = _font(size * self._density)
        left, top, right, bottom = font.getbbox(text)
        at = (self._middle - (left + right) / 2, self._middle - (top + bottom) / 2)
        self._draw.text(at, text, fill=255, font=font, stroke_width=WEIGHT * size * self._density)

    def print(self) -> Image.Image:
        """The plate at its size, grey at the edges: 255 is ink."""
        return self._image.reduce(FINENESS)

    def _pixel(self, point: Point) -> tuple[int, int]:
        """The fine pixel that holds the point; on a boundary, the one nearer to the middle."""
        inward = self._density * (1 - 1e-6)
        return (
            math.floor(self._middle + point[0] * inward),
            math.floor(self._middle + point[1] * inward),
        )

    def _stroke(self, line: Line, width: float, ink: int) -> None:
        """Round caps and joins: a bar for each piece and a dot at each point."""
        points = (*line.points, line.points[0]) if line.closed else line.points
        for a, b in pairwise(points):
            length = math.dist(a, b)
            if length:
                dx, dy = (b[1] - a[1]) / length * width / 2, (b[0] - a[0]) / length * width / 2
                corners = (
                    (a[0] + dx, a[1] - dy),
                    (b[0] + dx, b[1] - dy),
                    (b[0] - dx, b[1] + dy),
                    (a[0] - dx, a[1] + dy),
                )
                self._draw.polygon([self._pixel(corner) for corner in corners], fill=ink)
        radius = width / 2 * self._density
        for point in line.points:
            self._draw.circle(self._pixel(point), radius, fill=ink)


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font within Pillow, unpacked once: no system has to have one."""
    return ImageFont.load_default(size)
