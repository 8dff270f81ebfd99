"""An uploaded logo as Google shows it: a circle is cut out of a square of the brand's colour."""

import io
from typing import Final

from PIL import Image

from wallet.art.brand import rgb

# Google asks for a margin of 15 %, so that the circle cuts off nothing.
_DIAGONAL_SHARE: Final = 0.85


def round_logo(logo: bytes, color: str, *, pixels: int) -> bytes:
    """The whole logo, as large as the circle allows, on the brand's colour, as a PNG."""
    picture = Image.open(io.BytesIO(logo), formats=("PNG",)).convert("RGBA")
    width, height = picture.size
    share = _DIAGONAL_SHARE * pixels / (width**2 + height**2) ** 0.5
    fitted = picture.resize(
        (max(1, int(share * width)), max(1, int(share * height))), Image.Resampling.LANCZOS
    )
    ground = Image.new("RGBA", (pixels, pixels), (*rgb(color), 255))
    ground.alpha_composite(fitted, ((pixels - fitted.width) // 2, (pixels - fitted.height) // 2))
    file = io.BytesIO()
    ground.convert("RGB").save(file, "PNG", optimize=True)
    return file.getvalue()
