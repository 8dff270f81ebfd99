"""A picture's name says all that it is made of, and is the only one it has."""

import io
import itertools

import pytest
from PIL import Image

from wallet.art.names import ArtKind, card_art, read_name
from wallet.domain.designs import Design, Picture, StampStyle

LIPOWA = Design(color="#1f5b45", style=StampStyle.PAD, picture=Picture.CUP)


@pytest.mark.parametrize(
    ("kind", "target", "name"),
    [
        (ArtKind.STRIP2, 10, "1-1f5b45-pad-cup-7-10-strip2"),
        (ArtKind.HERO, 8, "1-1f5b45-pad-cup-7-8-hero"),
        (ArtKind.STRIP2, None, "1-1f5b45-pad-cup-points-strip2"),
        (ArtKind.HERO, None, "1-1f5b45-pad-cup-points-hero"),
    ],
)
def test_a_name_is_read_as_it_was_written(kind: ArtKind, target: int | None, name: str) -> None:
    art = card_art(LIPOWA, kind, stamps=7, target=target)
    assert art.name == name
    assert read_name(name) == art


@pytest.mark.parametrize(("stamps", "drawn"), [(-1, 0), (0, 0), (10, 10), (11, 10)])
def test_stamps_beyond_the_card_are_those_at_its_ends(stamps: int, drawn: int) -> None:
    assert card_art(LIPOWA, ArtKind.HERO, stamps=stamps, target=10).stamps == drawn


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (ArtKind.STRIP2, (750, 288)),
        (ArtKind.HERO, (1032, 336)),
    ],
)
def test_each_kind_has_its_size(kind: ArtKind, size: tuple[int, int]) -> None:
    for target in (5, None):
        png = card_art(LIPOWA, kind, stamps=2, target=target).draw()
        assert Image.open(io.BytesIO(png)).size == size


@pytest.mark.parametrize(
    "name",
    [
        "", "x", "1-1f5b45-pad-cup", "2-1f5b45-pad-cup-1-10-hero", "1-1F5B45-pad-cup-1-10-hero",
        "1-1f5b45-pad-face-1-10-hero", "1-1f5b45-wax-cup-1-10-hero", "1-1f5b45-pad-cup-11-10-hero",
        "1-1f5b45-pad-cup-1-31-hero", "1-1f5b45-pad-cup-0-0-hero", "1-1f5b45-pad-cup-01-10-hero",
        "1-1f5b45-pad-cup-1-10-strip3", "1-1f5b45-pad-cup-1-10-seal", "1-1f5b45-pad-cup-hero",
        "1-1f5b45-pad-cup-strip2", "1-1f5b45-pad-cup-٣-10-hero",
        "1-1f5b45-pad-cup--1-10-hero",
        "1-1f5b45-pad-cup-1-10-hero\n", "01-1f5b45-pad-cup-1-10-hero",
    ],
)  # fmt: skip
def test_a_name_that_we_would_not_give_is_none(name: str) -> None:
    assert read_name(name) is None


def test_no_two_pictures_share_a_name() -> None:
    states = [(None, 0), *((target, n) for target in (1, 11, 30) for n in range(target + 1))]
    arts = {
        card_art(Design(color=color, style=style, picture=picture), kind, stamps=n, target=target)
        for color, style, picture, kind, (target, n) in itertools.product(
            ("#000000", "#00000f"), StampStyle, (Picture.CUP, Picture.PAW), ArtKind, states
        )
    }
    assert len({art.name for art in arts}) == len(arts)
    assert all(read_name(art.name) == art for art in arts)
