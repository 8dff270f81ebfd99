"""Refunds of purchases whose basket counted: in whatever parts, it is the same."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.shop import Shop, holds
from wallet.domain.cards import State
from wallet.domain.entries import Reversed
from wallet.domain.errors import AlreadyReversedError, InvalidError
from wallet.domain.ids import EntryId
from wallet.domain.programs import Program
from wallet.domain.purchases import Item
from wallet.services.reverse import reverse

RULES = [
    {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
    {"id": "latte", "kind": "points_per_item", "points": 3, "items": {"skus": ["latte"]}},
    {"id": "food", "kind": "milestone", "step": 300, "points": 5},
]
PROGRAMS = {
    "net": made.program(earning={"basis": "net"}),
    "without tobacco": made.program(earning={"exclude": {"categories": ["tobacco"]}}),
    "by item": made.program(rules=RULES),
    "doubled": made.program(
        rules=[*RULES, {"id": "x2", "kind": "multiplier", "percent": 200}],
        earning={"basis": "net", "exclude": {"categories": ["tobacco"]}},
    ),
}
BASKET = (
    Item(sku="latte", category="drinks", quantity=3, amount=450),
    Item(sku="pipe", category="tobacco", amount=333),
    Item(sku="cake", category="food", amount=217),
)
AMOUNT, TAX = 1_000, 187


def bought(program: Program) -> tuple[Shop, EntryId]:
    """A shop where something was bought before, and the purchase."""
    shop = Shop(program)
    shop.buy("before", 250)
    return shop, shop.buy("key", AMOUNT, *BASKET, tax=TAX).entry.id


def refunded(program: Program, *parts: int) -> State:
    shop, entry = bought(program)
    for number, part in enumerate(parts):
        reverse(shop.books, shop.act(f"back {number}"), entry, refund=part)
    return holds(audit(shop.ledger, shop.card.id).card.state)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_basket_counts_as_it_did(program: Program) -> None:
    """All of it back: as if nothing had been, tallies too."""
    shop, entry = bought(program)
    first = shop.ledger.entries(shop.card.id, before=2, limit=1)[0][0]
    reverse(shop.books, shop.act("back"), entry)
    assert shop.state() == first.after
    with pytest.raises(AlreadyReversedError):
        reverse(shop.books, shop.act("again"), entry)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@given(cuts=st.lists(st.integers(1, AMOUNT - 1), max_size=4, unique=True))
def test_in_whatever_parts_the_same_is_left(program: Program, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), AMOUNT - 1]
    parts = [to - at for at, to in pairwise(edges) if to > at]
    assert refunded(program, *parts) == refunded(program, AMOUNT - 1)
    assert refunded(program, *parts, 1) == refunded(program, AMOUNT)


def test_the_mark_says_what_steps_were_taken() -> None:
    shop, entry = bought(PROGRAMS["by item"])
    reverse(shop.books, shop.act("1"), entry, refund=500)
    part = shop.ledger.mark(entry)
    # 250 + 1,000: 12 points and 50; less 500, of which 50 were over: 5 points.
    assert (part.amount, part.whole, dict(part.taken)["spend"]) == (500, False, 5)
    reverse(shop.books, shop.act("2"), entry)
    assert replace(shop.ledger.mark(entry), taken=()) == Reversed(amount=AMOUNT, whole=True)


def test_a_refund_of_more_than_is_left_can_be_clipped() -> None:
    shop, entry = bought(PROGRAMS["net"])
    reverse(shop.books, shop.act("1"), entry, refund=900)
    with pytest.raises(InvalidError):
        reverse(shop.books, shop.act("2"), entry, refund=900)
    done = reverse(shop.books, shop.act("2"), entry, refund=900, clip=True)
    assert done.entry.amount == 100
    with pytest.raises(AlreadyReversedError):
        reverse(shop.books, shop.act("3"), entry, refund=900, clip=True)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_remainders_are_those_of_what_was_kept(program: Program) -> None:
    """Later purchases went on from where the refunded one had left the card."""
    shop, entry = bought(program)
    shop.buy("later", 380, Item(sku="latte", quantity=1, amount=380))
    reverse(shop.books, shop.act("back"), entry)
    kept = Shop(program)
    kept.buy("before", 250)
    kept.buy("later", 380, Item(sku="latte", quantity=1, amount=380))
    assert holds(shop.state()) == holds(kept.state())
    assert shop.state().visits == 2
