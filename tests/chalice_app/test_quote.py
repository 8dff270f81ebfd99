"""Quotes: what an earn or a redeem would do, to the last byte, and nothing is written."""

import secrets
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chalice_app.desk import PROBLEM, Clock, Desk, check_problem
from tests.chalice_app.engine_shop import Counterpart
from tests.faults.wire import tapped
from tests.golden.programmes import programmes

READS = {"GetItem", "Query", "BatchGetItem"}
PURCHASE = {"amount": 1250, "currency": "PLN"}
GOODS = [{"category": "fish", "quantity": 2, "amount": 900}, {"category": "tobacco", "amount": 99}]


@pytest.fixture
def card(shop: Counterpart, clock: Clock) -> str:
    """A card whose time stands still."""
    del clock
    return shop.card(points=100)


def refusal(shop: Counterpart, card: str, slug: str, **body: Any) -> dict[str, Any]:
    """The quote's refusal; the card is as it is."""
    reply = shop.ask(card, "quote", **body)
    assert reply.status == 200, reply.body
    assert (reply.json["entry"], reply.json["explanation"]) == (None, [])
    assert reply.json["card"] == shop.desk.card(card)
    refused: dict[str, Any] = reply.json["refusal"]
    assert refused["type"] == PROBLEM + slug
    assert refused["title"]
    assert refused["detail"]
    assert "status" not in refused
    return refused


def check_quote(
    shop: Counterpart, card: str, what: str, body: Mapping[str, Any], asked: Mapping[str, Any]
) -> dict[str, Any]:
    """The quote is what the call then does; both under one key, at one time."""
    key = secrets.token_hex(8)
    with shop.desk.untouched():
        quote = shop.ask(card, "quote", key=key, **asked)
    assert quote.status == 200, quote.body
    done = shop.ask(card, what, key=key, **body)
    if quote.json["refusal"]:
        assert {**quote.json["refusal"], "status": done.status} == done.json
        return dict(quote.json)
    assert done.status == 201, done.body
    entry, quoted = done.json["entry"], quote.json["entry"]
    assert quoted == {name: entry[name] for name in quoted}
    assert set(quoted) >= {"kind", "points", "stamps", "balance_after", "lines"}
    assert quote.json["card"] == done.json["card"]
    explained = shop.desk.call("GET", f"/entries/{entry['id']}/explanation").json
    assert explained["steps"] == quote.json["explanation"]
    assert explained["agrees"] is True
    return dict(quote.json)


@pytest.mark.parametrize(
    "body",
    [
        {"purchase": PURCHASE},
        {"purchase": {**PURCHASE, "tax": 230, "items": GOODS}, "location_id": "market"},
        {"purchase": {"amount": 10, "currency": "PLN"}},
        {"points": 12},
        {"action": "review"},
        {"action": "juice"},
        {"purchase": PURCHASE, "occurred_at": "2026-01-05T12:00:00Z"},
        {"stamps": 1},
        {"action": "dance"},
        {"purchase": {**PURCHASE, "currency": "EUR"}},
        {"purchase": PURCHASE, "occurred_at": "2126-01-05T12:00:00Z"},
    ],
)
def test_an_earn(shop: Counterpart, card: str, body: dict[str, Any]) -> None:
    check_quote(shop, card, "earn", body, body)


@pytest.mark.parametrize(
    "body",
    [
        {"reward_id": "five"},
        {"reward_id": "more"},
        {"reward_id": "wine"},
        {"reward_id": "wine", "confirmed": True},
        {"reward_id": "here"},
        {"reward_id": "here", "location_id": "market"},
        {"reward_id": "nothing"},
        {"offer_id": "00000000"},
        {"points": 30},
        {"points": 35},
        {"points": 1_000},
    ],
)
def test_a_redeem(shop: Counterpart, card: str, body: dict[str, Any]) -> None:
    asked = {"spend" if name == "points" else name: value for name, value in body.items()}
    check_quote(shop, card, "redeem", body, asked)


def test_an_offer_that_the_card_holds(shop: Counterpart, card: str) -> None:
    shop.done(card, "earn", action="juice")
    (held,) = shop.desk.card(card)["offers"]
    code = held["id"]
    quoted = check_quote(shop, card, "redeem", {"offer_id": code}, {"offer_id": code})
    assert quoted["explanation"][1]["text"]["en"] == "Offer used: Free juice."
    assert quoted["card"]["offers"] == []
    assert refusal(shop, card, "invalid", offer_id=code)["field"] == "offer_id"


def test_a_code(shop: Counterpart, card: str) -> None:
    path = f"/programs/{shop.program_id}/codes"
    (code,) = shop.desk.call("POST", path, {"action": "review", "count": 1}).json["codes"]
    check_quote(shop, card, "earn", {"code": code}, {"code": code})
    refusal(shop, card, "code-used", code=code)
    refusal(shop, card, "not-found", code="0000-0000-00")


def test_what_stands_outside_the_card_refuses_too(shop: Counterpart, clock: Clock) -> None:
    card = shop.card(points=100)
    for _ in range(2):
        shop.done(card, "redeem", reward_id="cup")
    refusal(shop, card, "out-of-stock", reward_id="cup")
    shop.done(card, "redeem", reward_id="once")
    assert refusal(shop, card, "reward-not-now", reward_id="once")["reason"] == "often"
    shop.done(card, "earn", purchase={**PURCHASE, "reference": "r1"}, override=True)
    clock.forward(minutes=1)
    refusal(shop, card, "cool-down", purchase=PURCHASE)
    assert shop.ask(card, "quote", purchase=PURCHASE, override=True).json["refusal"] is None
    other = {"amount": 1, "currency": "PLN", "reference": "r1"}
    refusal(shop, card, "reference-used", purchase=other, override=True)
    refused = refusal(shop, card, "balance-too-small", spend=1_000)
    assert (refused["unit"], refused["cost"]) == ("points", 1_000)
    shop.done(card, "close", status="closed", reason="lost")
    refusal(shop, card, "card-not-active", points=1)
    refusal(shop, card, "card-not-active", reward_id="five")


def test_a_sale_that_was_told_before_is_quoted_as_it_was(shop: Counterpart, card: str) -> None:
    sale = {"purchase": {**PURCHASE, "reference": "r2"}}
    first = shop.done(card, "earn", **sale)
    shop.done(card, "earn", points=5)
    for told in (sale, {**sale, "override": True}):
        quoted = shop.ask(card, "quote", **told).json
        assert quoted["entry"]["points"] == first["entry"]["points"]
        assert quoted["card"] == first["card"]
        assert shop.ask(card, "earn", **told).json == first


def test_only_reads_go_out(shop: Counterpart, card: str) -> None:
    asked: list[dict[str, Any]] = [
        {"purchase": {**PURCHASE, "reference": "r3", "items": GOODS}, "override": True},
        {"points": 3},
        {"action": "juice"},
        {"reward_id": "cup"},
        {"reward_id": "nothing"},
        {"spend": 10},
        {"offer_id": "00000000"},
        {"code": "0000-0000-00"},
    ]
    for body in asked:
        with shop.desk.untouched(), tapped() as wire:
            assert shop.ask(card, "quote", **body).status == 200
        assert wire.operations
        assert set(wire.operations) <= READS, body


def test_a_key_is_not_used_up(shop: Counterpart, card: str) -> None:
    with shop.desk.untouched():
        for points in (1, 2):
            reply = shop.ask(card, "quote", key="again", points=points)
            assert reply.json["entry"]["points"] == points


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "purchase"),
        ({"points": 1, "spend": 1}, "spend"),
        ({"reward_id": "five", "offer_id": "x"}, "offer_id"),
        ({"points": 0}, "points"),
        ({"spend": -1}, "spend"),
        ({"spend": 1, "what": 1}, "what"),
        ({"purchase": PURCHASE, "occurred_at": "yesterday"}, "occurred_at"),
        ({"reward_id": "x" * 65}, "reward_id"),
    ],
)
def test_what_is_no_question(
    shop: Counterpart, card: str, body: dict[str, Any], field: str
) -> None:
    check_problem(shop.ask(card, "quote", **body), 422, "invalid", field)


def test_nobody_elses_card(shop: Counterpart, card: str, desk: Desk) -> None:
    reply = shop.ask(card, "quote", points=1, secret=desk.rival.secret)
    check_problem(reply, 404, "not-found")
    for unknown in ("0" * 22, "x", "..", "%00"):
        check_problem(shop.ask(unknown, "quote", points=1), 404, "not-found")
    assert shop.ask(card, "quote", points=1, secret=desk.till).status == 200


@given(programme=programmes(), data=st.data())
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_the_programme(
    desk: Desk, clock: Clock, programme: Mapping[str, Any], data: st.DataObject
) -> None:
    program_id = f"market-{secrets.token_hex(4)}"
    assert desk.call("PUT", f"/programs/{program_id}", programme).status == 201
    shop = Counterpart(desk=desk, program_id=program_id)
    card = shop.card()
    goods = [{"category": "coffee", "quantity": 2, "amount": 240}]
    for _ in range(3):
        clock.forward(hours=data.draw(st.sampled_from([1, 20, 200])))
        amount = data.draw(st.sampled_from([1, 99, 700, 2_600, 5_001]))
        purchase = {"amount": amount, "currency": "PLN", "tax": amount // 5, "items": goods}
        body = {"purchase": purchase, "override": True}
        check_quote(shop, card, "earn", body, body)
    wanted = {"reward_id": data.draw(st.sampled_from(["cake", "mug"]))}
    check_quote(shop, card, "redeem", wanted, wanted)
