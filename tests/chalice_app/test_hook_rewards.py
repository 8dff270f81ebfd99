"""Rewards in a sale of a till system: asked for, and taken once."""

from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.engine_shop import market
from tests.chalice_app.gateway import Reply
from tests.chalice_app.till_system import TillSystem, told


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


def test_a_reward_is_asked_for_as_at_any_till(desk: Desk, till: TillSystem) -> None:
    shop = market(desk)
    name = {"id": shop.card(points=100)}

    def ask(kind: str, reward_id: str, sale_id: str, **more: Any) -> Reply:
        data = {"sale_id": sale_id, "card": name, "reward_id": reward_id, **more}
        return till.tell(f"reward.{kind}", **data)

    check_problem(ask("redeemed", "wine", "1"), 409, "confirmation-needed")
    told(ask("redeemed", "wine", "1", confirmed=True), 200, "applied")
    check_problem(ask("redeemed", "here", "2"), 409, "reward-not-now")
    told(ask("redeemed", "here", "2", location_id="market"), 200, "applied")
    told(ask("redeemed", "once", "3"), 200, "applied")
    quoted = told(ask("quoted", "once", "4"), 200, "applied")["reward"]
    assert (quoted["available"], quoted["missing"]) == (False, {"points": 0})


def test_a_merged_card_leads_to_the_one_that_has_all(desk: Desk, till: TillSystem) -> None:
    shop = market(desk)
    old, new = (desk.card(shop.card(points=30)) for _ in range(2))
    shop.done(new["id"], "merge", card_id=old["id"])
    for number, name in enumerate(({"id": old["id"]}, {"barcode": old["barcode"]})):
        answer = told(till.reward("quoted", name, "five", str(number)), 200, "applied")
        assert answer["card"]["id"] == new["id"]
