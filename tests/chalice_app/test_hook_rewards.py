"""Rewards in a sale of a till system: asked for, and taken once."""

from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.till_system import TillSystem, till_system, told


@pytest.fixture
def till(desk: Desk) -> TillSystem:
    return till_system(desk)


@pytest.fixture
def rich(desk: Desk) -> dict[str, Any]:
    card = desk.enrol(desk.shop.points)
    desk.earn(card["id"], points=120)
    return card


def test_a_quote_says_what_is_there_and_writes_nothing(
    desk: Desk, till: TillSystem, rich: dict[str, Any]
) -> None:
    with desk.untouched():
        answer = told(till.reward("quoted", {"id": rich["id"]}, "tote", "1"), 200, "applied")
    assert answer["entry"] is None
    assert answer["reward"] == {
        "id": "tote",
        "name": "Bag",
        "kind": "gift",
        "cost": {"points": 50},
        "available": True,
        "missing": {"points": 0},
    }
    assert answer["card"] == desk.card(rich["id"])


def test_a_quote_says_what_is_missing(desk: Desk, till: TillSystem) -> None:
    card = desk.enrol(desk.shop.stamps)
    desk.earn(card["id"], stamps=7)
    quote = till.reward("quoted", {"barcode": card["barcode"]}, "coffee", "1")
    reward = told(quote, 200, "applied")["reward"]
    assert (reward["available"], reward["missing"]) == (False, {"stamps": 3})
    with desk.untouched():
        reply = till.reward("redeemed", {"barcode": card["barcode"]}, "coffee", "1")
        check_problem(reply, 409, "balance-too-small")


def test_a_reward_is_taken_once_in_a_sale(
    desk: Desk, till: TillSystem, rich: dict[str, Any]
) -> None:
    first = told(till.reward("redeemed", {"id": rich["id"]}, "tote", "1"), 200, "applied")
    assert (first["entry"]["kind"], first["entry"]["points"]) == ("redeem", -50)
    assert first["card"]["balance"]["points"] == 70
    for name in ({"id": rich["id"]}, {"barcode": rich["barcode"]}):
        again = told(till.reward("redeemed", name, "tote", "1"), 200, "duplicate")
        assert again == {**first, "status": "duplicate"}
    told(till.reward("redeemed", {"id": rich["id"]}, "tote", "2"), 200, "applied")
    # Told again once the points are gone, it is still what it was.
    told(till.reward("redeemed", {"id": rich["id"]}, "tote", "1"), 200, "duplicate")
    reply = till.reward("redeemed", {"id": rich["id"]}, "tote", "3")
    check_problem(reply, 409, "balance-too-small")


def test_a_contact_means_the_same_card_when_a_reward_is_told_again(
    desk: Desk, till: TillSystem, clock: Clock
) -> None:
    name = {"email": "rich@example.com"}
    first = desk.enrol(desk.shop.points, email="rich@example.com")
    desk.earn(first["id"], points=60)
    told(till.reward("redeemed", name, "tote", "1"), 200, "applied")
    clock.forward(seconds=1)
    second = desk.enrol(desk.shop.points, email="rich@example.com")
    desk.earn(second["id"], points=60)
    told(till.reward("redeemed", name, "tote", "1"), 200, "duplicate")
    assert desk.card(second["id"])["balance"]["points"] == 60


def test_a_contact_leads_to_the_card_whose_programme_has_the_reward(
    desk: Desk, till: TillSystem, clock: Clock
) -> None:
    name = {"phone": "+48600700801"}
    stamps = desk.enrol(desk.shop.stamps, phone="+48600700801")
    clock.forward(seconds=1)
    desk.enrol(desk.shop.points, phone="+48600700801")
    answer = told(till.reward("quoted", name, "coffee", "1"), 200, "applied")
    assert answer["card"]["id"] == stamps["id"]


@pytest.mark.parametrize(
    "name",
    [{"id": "0" * 22}, {"barcode": "😀"}, {"email": "no@where.pl"}, {"phone": "1"}, {"id": "<b>"}],
)
def test_an_unknown_card_has_no_rewards(
    desk: Desk, till: TillSystem, name: dict[str, str]
) -> None:
    with desk.untouched():
        for kind in ("quoted", "redeemed"):
            check_problem(till.reward(kind, name, "tote", "1"), 404, "unknown-card")
