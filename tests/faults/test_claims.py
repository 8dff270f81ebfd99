"""Commits that claim something outside the card, and merges, under faults and from many at
once.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from pynamodb.exceptions import TransactWriteError

from tests.audit import audit
from tests.faults.crowd import at_once
from tests.faults.wire import BOTOCORE_TRIES, WRITE, Fault, cancelled, script, tapped
from tests.wallet.services import made
from tests.world import Shop, World
from wallet import runtime
from wallet.domain.cards import Card, Status
from wallet.domain.errors import (
    CardNotActiveError,
    CodeUsedError,
    NotHeldError,
    OutOfStockError,
)
from wallet.domain.ids import ProgramId
from wallet.domain.program_document import read_terms, write_terms
from wallet.domain.programs import Program
from wallet.domain.purchases import Gift, Item, Purchase
from wallet.services.codes import Code
from wallet.services.commit import Committed
from wallet.services.earn import Circumstances, earn, earn_by_code
from wallet.services.merge_cards import merge_cards, unmerge_cards
from wallet.services.put_program import put_program
from wallet.services.redeem import capture_hold, hold_reward, redeem_reward, release_hold
from wallet.storage.claims import Claims

CROWD = 16
PIECES = 3
ONCE = Circumstances(location_id="mill", once=True)
CODE = "7K3M-Q2ZT-4H"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than a caller at a till would wait."""
    monkeypatch.setattr(runtime, "CONTENTION_SECONDS_MAX", 120.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """A shop with a reward of few pieces, a code and cards that hold something."""

    shop: Shop
    program: Program
    card: Card
    other: Card

    def new_card(self) -> Card:
        card = self.shop.card(self.program)
        earn(runtime.books(), self.shop.act(made.new_id()), card.id, Gift(points=50))
        return card

    def sell(self, key: str, card: Card | None = None) -> Committed:
        purchase = Purchase(
            amount=1_000, currency="EUR", reference="r-1", items=(Item(sku="tea"),)
        )
        return earn(runtime.books(), self.shop.act(key), (card or self.card).id, purchase, ONCE)

    def redeem(self, key: str, card: Card | None = None) -> Committed:
        act = self.shop.act(key)
        return redeem_reward(runtime.books(), act, (card or self.card).id, "tote")

    def type_code(self, key: str, card: Card | None = None) -> Committed:
        codes, act = runtime.code_press().codes, self.shop.act(key)
        return earn_by_code(runtime.books(), codes, act, (card or self.card).id, CODE)

    def merge(self, key: str, card: Card | None = None) -> Committed:
        act = self.shop.act(key)
        return merge_cards(runtime.books(), act, (card or self.card).id, self.other.id)

    def given(self) -> int:
        return Claims().given(self.program.id, "tote")

    def points(self, *cards: Card) -> int:
        """On these cards together, their books audited."""
        return sum(audit(runtime.ledger(), each.id).card.state.points for each in cards)


@pytest.fixture
def counters(shop: Shop) -> Counters:
    document = {
        **write_terms(shop.points),
        "rules": [
            {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
            {"id": "tea", "kind": "points_per_item", "points": 1, "items": {"skus": ["tea"]}},
            {"id": "poll", "kind": "action", "action": "poll", "points": 5},
        ],
        "rewards": [
            {
                "id": "tote",
                "name": "Bag",
                "kind": "gift",
                "cost": {"points": 20},
                "stock": PIECES,
            }
        ],
    }
    act = replace(shop.act("program"), digest=made.new_id())
    program_id = ProgramId(f"counted-{act.digest}")
    program = put_program(runtime.programs(), act, program_id, read_terms(document)).program
    code = Code(code=CODE, program_id=program.id, action="poll", batch="b")
    runtime.code_press().codes.add_codes(shop.merchant_id, [code])
    bare = Counters(shop=shop, program=program, card=shop.card(program), other=shop.card(program))
    return replace(bare, card=bare.new_card(), other=bare.new_card())


Act = Callable[[Counters, str], Committed]
ACTS = pytest.mark.parametrize(
    "act", [Counters.sell, Counters.redeem, Counters.type_code, Counters.merge]
)


@pytest.fixture
def shop(world: World) -> Shop:
    """One of this test's own: its code and its receipt are used once."""
    return world.shop()


@ACTS
@pytest.mark.parametrize("fault", ["lost", "dropped"])
def test_a_lost_answer_is_found_again(counters: Counters, act: Act, fault: Fault) -> None:
    with tapped(script(WRITE, [fault] * (BOTOCORE_TRIES - 1))):
        done = act(counters, "key")
    assert not done.replayed
    assert audit(runtime.ledger(), counters.card.id).entries[1:] == [done.entry]


@ACTS
def test_where_every_answer_is_lost_the_caller_asks_again(counters: Counters, act: Act) -> None:
    """What the request claims is by then its own; that is no refusal."""
    with tapped(script(WRITE, ["lost"] * BOTOCORE_TRIES)), pytest.raises(TransactWriteError):
        act(counters, "key")
    again = act(counters, "key")
    assert again.replayed
    assert audit(runtime.ledger(), counters.card.id).entries[1:] == [again.entry]
    assert counters.given() == (act is Counters.redeem)


@pytest.mark.parametrize(
    "reasons",
    [
        ("TransactionConflict", "None", "None", "ConditionalCheckFailed"),
        ("None", "TransactionConflict", "None", "ConditionalCheckFailed"),
        ("None", "None", "None", "TransactionConflict"),
        ("None", "ConditionalCheckFailed", "None", "None"),
    ],
    ids=" ".join,
)
def test_while_others_are_at_the_same_items_nothing_is_refused(
    counters: Counters, reasons: tuple[str, ...]
) -> None:
    """What has the receipt by then may be this request's own first try, still being written."""
    with tapped(script(WRITE, [cancelled(*reasons)] * 2)) as wire:
        done = counters.sell("key")
    assert not done.replayed
    # Entry, head, basket, receipt.
    assert wire.written == [4, 4, 4]


def test_the_last_pieces_go_to_as_many(counters: Counters) -> None:
    cards = [counters.new_card() for _ in range(CROWD)]
    done, failed = at_once(CROWD, lambda n: counters.redeem("redeem", cards[n]))
    assert len(done) == PIECES
    assert {type(each) for each in failed} == {OutOfStockError}
    assert counters.given() == PIECES
    assert counters.points(*cards) == CROWD * 50 - PIECES * 20


def test_a_sale_that_many_tell_of_counts_once(counters: Counters) -> None:
    done, failed = at_once(CROWD, lambda n: counters.sell(f"{n}"))
    assert not failed
    assert Counter(each.replayed for each in done) == {False: 1, True: CROWD - 1}
    assert len({each.entry for each in done}) == 1
    assert counters.points(counters.card) == 50 + 11


def test_a_code_that_many_type_is_one_cards(counters: Counters) -> None:
    cards = [counters.new_card() for _ in range(CROWD)]
    done, failed = at_once(CROWD, lambda n: counters.type_code("code", cards[n]))
    assert len(done) == 1
    assert {type(each) for each in failed} == {CodeUsedError}
    assert counters.points(*cards) == CROWD * 50 + 5


def test_a_hold_that_many_settle_is_settled_once(counters: Counters) -> None:
    books, act = runtime.books(), counters.shop.act
    held = hold_reward(books, act("hold"), counters.card.id, "tote", minutes=5)

    def settle(number: int) -> Committed:
        settled = capture_hold if number % 2 else release_hold
        return settled(books, act(f"settle {number}"), held.entry.id)

    done, failed = at_once(CROWD, settle)
    assert len(done) == 1
    assert {type(each) for each in failed} == {NotHeldError}
    captured = done[0].entry.kind == "capture"
    assert counters.given() == captured
    assert counters.points(counters.card) == (30 if captured else 50)


def test_a_merge_among_others_loses_nothing(counters: Counters) -> None:
    """Whoever comes after it finds the emptied card closed; whoever came before is counted."""
    books, act, cards = runtime.books(), counters.shop.act, (counters.card, counters.other)

    def happen(number: int) -> Committed:
        if number == 0:
            return counters.merge("merge")
        return earn(books, act(f"{number}"), cards[number % 2].id, Gift(points=1))

    done, failed = at_once(CROWD, happen)
    assert all(isinstance(each, CardNotActiveError) for each in failed)
    assert counters.points(*cards) == 100 + len(done) - 1
    emptied = audit(runtime.ledger(), counters.other.id).card.state
    assert (emptied.status, emptied.points) == (Status.MERGED, 0)
    merged = next(each for each in done if each.entry.kind == "merge")
    unmerge_cards(books, act("unmerge"), merged.entry.id)
    assert counters.points(*cards) == 100 + len(done) - 1
