"""The poster by which a shop finds its members: one page of A4, drawn with nothing but lines,
letters and the strip.

Every length is a share of the width, as in the design it follows, so that it may be printed on
any paper of the series A.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from wallet.art.brand import CARD_PAPER, brand
from wallet.art.pictures import Part, picture
from wallet.art.sheets import BOLD, PLAIN, Sheet, fitting, load_fonts, printable
from wallet.art.strips import print_strip
from wallet.domain.designs import Design

_INK: Final = "#1e1b16"
_INK_2: Final = "#595247"
_LINE: Final = "#dcd7cb"

# Per cent of the width, from the left and from the top.
_MARGIN: Final = 8.0
_INNER: Final = 100 - 2 * _MARGIN
_BAND: Final = 62.0
_STRIP_TOP: Final = 44.5
_STRIP_PADDING: Final = 1.0
_STRIP_SHAPE: Final = 144 / 375
_JOIN_TOP: Final = 85.0
_QR_SIDE: Final = 40.0
_STEP: Final = 12.6
_TITLE_SIZES: Final = (10.8, 9.6, 8.4, 7.2, 6.2, 5.4)
_TITLE_ROOM: Final = 24.0
_TITLE_SPACING: Final = -0.032
_FOOT_SIZE_MIN: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """What a poster says and shows.

    Each step is a command and its rest. `address` is what the QR code opens; `stamps` of `target`
    are on the card that is shown. `logo` is a PNG.
    """

    language: str
    name: str
    promise: str
    steps: Sequence[tuple[str, str]]
    foot: str
    address: str
    design: Design
    stamps: int
    target: int | None
    logo: bytes | None = None


def draw_poster(poster: Poster) -> bytes:
    """The poster as PDF. The same poster always gives the same bytes."""
    load_fonts()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, pageCompression=1, invariant=1, lang=poster.language)
    canvas.setTitle(f"{poster.name}: {poster.promise}")
    canvas.setAuthor(printable(poster.name))
    sheet = Sheet(canvas)
    colors = brand(poster.design.color)
    sheet.box(0, 0, 100, _BAND, colors.color)
    _head(sheet, poster, colors.on_brand)
    _strip(sheet, poster)
    _join(sheet, poster, colors.brand_text.light)
    _foot(sheet, poster)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _head(sheet: Sheet, poster: Poster, color: str) -> None:
    side, top = 8.4, 7.0
    name_x = _MARGIN + side + 2.4
    if poster.logo:
        sheet.image(poster.logo, _MARGIN, top, 3 * side, side, anchor="w")
        name_x = _MARGIN + min(3 * side, side * _shape(poster.logo)) + 2.4
    else:
        _seal(sheet, poster.design, _MARGIN + side / 2, top + side / 2, side / 2)
    room = 100 - _MARGIN - name_x
    size = fitting(poster.name, BOLD, 3.6, room)
    sheet.text(
        name_x, top + side / 2 + 0.36 * size, poster.name, size=size, color=color, font=BOLD
    )
    _title(sheet, poster.promise, color)


def _title(sheet: Sheet, promise: str, color: str) -> None:
    """As large as two lines allow, else three."""
    for size in _TITLE_SIZES:
        lines = _balanced(promise, size)
        if len(lines) * size * 1.02 <= _TITLE_ROOM:
            break
    for index, line in enumerate(lines[: int(_TITLE_ROOM / size)]):
        baseline = 18.5 + size * (0.86 + 1.02 * index)
        sheet.text(
            _MARGIN, baseline, line, size=size, color=color, font=BOLD, spacing=_TITLE_SPACING
        )


def _strip(sheet: Sheet, poster: Poster) -> None:
    width = _INNER - 2 * _STRIP_PADDING
    height = width * _STRIP_SHAPE
    box = (_MARGIN, _STRIP_TOP, _INNER, height + 2 * _STRIP_PADDING)
    sheet.shade(*box, radius=2.6)
    sheet.box(*box, CARD_PAPER, radius=2.6)
    png = print_strip(poster.design, poster.stamps, poster.target)
    sheet.image(png, _MARGIN + _STRIP_PADDING, _STRIP_TOP + _STRIP_PADDING, width, height)


def _join(sheet: Sheet, poster: Poster, color: str) -> None:
    _qr(sheet, poster.address)
    x = _MARGIN + _QR_SIDE + 6
    text_x = x + 10.6
    room = 100 - _MARGIN - text_x
    size = min(fitting(command, BOLD, 4.3, room) for command, _ in poster.steps)
    small = min(fitting(rest, PLAIN, 3.0, room) for _, rest in poster.steps)
    first = _JOIN_TOP + (_QR_SIDE - (len(poster.steps) - 1) * _STEP) / 2
    for index, (command, rest) in enumerate(poster.steps):
        middle = first + index * _STEP
        _number(sheet, index, x + 4.3, middle, color)
        sheet.text(text_x, middle - 0.5, command, size=size, color=_INK, font=BOLD, spacing=-0.015)
        sheet.text(text_x, middle + 3.4, rest, size=small, color=_INK)


def _qr(sheet: Sheet, address: str) -> None:
    """Black on white, whatever the brand: every camera reads it."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    module = _QR_SIDE / len(rows)
    path = sheet.canvas.beginPath()
    u = sheet.unit
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                top = _JOIN_TOP + (y + 1) * module
                path.rect((_MARGIN + x * module) * u, sheet.y(top), module * u, module * u)
    sheet.canvas.setFillColor(HexColor("#000000"))
    sheet.canvas.drawPath(path, stroke=0, fill=1)


def _number(sheet: Sheet, index: int, x: float, middle: float, color: str) -> None:
    """The step's number in a stamp of two rings, turned as a hand would."""
    canvas, u = sheet.canvas, sheet.unit
    scale = 4.3 / 26 * u
    canvas.saveState()
    canvas.translate(x * u, sheet.y(middle))
    canvas.rotate((7, -5, 4)[index % 3])
    canvas.setStrokeColor(HexColor(color))
    for radius, width in ((22, 2.8), (18, 1.3)):
        canvas.setLineWidth(width * scale)
        canvas.circle(0, 0, radius * scale, stroke=1, fill=0)
    canvas.setFillColor(HexColor(color))
    canvas.setFont(BOLD, 21 * scale)
    canvas.drawCentredString(0, -7.5 * scale, str(index + 1))
    canvas.restoreState()


def _foot(sheet: Sheet, poster: Poster) -> None:
    bottom = 100 * A4[1] / A4[0] - 6
    sheet.box(_MARGIN, bottom - 5.6, _INNER, 0.18, _LINE)
    sheet.text(_MARGIN, bottom - 0.6, poster.foot, size=2.5, color=_INK_2)
    shown = poster.address.partition("://")[2] or poster.address
    taken = pdfmetrics.stringWidth(printable(poster.foot), PLAIN, 2.5)
    size = fitting(shown, PLAIN, 2.5, _INNER - taken - 3)
    if size < _FOOT_SIZE_MIN:  # a long address takes a line of its own
        size = fitting(shown, PLAIN, 2.2, _INNER)
        sheet.text(_MARGIN, bottom + 2.8, shown, size=size, color=_INK_2)
        return
    x = 100 - _MARGIN - pdfmetrics.stringWidth(shown, PLAIN, size)
    sheet.text(x, bottom - 0.6, shown, size=size, color=_INK_2)


def _seal(sheet: Sheet, design: Design, x: float, middle: float, radius: float) -> None:
    canvas, u = sheet.canvas, sheet.unit
    ink = HexColor(brand(design.color).card_ink)
    paper = HexColor(CARD_PAPER)
    canvas.saveState()
    canvas.translate(x * u, sheet.y(middle))
    canvas.setFillColor(paper)
    canvas.circle(0, 0, radius * u, stroke=0, fill=1)
    # The picture's square of 28 units takes 72 % of the disc, as everywhere.
    scale = radius * 2 * 0.72 / 28 * u
    canvas.scale(scale, -scale)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    for part in picture(design.picture):
        _part(canvas, part, ink if part.ink else paper)
    canvas.restoreState()


def _part(canvas: Canvas, part: Part, color: Color) -> None:
    canvas.setFillColor(color)
    canvas.setStrokeColor(color)
    for line in part.lines:
        path: Any = canvas.beginPath()
        path.moveTo(*line.points[0])
        for point in line.points[1:]:
            path.lineTo(*point)
        if line.closed:
            path.close()
        if part.width is None:
            canvas.drawPath(path, stroke=0, fill=1)
        else:
            canvas.setLineWidth(part.width)
            canvas.drawPath(path, stroke=1, fill=0)


def _balanced(text: str, size: float) -> list[str]:
    """As few lines as there can be, and none much shorter than the others."""
    count = len(_wrapped(text, size, _INNER))
    rooms = (_INNER * share / 20 for share in range(10, 21))
    return next(
        (
            lines
            for lines in (_wrapped(text, size, room) for room in rooms)
            if len(lines) <= count and max(_width(line, size) for line in lines) <= _INNER
        ),
        _wrapped(text, size, _INNER),
    )


def _wrapped(text: str, size: float, room: float) -> list[str]:
    lines: list[str] = []
    for word in printable(text).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _width(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, BOLD, size)) + _TITLE_SPACING * size * len(text)


def _shape(png: bytes) -> float:
    width, height = ImageReader(io.BytesIO(png)).getSize()
    return float(width / height)
