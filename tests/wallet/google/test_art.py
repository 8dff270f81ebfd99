"""Addresses of pictures: another picture, another address."""

import re
from dataclasses import replace

from tests.wallet.domain.samples import cafe, card
from tests.wallet.google.official import BASE, CAFE, SHOP
from wallet.domain.cards import State
from wallet.domain.designs import Picture, StampStyle
from wallet.google.art import Art, hero_of, mark_of


def test_every_state_of_every_design_has_an_address_of_its_own() -> None:
    designs = [
        replace(CAFE.design, color=color, style=style, picture=picture)
        for color in ("#1f5b45", "#1f5b46")
        for style in StampStyle
        for picture in Picture
    ]
    arts = [
        Art(kind="hero", design=design, stamps=stamps, target=target)
        for design in designs
        for target in (1, 11)
        for stamps in range(target + 1)
    ]
    plain = [Art(kind=kind, design=design) for design in designs for kind in ("hero", "seal")]
    names = {each.name for each in arts + plain}
    assert len(names) == len(arts) + len(plain)
    assert all(re.fullmatch(r"[0-9a-f]{32}", name) for name in names)


def test_cards_in_the_same_state_share_one() -> None:
    one, other = (card(id=name, state=State(stamps=4)) for name in ("a", "b"))
    assert hero_of(one, CAFE).url(BASE) == hero_of(other, CAFE).url(BASE)
    assert hero_of(one, CAFE).url(BASE) == f"{BASE}/art/{hero_of(one, CAFE).name}.png"


def test_a_card_is_drawn_between_empty_and_full() -> None:
    drawn = [hero_of(card(state=State(stamps=n)), cafe(target=3)).stamps for n in (-2, 0, 3, 9)]
    assert drawn == [0, 0, 3, 3]


def test_points_have_one_picture() -> None:
    few, many = (hero_of(card(state=State(points=n)), SHOP) for n in (1, 900))
    assert few == many
    assert few.stamps is None
    assert mark_of(SHOP).name != few.name


def test_an_uploaded_logo_is_the_mark() -> None:
    designs = [
        replace(CAFE.design, logo=logo, color=color)
        for logo in (None, "a" * 32, "b" * 32)
        for color in ("#1f5b45", "#1f5b46")
    ]
    marks = [mark_of(replace(CAFE, design=design)) for design in designs]
    assert [each.kind for each in marks] == ["seal"] * 2 + ["logo"] * 4
    assert len({each.name for each in marks}) == len(marks)


def test_the_stamps_of_a_card_are_drawn_without_the_logo() -> None:
    with_logo = replace(CAFE, design=replace(CAFE.design, logo="a" * 32))
    assert hero_of(card(), with_logo).name == hero_of(card(), CAFE).name
