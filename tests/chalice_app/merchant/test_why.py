"""The page behind “Why?”, for the shop and for the card's holder."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import send
from tests.chalice_app.merchant.visitor import Visitor
from wallet.domain.cards import Card
from wallet.domain.tokens import link_token

Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def card(desk: Desk) -> Card:
    card = desk.shop.card(desk.shop.points, name="Ada")
    desk.buy(card.id, 1250)
    body = {"points": 3, "reason": "waited long & well"}
    assert desk.call("POST", f"/cards/{card.id}/adjust", body).status == 201
    return card


def newest(desk: Desk, card: Card) -> list[dict[str, Any]]:
    return list(desk.call("GET", f"/cards/{card.id}/entries").json["entries"])


def link(card: Card) -> str:
    return f"/c/{link_token(card.id, card.secret)}"


def words(body: bytes) -> str:
    text = re.sub(r"<[^>]*>", " ", body.decode())
    return re.sub(r"\s+", " ", text)


def test_the_holder_reads_why(desk: Desk, card: Card) -> None:
    adjusted, bought = newest(desk, card)
    history = send("GET", f"{link(card)}/history").body.decode()
    for entry in (adjusted, bought):
        assert f'href="{link(card)}/why/{entry["id"]}"' in history
    said = words(send("GET", f"{link(card)}/why/{bought['id']}").body)
    assert "Whole steps of €1.00: 12. Kept for next time: €0.50." in said
    assert "+12" in said
    assert "Counted under version 1 of the programme" in said


@pytest.mark.parametrize(
    ("language", "text"),
    [("pl", "Pełne kroki po 1,00"), ("hu", "Teljes lépések (1,00"), ("en", "Whole steps of €1")],
)
def test_it_speaks_the_holders_language(desk: Desk, card: Card, language: str, text: str) -> None:
    bought = newest(desk, card)[1]
    page = send("GET", f"{link(card)}/why/{bought['id']}", query={"lang": language})
    assert text in words(page.body)


def test_the_shops_own_note_is_the_shops(desk: Desk, card: Card) -> None:
    adjusted = newest(desk, card)[0]
    holder = send("GET", f"{link(card)}/why/{adjusted['id']}")
    assert holder.status == 200
    assert b"waited long" not in holder.body
    owner = Visitor().sign_in(desk.shop.merchant_id)
    shown = owner.get(f"/console/members/{card.id}/why/{adjusted['id']}").body
    assert b"waited long &amp; well" in shown
    assert f"/why/{adjusted['id']}" in owner.get(f"/console/members/{card.id}").body.decode()


def test_the_shop_reads_the_rule(desk: Desk, card: Card) -> None:
    owner = Visitor().sign_in(desk.shop.merchant_id)
    bought = newest(desk, card)[1]
    page = owner.get(f"/console/members/{card.id}/why/{bought['id']}").body.decode()
    assert '<p class="muted small mono">spend</p>' in page
    holder = send("GET", f"{link(card)}/why/{bought['id']}").body.decode()
    assert "mono" not in holder


def test_only_this_cards_entries(desk: Desk, card: Card) -> None:
    other = desk.shop.card(desk.shop.points)
    entry = desk.buy(other.id, 100)["id"]
    owner = Visitor().sign_in(desk.shop.merchant_id)
    digest = newest(desk, card)[0]["id"].partition("-")[2]
    for unknown in (entry, "x", digest, f"{card.id}-{'0' * 22}", f"{card.id}-", "%2e%2e"):
        assert send("GET", f"{link(card)}/why/{unknown}").status == 404
        assert owner.get(f"/console/members/{card.id}/why/{unknown}").status == 404
    rival = Visitor().sign_in(desk.rival.merchant_id)
    assert rival.get(f"/console/members/{other.id}/why/{entry}").status == 404
    assert rival.get(f"/console/members/x/why/{entry}").status == 404
