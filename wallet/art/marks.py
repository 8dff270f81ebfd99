"""Icon and logo of a merchant who has uploaded none: the seal, a picture on a disc of paper."""

from typing import Final

from PIL import Image

from wallet.art.brand import CARD_PAPER, brand, rgb
from wallet.art.paths import circle
from wallet.art.pictures import Part, picture
from wallet.art.plates import Plate
from wallet.art.png import Ramp, encoded, steps
from wallet.domain.designs import Design

ICON_POINTS: Final = 38
LOGO_WIDTH_POINTS: Final = 40
LOGO_HEIGHT_POINTS: Final = 50
"""Apple allows 160 by 50. The full height keeps the seal in the middle of the header."""

_ICON_DISC: Final = 0.8
_LOGO_DISC_POINTS: Final = 38
_PICTURE_SHARE: Final = 0.72 / 28
"""As on the pages: the picture's square of 28 units takes 72 % of the disc."""

_DISC, _INK = range(2)


def icon(design: Design, *, pixels: int) -> bytes:
    """The seal on a square of the brand's colour. Raises ValueError for an unknown design."""
    ground = rgb(design.color)
    sheet = _seal(design, (pixels, pixels), _ICON_DISC * pixels)
    return encoded(sheet, (Ramp(ground, rgb(CARD_PAPER)), _ink(design)))


def logo(design: Design, *, scale: int) -> bytes:
    """The seal on nothing: the pass has the brand's colour. Errors as in `icon`."""
    size = (LOGO_WIDTH_POINTS * scale, LOGO_HEIGHT_POINTS * scale)
    sheet = _seal(design, size, _LOGO_DISC_POINTS * scale)
    paper = rgb(CARD_PAPER)
    return encoded(sheet, (Ramp(paper, paper), _ink(design)), clear=True)


def _ink(design: Design) -> Ramp:
    return Ramp(rgb(CARD_PAPER), rgb(brand(design.color).card_ink))


def _seal(design: Design, size: tuple[int, int], disc_pixels: float) -> Image.Image:
    side = min(size)
    disc = Plate(side=side, density=1.0)
    disc.add(Part((circle(disc_pixels / 2),)))
    drawn = Plate(side=side, density=_PICTURE_SHARE * disc_pixels)
    for part in picture(design.picture):
        drawn.add(part)
    ink = drawn.print()
    corner = ((size[0] - side) // 2, (size[1] - side) // 2)
    sheet = Image.new("L", size, 0)
    sheet.paste(steps(disc.print(), _DISC), corner)
    # The picture lies well within the disc, so its own edges run from the disc's paper to the ink.
    sheet.paste(steps(ink, _INK), corner, ink.point([0] * 5 + [255] * 251))
    return sheet
