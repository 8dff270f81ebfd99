"""Earning through the API.

Baskets, taxes, actions, codes, what counts once, what is insisted on.
"""

from datetime import timedelta
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.engine_shop import Counterpart, market
from wallet import runtime
from wallet.domain.times import write_time


@pytest.fixture
def card(shop: Counterpart) -> str:
    return shop.card()


def codes_of(shop: Counterpart, count: int = 1, **more: Any) -> list[str]:
    body = {"action": "review", "count": count, **more}
    reply = shop.desk.call("POST", f"/programs/{shop.program_id}/codes", body)
    assert reply.status == 201, reply.body
    return list(reply.json["codes"])


def test_a_basket_goes_through_the_rules(shop: Counterpart, card: str) -> None:
    items = [
        {"sku": "1", "name": "Cod", "category": "fish", "quantity": 2, "amount": 4_000},
        {"category": "tobacco", "amount": 2_000},
    ]
    outcome = shop.buy(card, 10_000, tax=2_000, items=items)
    # 100 without tobacco and a fifth of tax: 64.00; two pieces of fish.
    assert outcome["entry"]["lines"] == [
        {"rule_id": "fish", "points": 10, "stamps": 0},
        {"rule_id": "spend", "points": 64, "stamps": 0},
    ]
    back = shop.reverse(outcome["entry"], amount=5_000)
    assert back.json["card"]["balance"]["points"] == 37
    assert shop.reverse(outcome["entry"]).json["card"]["balance"]["points"] == 0


def test_more_tax_than_was_paid(shop: Counterpart, card: str) -> None:
    purchase = {"amount": 100, "currency": "PLN", "tax": 101}
    reply = shop.ask(card, "earn", purchase=purchase)
    check_problem(reply, 422, "invalid", "purchase.tax")


def test_an_action_by_its_name(shop: Counterpart, card: str) -> None:
    outcome = shop.done(card, "earn", action="review", location_id="market")
    assert outcome["entry"]["lines"] == [{"rule_id": "review", "points": 10, "stamps": 0}]
    assert outcome["entry"]["location_id"] == "market"
    check_problem(shop.ask(card, "earn", action="share"), 422, "invalid", "action")
    check_problem(shop.ask(card, "earn", action="Review"), 422, "invalid", "action")


def test_an_action_may_give_an_offer(shop: Counterpart, card: str) -> None:
    (offer,) = shop.done(card, "earn", action="juice")["card"]["offers"]
    assert (offer["name"], offer["kind"]) == ("Free juice", "free_product")
    assert shop.desk.card(card)["offers"] == [offer]


def test_a_code_counts_once(shop: Counterpart, card: str) -> None:
    (code,) = codes_of(shop)
    other = shop.card()
    first = shop.ask(card, "earn", code=f" {code.lower()} ", key="typed")
    assert (first.status, first.json["entry"]["points"]) == (201, 10)
    again = shop.ask(card, "earn", code=f" {code.lower()} ", key="typed")
    assert (again.status, again.body) == (200, first.body)
    with shop.desk.untouched():
        check_problem(shop.ask(card, "earn", code=code), 409, "code-used")
        check_problem(shop.ask(other, "earn", code=code), 409, "code-used")


def test_a_code_ends(shop: Counterpart, card: str, clock: Clock) -> None:
    ends = write_time(clock.now + timedelta(hours=1))
    (code,) = codes_of(shop, expires_at=ends)
    clock.forward(hours=1, seconds=1)
    check_problem(shop.ask(card, "earn", code=code), 409, "code-used")


@pytest.mark.parametrize("code", ["", "nonsense", "0000-0000-00", "x" * 64, "👋"])
def test_what_is_no_code(shop: Counterpart, card: str, code: str) -> None:
    with shop.desk.untouched():
        check_problem(shop.ask(card, "earn", code=code), 404, "not-found")


def test_a_code_is_its_merchants_and_its_programmes(desk: Desk, shop: Counterpart) -> None:
    (code,) = codes_of(shop)
    elsewhere = market(desk).card()
    check_problem(shop.ask(elsewhere, "earn", code=code), 422, "invalid", "code")
    theirs = desk.call(
        "POST",
        f"/programs/{desk.rival.points.id}/cards",
        {"member": {}},
        secret=desk.rival.secret,
    ).json["id"]
    reply = shop.ask(theirs, "earn", code=code, secret=desk.rival.secret)
    check_problem(reply, 404, "not-found")


def test_within_the_cool_down_somebody_must_insist(
    shop: Counterpart, card: str, clock: Clock
) -> None:
    purchase = {"amount": 1_000, "currency": "PLN"}
    first = shop.done(card, "earn", purchase=purchase)["entry"]
    assert first["reason"] is None
    clock.forward(minutes=4)
    with shop.desk.untouched():
        problem = check_problem(shop.ask(card, "earn", purchase=purchase), 409, "cool-down")
    assert problem["since"][:19] == first["created_at"][:19]
    insisted = shop.done(card, "earn", purchase=purchase, override=True)["entry"]
    assert insisted["reason"] == "cool-down overridden"
    clock.forward(minutes=5)
    assert shop.done(card, "earn", purchase=purchase)["entry"]["reason"] is None


def test_a_reference_counts_once_whatever_the_key(shop: Counterpart, card: str) -> None:
    sale: dict[str, Any] = {
        "purchase": {"amount": 1_000, "currency": "PLN", "reference": "B-1"},
        "location_id": "market",
        "override": True,
    }
    first = shop.ask(card, "earn", **sale)
    assert first.status == 201
    with shop.desk.untouched():
        again = shop.ask(card, "earn", **sale)
        assert (again.status, again.body) == (200, first.body)
        dearer = {**sale, "purchase": {**sale["purchase"], "amount": 1_001}}
        check_problem(shop.ask(card, "earn", **dearer), 409, "reference-used")
    elsewhere = {**sale, "location_id": "harbour"}
    assert shop.ask(card, "earn", **elsewhere).status == 201
    other = shop.card()
    check_problem(shop.ask(other, "earn", **sale), 409, "reference-used")
    assert shop.points(other) == 0


def test_two_merchants_may_use_one_reference(desk: Desk, shop: Counterpart, card: str) -> None:
    shop.buy(card, 100, reference="same")
    path = f"/programs/{desk.rival.points.id}/cards"
    theirs = desk.call("POST", path, {"member": {}}, secret=desk.rival.secret).json["id"]
    purchase = {"amount": 100, "currency": "EUR", "reference": "same"}
    reply = shop.ask(theirs, "earn", purchase=purchase, secret=desk.rival.secret)
    assert reply.status == 201


def test_what_is_told_late_is_valued_at_its_own_time(shop: Counterpart, card: str) -> None:
    at = write_time(runtime.now() - timedelta(days=40))
    purchase = {"amount": 1_000, "currency": "PLN"}
    outcome = shop.done(card, "earn", purchase=purchase, occurred_at=at)
    assert outcome["entry"]["occurred_at"] == at
    (ends,) = outcome["card"]["expiries"]
    assert ends["at"] < shop.buy(card, 1_000)["card"]["expiries"][1]["at"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"points": 1}, "action"),
        ({"code": "7K3M-Q2ZT-4H"}, "code"),
        ({"purchase": {"amount": 1, "currency": "PLN"}}, "action"),
    ],
)
def test_exactly_one_thing_is_earned_for(
    shop: Counterpart, card: str, more: dict[str, Any], field: str
) -> None:
    check_problem(shop.ask(card, "earn", action="review", **more), 422, "invalid", field)
