"""What the tests of pictures share: designs, and reading a PNG back."""

import io

from PIL import Image

from wallet.domain.designs import Design, Picture, StampStyle

GREEN = "#1f5b45"
BRICK = "#b8451f"


def design(
    color: str = GREEN,
    style: StampStyle = StampStyle.PAD,
    picture: Picture = Picture.CUP,
) -> Design:
    return Design(color=color, style=style, picture=picture)


def decoded(png: bytes) -> Image.Image:
    """The picture, all of it read, with its transparency."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        return picture.convert("RGBA")


def has_color(picture: Image.Image, color: str) -> bool:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    colors = picture.getcolors(maxcolors=4096)
    return any(entry == (red, green, blue, 255) for _, entry in colors or [])
