"""Refunds through the hook of sales whose card has since been merged into another, or closed."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.audit import audit
from tests.chalice_app.desk import Desk
from tests.chalice_app.engine_shop import Counterpart, market
from tests.chalice_app.till_system import TillSystem, till_system, told
from wallet import runtime
from wallet.domain.ids import CardId, ProgramId

RULES = [
    {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
    {"id": "fifty", "kind": "milestone", "step": 5000, "points": 30},
    {"id": "fish", "kind": "points_per_item", "points": 5, "items": {"categories": ["fish"]}},
    {"id": "thrice", "kind": "challenge", "visits": 2, "days": 9, "points": 7},
]
LIMITS = [{"id": "day", "per": "day", "points": 500}]
COD = {"sku": "cod", "category": "fish", "amount": 2000}


@pytest.fixture(scope="module")
def shop(desk: Desk) -> Counterpart:
    return market(desk, rules=RULES, limits=LIMITS, offers=[], earning={}, rewards=[])


@pytest.fixture
def till(shop: Counterpart) -> TillSystem:
    return till_system(shop.desk, ProgramId(shop.program_id))


def sell(till: TillSystem, card: str, amount: int = 6050, sale_id: str = "1") -> dict[str, Any]:
    """The entry of a sale with a fish in it."""
    reply = till.sale(sale_id, {"id": card}, amount, currency="PLN", items=[COD])
    return dict(told(reply, 200, "applied")["entry"])


def agrees(shop: Counterpart, entry: dict[str, Any]) -> bool:
    """Whether the entry is found to follow from its rules."""
    return bool(shop.desk.call("GET", f"/entries/{entry['id']}/explanation").json["agrees"])


def held(card: str) -> tuple[int, int, int]:
    """Points, remainder and visits of a card whose books are in order."""
    state = audit(runtime.ledger(), CardId(card)).card.state
    assert sum(lot.units for lot in state.lots) == max(state.points, 0)
    return state.points, state.carry, state.visits


@pytest.mark.parametrize("parts", [[6050], [50, 6000], [1050, 1000, 4000], [6000, 100]])
@pytest.mark.parametrize("before", [0, 1])
def test_refunds_follow_to_the_card_that_has_what_was_bought(
    shop: Counterpart, till: TillSystem, parts: Sequence[int], before: int
) -> None:
    gone, left, alone = (shop.card() for _ in range(3))
    sell(till, gone)
    sell(till, alone, sale_id="2")
    shop.buy(left, 730)
    untouched = held(left)
    for number, amount in enumerate(parts):
        if number == before:
            shop.done(left, "merge", card_id=gone)
        entry = told(till.refund("1", str(number), amount), 200, "applied")["entry"]
        told(till.refund("2", str(number), amount), 200, "applied")
        assert entry["id"].startswith(gone if number < before else left)
        assert agrees(shop, entry)
        again = told(till.refund("1", str(number), amount), 200, "duplicate")
        assert again["entry"] == entry
    if before == len(parts):
        shop.done(left, "merge", card_id=gone)
    assert held(alone) == (0, 0, 0)
    assert held(left) == untouched
    assert told(till.refund("1", "more", 1), 200, "ignored")["reason"] == "nothing-left"


def test_a_part_takes_no_more_than_its_own_purchase_would_lose(
    shop: Counterpart, till: TillSystem
) -> None:
    gone, left = shop.card(), shop.card()
    sale = till.sale("1", {"id": gone}, 12_000, currency="PLN")
    assert told(sale, 200, "applied")["entry"]["points"] == 120 + 2 * 30
    shop.buy(left, 4900)
    shop.done(left, "merge", card_id=gone)
    points = shop.points(left)
    # 20.00 beyond the second 50.00: that milestone stays.
    assert told(till.refund("1", "a", 2000), 200, "applied")["entry"]["points"] == -20
    assert told(till.refund("1", "b", 1), 200, "applied")["entry"]["points"] == -31
    assert told(till.refund("1", "c", 4999), 200, "applied")["entry"]["points"] == -49
    assert shop.points(left) == points - 100
    # The other card was 1.00 short of a milestone of its own, and is so still.
    lines = shop.buy(left, 100)["entry"]["lines"]
    assert {"rule_id": "fifty", "points": 30, "stamps": 0} in lines


def test_a_refund_goes_as_far_as_the_card_was_merged(shop: Counterpart, till: TillSystem) -> None:
    gone, between, left = (shop.card() for _ in range(3))
    sell(till, gone)
    shop.done(between, "merge", card_id=gone)
    first = told(till.refund("1", "a", 1000), 200, "applied")["entry"]
    shop.done(left, "merge", card_id=between)
    second = told(till.refund("1", "b", 1000), 200, "applied")["entry"]
    assert first["id"].startswith(between)
    assert second["id"].startswith(left)
    assert first["reverses"] == second["reverses"]
    assert agrees(shop, first)
    assert agrees(shop, second)
    assert told(till.refund("1", "a", 1000), 200, "duplicate")["entry"] == first
    told(till.refund("1", "c", 4050), 200, "applied")
    assert held(left) == (0, 0, 0)


def test_a_refund_counts_once_though_the_merge_was_taken_back(
    shop: Counterpart, till: TillSystem
) -> None:
    gone, left = shop.card(), shop.card()
    sell(till, gone)
    merged = shop.done(left, "merge", card_id=gone)["entry"]
    entry = told(till.refund("1", "a", 1050), 200, "applied")["entry"]
    assert shop.reverse(merged).status == 201
    both = shop.points(gone) + shop.points(left)
    with shop.desk.untouched():
        assert told(till.refund("1", "a", 1050), 200, "duplicate")["entry"] == entry
    last = told(till.refund("1", "b", 5000), 200, "applied")["entry"]
    assert last["id"].startswith(gone)
    assert shop.points(gone) + shop.points(left) == both + last["points"] == 0


@pytest.mark.parametrize("status", ["closed", "void"])
@pytest.mark.parametrize("is_merged", [False, True])
def test_a_closed_card_ends_the_matter_until_it_is_opened_again(
    shop: Counterpart, till: TillSystem, status: str, *, is_merged: bool
) -> None:
    card = left = shop.card()
    sell(till, card)
    if is_merged:
        left = shop.card()
        shop.done(left, "merge", card_id=card)
    early = told(till.refund("1", "early", 100), 200, "applied")["entry"]
    points = shop.points(left)
    closed = shop.done(left, "close", status=status)["entry"]
    for _ in range(2):
        answer = told(till.refund("1", "a", 1000), 200, "ignored")
        assert answer["reason"] == "card-closed"
        assert answer["entry"] is None
    assert told(till.refund("1", "early", 100), 200, "duplicate")["entry"] == early
    told(till.sale("1", {"id": card}, 6050, currency="PLN", items=[COD]), 200, "duplicate")
    assert shop.points(left) == points
    assert shop.reverse(closed).status == 201
    late = told(till.refund("1", "a", 1000), 200, "applied")["entry"]
    assert shop.points(left) == points + late["points"] < points
    assert agrees(shop, late)
    assert agrees(shop, early)
