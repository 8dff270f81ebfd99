import hashlib
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from PIL import Image, ImageChops

from tests.wallet.art.drawing import BRICK, GREEN, decoded, design, has_color
from wallet.art.brand import CARD_PAPER, CARD_RING
from wallet.art.places import APPLE, GOOGLE, Place, places
from wallet.art.stamps import tile_corner, tile_side
from wallet.art.strips import HERO_SCALE, balance_hero, balance_strip, hero, strip
from wallet.domain.designs import Design, Picture, StampStyle

STYLES = pytest.mark.parametrize("style", StampStyle)


def tile(picture: Image.Image, place: Place, scale: float) -> Image.Image:
    left, top = tile_corner(place, scale)
    side = tile_side(place.radius, scale)
    return picture.crop((left, top, left + side, top + side))


def differing(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int] | None:
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox()


@pytest.mark.parametrize(("scale", "size"), [(2, (750, 288)), (3, (1125, 432))])
@pytest.mark.parametrize("stamps", [0, 4, 8])
def test_a_strip_has_apples_size(scale: int, size: tuple[int, int], stamps: int) -> None:
    assert decoded(strip(design(), stamps, 8, scale=scale)).size == size


@pytest.mark.parametrize("stamps", [0, 4, 8])
def test_a_hero_has_googles_size(stamps: int) -> None:
    assert decoded(hero(design(), stamps, 8)).size == (1032, 336)


@STYLES
def test_the_same_card_is_the_same_bytes(style: StampStyle) -> None:
    drawn = strip(design(style=style), 3, 5, scale=2)
    assert strip(design(style=style), 3, 5, scale=2) == drawn


def test_another_process_draws_the_same_bytes() -> None:
    code = (
        "import hashlib\n"
        "from wallet.art.strips import hero, strip\n"
        "from wallet.domain.designs import Design, Picture, StampStyle\n"
        "d = Design(color='#b8451f', style=StampStyle.ROSETTE, picture=Picture.PAW)\n"
        "print(hashlib.sha256(strip(d, 5, 7, scale=3) + hero(d, 7, 7)).hexdigest())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
        text=True,
    ).stdout.strip()
    here = Design(color=BRICK, style=StampStyle.ROSETTE, picture=Picture.PAW)
    drawn = strip(here, 5, 7, scale=3) + hero(here, 7, 7)
    assert hashlib.sha256(drawn).hexdigest() == there


@STYLES
@pytest.mark.parametrize("target", [1, 5, 7, 12, 30])
def test_each_stamp_changes_its_own_place_and_nothing_else(style: StampStyle, target: int) -> None:
    before = decoded(strip(design(style=style), 0, target, scale=2))
    for place in places(target, APPLE):
        after = decoded(strip(design(style=style), place.number, target, scale=2))
        change = differing(before, after)
        left, top = tile_corner(place, 2)
        side = tile_side(place.radius, 2)
        assert change is not None
        assert left <= change[0] < change[2] <= left + side
        assert top <= change[1] < change[3] <= top + side
        before = after


@pytest.mark.parametrize("target", range(1, 31))
def test_nothing_is_drawn_where_apple_may_crop(target: int) -> None:
    for stamps in (0, target):
        picture = decoded(strip(design(), stamps, target, scale=2)).convert("RGB")
        marks = differing(picture, Image.new("RGB", picture.size, CARD_PAPER))
        assert marks is not None
        assert marks[1] >= 21
        assert marks[3] <= 288 - 21
        assert marks[0] > 0
        assert marks[2] < 750


@pytest.mark.parametrize("target", range(1, 31))
def test_every_place_shows_a_mark(target: int) -> None:
    picture = decoded(hero(design(), target // 2, target))
    for place in places(target, GOOGLE):
        assert differing(
            tile(picture, place, HERO_SCALE),
            Image.new("RGB", (tile_side(place.radius, HERO_SCALE),) * 2, CARD_PAPER),
        )


def test_numbers_differ_from_place_to_place() -> None:
    empty = decoded(strip(design(), 0, 30, scale=3))
    tiles = {tile(empty, place, 3).tobytes() for place in places(30, APPLE)}
    assert len(tiles) == 30


@STYLES
def test_the_last_place_of_a_full_card_is_a_stamp_with_the_gift(style: StampStyle) -> None:
    last = places(10, APPLE)[-1]
    cup, gift = (
        tile(decoded(strip(design(style=style, picture=picture), 10, 10, scale=2)), last, 2)
        for picture in (Picture.CUP, Picture.GIFT)
    )
    waiting = tile(decoded(strip(design(style=style), 9, 10, scale=2)), last, 2)
    assert cup.tobytes() == gift.tobytes()
    assert cup.tobytes() != waiting.tobytes()


@pytest.mark.parametrize(("stamps", "drawn"), [(-3, 0), (11, 10), (25, 10)])
def test_numbers_beyond_the_card_are_drawn_as_empty_or_full(stamps: int, drawn: int) -> None:
    assert strip(design(), stamps, 10, scale=2) == strip(design(), drawn, 10, scale=2)


def test_all_styles_and_pictures_look_different() -> None:
    drawn = {
        strip(design(style=style, picture=picture), 1, 2, scale=2)
        for style in StampStyle
        for picture in Picture
    }
    assert len(drawn) == len(StampStyle) * len(Picture)


def test_the_colours_are_paper_ring_and_the_cards_ink() -> None:
    picture = decoded(strip(design(color="#f2c230"), 3, 8, scale=2))
    assert all(has_color(picture, color) for color in (CARD_PAPER, CARD_RING, "#8b6b09"))
    assert not has_color(picture, "#f2c230")


def test_the_card_can_be_drawn_in_every_colour_one_after_the_other() -> None:
    green = strip(design(color=GREEN), 3, 8, scale=2)
    brick = strip(design(color=BRICK), 3, 8, scale=2)
    assert has_color(decoded(brick), BRICK)
    assert not has_color(decoded(brick), GREEN)
    assert strip(design(color=GREEN), 3, 8, scale=2) == green


@STYLES
@pytest.mark.parametrize(("target", "most"), [(10, 45_000), (12, 45_000), (24, 50_000)])
def test_a_full_strip_stays_small(style: StampStyle, target: int, most: int) -> None:
    assert len(strip(design(style=style, picture=Picture.GIFT), target, target, scale=3)) <= most


@pytest.mark.parametrize("scale", [0, 1, 4])
def test_other_scales_are_refused(scale: int) -> None:
    with pytest.raises(ValueError, match=f"a scale of 2 or 3, not {scale}"):
        strip(design(), 1, 10, scale=scale)
    with pytest.raises(ValueError, match=f"a scale of 2 or 3, not {scale}"):
        balance_strip(design(), scale=scale)


@pytest.mark.parametrize("target", [-1, 0, 31])
def test_other_targets_are_refused(target: int) -> None:
    with pytest.raises(ValueError, match="1 to 30 places"):
        strip(design(), 0, target, scale=2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (design(color="green"), "not a colour of the form #rrggbb: 'green'"),
        (design(picture=cast("Picture", "sock")), "unknown picture 'sock': one of cup, loaf"),
        (design(style=cast("StampStyle", "seal")), "unknown style 'seal': one of pad, ring, rose"),
    ],
)
def test_a_design_that_cannot_be_drawn_is_refused_at_once(wrong: Design, said: str) -> None:
    for stamps in (0, 3):
        with pytest.raises(ValueError, match=said):
            strip(wrong, stamps, 8, scale=2)
    with pytest.raises(ValueError, match=said):
        balance_strip(wrong, scale=2)


@STYLES
def test_a_points_card_shows_its_stamp_in_ink_between_pale_ones(style: StampStyle) -> None:
    picture = decoded(balance_strip(design(style=style), scale=2))
    assert picture.size == (750, 288)
    assert has_color(picture.crop((300, 0, 450, 288)), GREEN)
    assert not has_color(picture.crop((0, 0, 280, 288)), GREEN)
    assert differing(picture.crop((0, 0, 280, 288)), Image.new("RGB", (280, 288), CARD_PAPER))
    assert balance_strip(design(style=style), scale=2) == balance_strip(
        design(style=style), scale=2
    )


def test_a_points_card_has_a_hero_too() -> None:
    assert decoded(balance_hero(design())).size == (1032, 336)
