from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.art.brand import CARD_PAPER, CARD_RING, Brand, Modes, brand, contrast, mixed, rgb

# As in the style sheet of the pages.
LIGHT = ("#f5f3ee", "#ffffff", "#ebe7de")
DARK = ("#14120f", "#1e1b17", "#2a2620")
INKS = ("#1e1b16", "#f4f0e8")

EXAMPLES = [
    Brand(
        color="#1f5b45",
        on_brand="#ffffff",
        on_brand_2="#bccec7",
        brand_text=Modes("#1f5b45", "#369e77"),
        brand_edge=Modes("#1f5b45", "#2b7e5f"),
        brand_soft=Modes("#e9efec", "#1e271f"),
        card_ink="#1f5b45",
    ),
    Brand(
        color="#b8451f",
        on_brand="#ffffff",
        on_brand_2="#f8ece9",
        brand_text=Modes("#b2431e", "#e06f49"),
        brand_edge=Modes("#b8451f", "#c24921"),
        brand_soft=Modes("#f8ece9", "#3a2318"),
        card_ink="#b8451f",
    ),
    Brand(
        color="#f2c230",
        on_brand="#000000",
        on_brand_2="#493a0e",
        brand_text=Modes("#806308", "#f2c230"),
        brand_edge=Modes("#a47e0a", "#f2c230"),
        brand_soft=Modes("#fef9ea", "#44391c"),
        card_ink="#8b6b09",
    ),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.color))
def test_the_three_shops_of_the_look(example: Brand) -> None:
    assert brand(example.color) == example


def check_readable(made: Brand) -> None:
    assert contrast(made.on_brand, made.color) >= 4.5
    assert contrast(made.on_brand_2, made.color) >= 4.5
    assert contrast(made.card_ink, CARD_PAPER) >= 4.5
    modes = zip(
        (LIGHT, DARK), INKS, made.brand_text, made.brand_edge, made.brand_soft, strict=True
    )
    for pages, ink, text, edge, soft in modes:
        assert min(contrast(text, ground) for ground in (*pages, soft)) >= 4.5
        assert min(contrast(edge, ground) for ground in pages) >= 3.0
        assert contrast(ink, soft) >= 8.5


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_gives_a_readable_set(number: int) -> None:
    check_readable(brand(f"#{number:06x}"))


def test_the_corners_and_edges_of_the_colour_cube_too() -> None:
    for parts in product((0, 1, 127, 128, 254, 255), repeat=3):
        check_readable(brand("#{:02x}{:02x}{:02x}".format(*parts)))


@given(st.integers(0, 0xFFFFFF))
def test_a_colour_that_is_readable_stays_as_it_is(number: int) -> None:
    color = f"#{number:06x}"
    assert (brand(color).card_ink == color) is (contrast(color, CARD_PAPER) >= 4.5)


def test_capitals_are_the_same_colour() -> None:
    assert brand("#F2C230") == brand("#f2c230")


@pytest.mark.parametrize(
    "color", ["", "f2c230", "#fff", "#f2c23g", "#f2c2300", "#f2c230\n", "red"]
)
def test_another_form_is_refused(color: str) -> None:
    with pytest.raises(ValueError, match="not a colour of the form #rrggbb"):
        brand(color)


def test_contrast_runs_from_1_to_21_and_has_no_order() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#1f5b45", "#1f5b45") == 1


def test_numbers_in_empty_rings_are_readable() -> None:
    assert contrast(CARD_RING, CARD_PAPER) >= 4.5


def test_mixed() -> None:
    assert mixed("#ffffff", "#000000", 0) == "#ffffff"
    assert mixed("#ffffff", "#000000", 100) == "#000000"
    assert mixed("#ffffff", "#1f5b45", 10) == "#e9efec"
    assert rgb("#e9efec") == (0xE9, 0xEF, 0xEC)
