"""What was bought counts through the hook as it does through the API: goods, exclusions, tax."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.chalice_app.desk import check_problem
from tests.chalice_app.engine_shop import Counterpart
from tests.chalice_app.gateway import send
from tests.chalice_app.till_system import TillSystem, till_system, told
from wallet.domain.ids import ProgramId
from wallet.storage.rows.merchants import SaleRow

COD = {"sku": "cod", "name": "Dorsz", "category": "fish", "quantity": 2, "amount": 2000}
CIGARS = {"sku": "cigar", "category": "tobacco", "amount": 3000}
# Without its tax, that is 100 for 123.00 with 23.00 in it; the fish give 5 each.
BASKET = {"currency": "PLN", "tax": 2300, "items": [COD]}


@pytest.fixture
def till(shop: Counterpart) -> TillSystem:
    return till_system(shop.desk, ProgramId(shop.program_id))


@pytest.fixture
def card(shop: Counterpart) -> str:
    return shop.card()


def given(entry: dict[str, Any]) -> dict[str, int]:
    """Points of an entry, rule by rule."""
    return {line["rule_id"]: line["points"] for line in entry["lines"]}


def test_goods_exclusions_and_tax_count(till: TillSystem, card: str) -> None:
    items = [COD, CIGARS, {"name": "A bag"}]
    reply = till.sale("1", {"id": card}, 12_300, currency="PLN", tax=2300, items=items)
    # Of the 93.00 without tobacco, 100 parts in 123 are net.
    assert given(told(reply, 200, "applied")["entry"]) == {"spend": 75, "fish": 10}


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ({}, {"spend": 123}),
        ({"tax": 0}, {"spend": 123}),
        ({"tax": None, "items": None}, {"spend": 123}),
        ({"tax": 2300}, {"spend": 100}),
        ({"items": [COD]}, {"spend": 123, "fish": 10}),
        ({"items": [CIGARS]}, {"spend": 93}),
    ],
)
def test_each_may_be_told_alone(
    till: TillSystem, card: str, more: dict[str, Any], points: dict[str, int]
) -> None:
    reply = till.sale("1", {"id": card}, 12_300, currency="PLN", **more)
    assert given(told(reply, 200, "applied")["entry"]) == points


def test_the_hook_gives_what_the_api_gives(shop: Counterpart, till: TillSystem, card: str) -> None:
    more = {"tax": 777, "items": [COD, CIGARS]}
    by_api = shop.buy(shop.card(), 9_999, **more)["entry"]
    by_hook = told(till.sale("1", {"id": card}, 9_999, currency="PLN", **more), 200, "applied")
    assert by_hook["entry"]["lines"] == by_api["lines"] != []
    assert by_hook["entry"]["basket"] == by_api["basket"]


def test_the_page_for_senders_has_an_example(till: TillSystem, card: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "hooks.md"
    (line,) = re.findall(r'^`("amount": .*"items": .*)`$', page.read_text(), re.MULTILINE)
    said = json.loads(f"{{{line}}}")
    reply = till.sale("1", {"id": card}, currency="PLN", **said)
    assert given(told(reply, 200, "applied")["entry"]) == {"spend": 10, "fish": 10}


def test_a_refund_in_parts_leaves_what_the_rest_would_have_given(
    shop: Counterpart, till: TillSystem, card: str
) -> None:
    told(till.sale("1", {"id": card}, 12_300, **BASKET), 200, "applied")
    assert shop.points(card) == 110
    assert given(told(till.refund("1", "a", 1_230), 200, "applied")["entry"])["spend"] == -10
    told(till.refund("1", "b", 11_070), 200, "applied")
    assert shop.points(card) == 0
    assert shop.desk.card(card)["carry"] == 0


def test_a_refund_that_came_first_takes_its_part(
    shop: Counterpart, till: TillSystem, card: str
) -> None:
    told(till.refund("1", "a", 1_230), 202, "pending")
    told(till.sale("1", {"id": card}, 12_300, **BASKET), 200, "applied")
    other = shop.card()
    told(till.sale("2", {"id": other}, 12_300, **BASKET), 200, "applied")
    told(till.refund("2", "a", 1_230), 200, "applied")
    assert shop.points(card) == shop.points(other) < 110


def test_a_claim_counts_what_was_in_the_basket(
    shop: Counterpart, till: TillSystem, card: str
) -> None:
    claim = told(till.sale("1", None, 12_300, **BASKET), 202, "pending")["claim"]
    path = "/claim/" + str(claim["url"]).rpartition("/")[2]
    code = shop.desk.card(card)["code"]
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    send("POST", path, headers=sent, body=f"card={quote(code)}".encode())
    assert shop.points(card) == 110
    told(till.refund("1", "a", 12_300), 200, "applied")
    assert shop.points(card) == 0


def test_a_basket_that_waited_counts_on_the_card_that_is_told_later(
    shop: Counterpart, till: TillSystem, card: str
) -> None:
    told(till.sale("1", None, 12_300, **BASKET), 202, "pending")
    told(till.sale("1", {"id": card}, 12_300, **BASKET), 200, "applied")
    told(till.sale("1", {"id": card}, 12_300, **BASKET), 200, "duplicate")
    assert shop.points(card) == 110


def test_a_sale_of_before_items_were_kept_is_still_read(
    shop: Counterpart, till: TillSystem, card: str
) -> None:
    told(till.sale("1", None, 12_300, currency="PLN", items=[COD]), 202, "pending")
    for row in SaleRow.scan(SaleRow.hook == till.hook_id):
        row.update([SaleRow.packed.remove()])
    reply = till.sale("1", {"id": card}, 12_300, currency="PLN", items=[COD])
    assert given(told(reply, 200, "applied")["entry"]) == {"spend": 123}


@pytest.mark.parametrize(
    "other",
    [
        {"tax": 2299},
        {"tax": None},
        {"items": []},
        {"items": [{**COD, "quantity": 3}]},
        {"items": [{**COD, "category": "tobacco"}]},
        {"items": [{**COD, "amount": None}]},
        {"items": [{**COD, "name": "Halibut"}]},
        {"items": [COD, COD]},
    ],
)
@pytest.mark.parametrize("waits", [False, True])
def test_the_same_sale_with_another_basket_is_refused(
    shop: Counterpart, till: TillSystem, card: str, other: dict[str, Any], *, waits: bool
) -> None:
    named = None if waits else {"id": card}
    assert till.sale("1", named, 12_300, **BASKET).status == (202 if waits else 200)
    with shop.desk.untouched():
        reply = till.sale("1", {"id": card}, 12_300, **{**BASKET, **other})
        check_problem(reply, 409, "key-reused")


@pytest.mark.parametrize("is_named", [False, True])
@pytest.mark.parametrize("tax", [-1, 12_301, 1.5, "1"])
def test_a_tax_that_cannot_be(
    shop: Counterpart, till: TillSystem, card: str, tax: object, *, is_named: bool
) -> None:
    named = {"id": card} if is_named else None
    with shop.desk.untouched():
        reply = till.sale("1", named, 12_300, currency="PLN", tax=tax)
        check_problem(reply, 422, "invalid", "data.tax")


def test_the_largest_basket_that_a_message_holds(
    shop: Counterpart, till: TillSystem, card: str
) -> None:
    lines = [
        {"sku": f"{number:0>100}", "category": "fish" * 20, "quantity": 100_000}
        for number in range(499)
    ]
    told(till.sale("1", None, 12_300, currency="PLN", items=[*lines, COD]), 202, "pending")
    reply = till.sale("1", {"id": card}, 12_300, currency="PLN", items=[*lines, COD])
    assert given(told(reply, 200, "applied")["entry"]) == {"spend": 123, "fish": 10}
