"""A sheet of paper: boxes, letters and pictures, measured in per cent of its width.

The letters are Inter's (see fonts/OFL.txt): the fonts that every PDF reader has know neither
Polish nor Hungarian.
"""

import io
from functools import cache
from pathlib import Path
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

BOLD: Final = "Inter-Bold"
PLAIN: Final = "Inter-Regular"
_FONTS: Final = Path(__file__).with_name("fonts")


class Sheet:
    """A page measured in per cent of its width, from its upper left corner."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.unit = A4[0] / 100

    def y(self, top: float) -> float:
        """What is so far from the top, as PDF counts it: in points from the bottom."""
        return float(A4[1] - top * self.unit)

    def box(
        self, x: float, top: float, width: float, height: float, color: str, *, radius: float = 0
    ) -> None:
        """A box, its corners rounded by `radius`."""
        self.canvas.setFillColor(HexColor(color))
        self._box(x, top, width, height, radius)

    def shade(self, x: float, top: float, width: float, height: float, *, radius: float) -> None:
        """A shadow under a box: a few thin layers, each wider than the one above."""
        for layer in range(8, 0, -1):
            self.canvas.setFillColor(Color(0.118, 0.106, 0.086, alpha=0.018))
            spread = layer * 0.3
            self._box(
                x - spread / 2, top + 0.9, width + spread, height + spread / 2, radius + spread / 2
            )

    def _box(self, x: float, top: float, width: float, height: float, radius: float) -> None:
        u = self.unit
        self.canvas.roundRect(
            x * u, self.y(top + height), width * u, height * u, radius * u, stroke=0, fill=1
        )

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        *,
        size: float,
        color: str,
        font: str = PLAIN,
        spacing: float = 0.0,
    ) -> None:
        """`spacing` is a share of the size, as in a style sheet."""
        line = self.canvas.beginText(x * self.unit, self.y(baseline))
        line.setFont(font, size * self.unit)
        line.setFillColor(HexColor(color))
        line.setCharSpace(spacing * size * self.unit)
        line.textOut(printable(text))
        self.canvas.drawText(line)

    def image(
        self, png: bytes, x: float, top: float, width: float, height: float, *, anchor: str = "c"
    ) -> None:
        """A PNG, whole and in its own shape, within these bounds."""
        u = self.unit
        self.canvas.drawImage(
            ImageReader(io.BytesIO(png)),
            x * u,
            self.y(top + height),
            width * u,
            height * u,
            mask="auto",
            preserveAspectRatio=True,
            anchor=anchor,
        )


def fitting(text: str, font: str, size: float, room: float) -> float:
    """The size, less where the text would not fit in one line."""
    width = pdfmetrics.stringWidth(printable(text), font, size)
    return size if width <= room else float(size * room / width)


def printable(text: str) -> str:
    """The text without what the font has no letter for: a name may hold emoji."""
    letters = load_fonts()
    kept = "".join(letter for letter in text if ord(letter) in letters)
    return " ".join(word for word in kept.split(" ") if word)


@cache
def load_fonts() -> frozenset[int]:
    """Makes the fonts known; which letters they have (both the same)."""
    for name in (PLAIN, BOLD):
        font: Any = TTFont(name, str(_FONTS / f"{name}.ttf"))
        pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)
