import pytest

from tests.wallet.art.drawing import BRICK, GREEN, decoded, design, has_color
from wallet.art.brand import CARD_PAPER, brand
from wallet.art.marks import icon, logo
from wallet.domain.designs import Picture


@pytest.mark.parametrize("picture", Picture)
def test_an_icon_is_a_seal_on_the_brands_colour(picture: Picture) -> None:
    drawn = decoded(icon(design(color=BRICK, picture=picture), pixels=114))
    assert drawn.size == (114, 114)
    assert drawn.getpixel((0, 0)) == drawn.getpixel((113, 113)) == (0xB8, 0x45, 0x1F, 255)
    assert drawn.getpixel((57, 14)) == (0xFA, 0xF5, 0xEA, 255)


@pytest.mark.parametrize("picture", Picture)
def test_a_logo_is_a_seal_on_nothing(picture: Picture) -> None:
    drawn = decoded(logo(design(picture=picture), scale=3))
    assert drawn.size == (120, 150)
    alpha = drawn.getchannel("A")
    assert alpha.getbbox() == (3, 18, 117, 132)
    assert alpha.getextrema() == (0, 255)
    assert has_color(drawn, CARD_PAPER)
    assert has_color(drawn, GREEN)


def test_the_picture_is_in_the_cards_ink_even_where_the_colour_is_pale() -> None:
    drawn = decoded(icon(design(color="#f2c230"), pixels=76))
    assert has_color(drawn, brand("#f2c230").card_ink)


def test_every_picture_has_its_seal() -> None:
    assert len({icon(design(picture=picture), pixels=76) for picture in Picture}) == len(Picture)


def test_the_edge_of_a_logo_is_paper_that_fades() -> None:
    colors = decoded(logo(design(), scale=2)).getcolors() or []
    faded = [color for _, color in colors if isinstance(color, tuple) and 0 < color[3] < 255]
    assert faded
    assert {color[:3] for color in faded} == {(0xFA, 0xF5, 0xEA)}
