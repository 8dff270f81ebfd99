"""An uploaded logo fits the circle that Google cuts, whatever its shape."""

import io

import pytest
from PIL import Image

from wallet.art.brand import rgb
from wallet.art.round_logos import round_logo

COLOR = "#1f5b45"
RED = (200, 16, 16, 255)


def uploaded(width: int, height: int, color: tuple[int, int, int, int] = RED) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (width, height), color).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "size", [(600, 200), (200, 600), (512, 512), (1, 1024), (1024, 1), (1, 1), (30, 20)]
)
def test_the_whole_logo_lies_in_the_circle(size: tuple[int, int]) -> None:
    picture = Image.open(io.BytesIO(round_logo(uploaded(*size), COLOR, pixels=660)))
    assert (picture.size, picture.mode, picture.format) == ((660, 660), "RGB", "PNG")
    assert picture.getpixel((0, 0)) == rgb(COLOR)
    ground = Image.new("RGB", picture.size, rgb(COLOR))
    marked = [
        (x, y)
        for x in range(660)
        for y in range(660)
        if picture.getpixel((x, y)) != ground.getpixel((x, y))
    ]
    assert marked
    reach = max(((x - 329.5) ** 2 + (y - 329.5) ** 2) ** 0.5 for x, y in marked)
    assert reach < 330 * 0.87
    # As large as that allows, and in its own proportions.
    assert reach > 330 * 0.8


def test_what_is_clear_shows_the_brand() -> None:
    clear = uploaded(400, 300, (255, 255, 255, 0))
    picture = Image.open(io.BytesIO(round_logo(clear, COLOR, pixels=660)))
    assert picture.getcolors() == [(660 * 660, rgb(COLOR))]


def test_the_same_logo_gives_the_same_bytes() -> None:
    logo = uploaded(600, 200)
    assert round_logo(logo, COLOR, pixels=66) == round_logo(logo, COLOR, pixels=66)
