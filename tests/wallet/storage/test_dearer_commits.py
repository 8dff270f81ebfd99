"""What some commits bring besides head and entry, and read besides the head: as measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from bench import commit as bench
from tests.faults.wire import Wire, tapped
from tests.wallet.services import made
from tests.world import Shop, World
from wallet import runtime
from wallet.domain.cards import Card, Status
from wallet.domain.entries import EntryKind
from wallet.domain.ids import ProgramId
from wallet.domain.program_document import read_terms, write_terms
from wallet.domain.programs import Program
from wallet.domain.purchases import Gift, Item, Purchase
from wallet.services import adjust, merge_cards, redeem
from wallet.services.codes import Code
from wallet.services.commit import Act, Books, Committed
from wallet.services.earn import Circumstances, earn, earn_by_code
from wallet.services.put_program import put_program
from wallet.services.reverse import reverse

FIGURES = bench.measure()
MORE = {name: FIGURES[f"{name}_more_write_units"] for name in ("receipt", "stock", "code")}
MORE |= {name: FIGURES[f"{name}_more_write_units"] for name in ("basket", "mark")}
ONCE = Circumstances(once=True)
PARTS: Mapping[str, object] = {
    "rules": [
        {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
        {"id": "tea", "kind": "points_per_item", "points": 1, "items": {"skus": ["tea"]}},
        {"id": "poll", "kind": "action", "action": "poll", "points": 1},
    ],
    "rewards": [
        {"id": "tote", "name": "Bag", "kind": "gift", "cost": {"points": 1}, "stock": 1_000}
    ],
    "offers": [{"id": "cake", "name": "Cake", "kind": "free_product", "days": 30}],
}


def test_the_budgets_of_the_dearer_commits() -> None:
    """In write units: five for head, entry and index, and two for each item more."""
    assert MORE == {"receipt": 2, "stock": 2, "code": 2, "basket": 2, "mark": 2}
    units = {kind: FIGURES[f"{kind}_write_units"] for kind in EntryKind}
    assert units.pop(EntryKind.MERGE) == units.pop(EntryKind.UNMERGE) == 10
    assert units.pop(EntryKind.REVERSE) == 7
    assert set(units.values()) == {5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A shop whose rules look at baskets and whose rewards are counted, and two cards."""

    shop: Shop
    program: Program
    card: Card
    other: Card

    def buy(self, key: str, *items: Item, told: Circumstances = ONCE) -> Committed:
        purchase = Purchase(amount=1_000, currency="EUR", reference=key, items=items)
        return earn(runtime.books(), self.shop.act(key), self.card.id, purchase, told)

    def hold(self, key: str) -> Committed:
        act = self.shop.act(key)
        return redeem.hold_reward(runtime.books(), act, self.card.id, "tote", minutes=5)

    def merge(self, key: str) -> Committed:
        act = self.shop.act(key)
        return merge_cards.merge_cards(runtime.books(), act, self.card.id, self.other.id)

    def spend(self, key: str) -> Committed:
        return redeem.redeem_points(runtime.books(), self.shop.act(key), self.card.id, 1)

    def adjust(self, key: str) -> Committed:
        act, more = self.shop.act(key), Gift(points=1)
        return adjust.adjust(runtime.books(), act, self.card.id, more, reason="r")

    def offer(self, key: str) -> Committed:
        return adjust.give_offer(runtime.books(), self.shop.act(key), self.card.id, "cake")

    def close(self, key: str) -> Committed:
        act = self.shop.act(key)
        return adjust.close_card(runtime.books(), act, self.card.id, Status.CLOSED, reason=None)

    def code(self) -> str:
        codes = runtime.code_press().codes
        code = Code(code="7K3M-Q2ZT-4H", program_id=self.program.id, action="poll", batch="b")
        codes.add_codes(self.shop.merchant_id, [code])
        return code.code


@pytest.fixture
def counter(shop: Shop) -> Counter:
    terms = read_terms({**write_terms(shop.points), **PARTS})
    act = replace(shop.act("program"), digest=made.new_id())
    program = put_program(runtime.programs(), act, ProgramId(made.new_id()), terms).program
    card, other = shop.card(program), shop.card(program)
    ready = Counter(shop=shop, program=program, card=card, other=other)
    ready.buy("before", Item(sku="tea"))
    return ready


def watched(act: Callable[[], Committed]) -> tuple[Committed, Wire]:
    with tapped() as wire:
        done = act()
    assert not done.replayed
    return done, wire


def reads(wire: Wire) -> int:
    """Each of one unit: none is of more than four kilobytes."""
    return wire.operations.count("GetItem") + wire.operations.count("Query")


Ready = Callable[[Counter], Callable[[], Committed]]
"""Makes what an act needs, and gives the act."""


def reversal(counter: Counter) -> Callable[[], Committed]:
    gift = counter.adjust("gift")
    return lambda: reverse(runtime.books(), counter.shop.act("now"), gift.entry.id)


def settling(settle: Callable[[Books, Act, str], Committed]) -> Ready:
    def ready(counter: Counter) -> Callable[[], Committed]:
        held = counter.hold("held")
        return lambda: settle(runtime.books(), counter.shop.act("now"), held.entry.id)

    return ready


def unmerge(counter: Counter) -> Callable[[], Committed]:
    merged = counter.merge("merged")
    act = counter.shop.act("now")
    return lambda: merge_cards.unmerge_cards(runtime.books(), act, merged.entry.id)


ACTS: Mapping[EntryKind, Ready] = {
    EntryKind.EARN: lambda counter: lambda: counter.buy("now", told=Circumstances()),
    EntryKind.REDEEM: lambda counter: lambda: counter.spend("now"),
    EntryKind.ADJUST: lambda counter: lambda: counter.adjust("now"),
    EntryKind.BONUS: lambda counter: lambda: counter.offer("now"),
    EntryKind.CLOSE: lambda counter: lambda: counter.close("now"),
    EntryKind.REVERSE: reversal,
    EntryKind.HOLD: lambda counter: lambda: counter.hold("now"),
    EntryKind.CAPTURE: settling(redeem.capture_hold),
    EntryKind.RELEASE: settling(redeem.release_hold),
    EntryKind.MERGE: lambda counter: lambda: counter.merge("now"),
    EntryKind.UNMERGE: unmerge,
}
BY_THE_CALENDAR = {EntryKind.EXPIRE, EntryKind.RIPEN, EntryKind.REMIND, EntryKind.TIER}
# Holds and releases here are of a reward of which pieces are counted.
COUNTED = {EntryKind.HOLD, EntryKind.RELEASE}


def test_every_kind_that_somebody_asks_for_is_measured() -> None:
    assert set(ACTS) | BY_THE_CALENDAR == set(EntryKind)


@pytest.mark.parametrize("kind", ACTS)
def test_each_kind_reads_and_writes_what_is_measured(counter: Counter, kind: EntryKind) -> None:
    done, wire = watched(ACTS[kind](counter))
    assert done.entry.kind is kind
    assert reads(wire) == FIGURES[f"{kind}_read_units"]
    units = FIGURES[f"{kind}_write_units"] + (MORE["stock"] if kind in COUNTED else 0)
    cards = 2 if kind in (EntryKind.MERGE, EntryKind.UNMERGE) else 1
    # Two units for each item, and one for each entry's place in the index.
    assert [2 * items + cards for items in wire.written] == [units]


@pytest.mark.parametrize(
    ("more", "act"),
    [
        (["receipt"], lambda counter: counter.buy("now")),
        (["basket", "receipt"], lambda counter: counter.buy("now", Item(sku="tea"))),
        (
            ["stock"],
            lambda counter: redeem.redeem_reward(
                runtime.books(), counter.shop.act("now"), counter.card.id, "tote"
            ),
        ),
    ],
)
def test_each_claim_is_one_item_more(
    counter: Counter, more: list[str], act: Callable[[Counter], Committed]
) -> None:
    _, wire = watched(lambda: act(counter))
    assert [2 * items + 1 for items in wire.written] == [5 + sum(MORE[each] for each in more)]
    assert reads(wire) == 1


def test_a_code_is_one_item_more_and_one_read(counter: Counter) -> None:
    code, codes = counter.code(), runtime.code_press().codes
    act = counter.shop.act("now")
    done, wire = watched(lambda: earn_by_code(runtime.books(), codes, act, counter.card.id, code))
    assert done.entry.points == 1
    assert [2 * items + 1 for items in wire.written] == [5 + MORE["code"]]
    assert reads(wire) == 2


def test_a_refund_reads_the_basket_where_rules_look_at_it(counter: Counter) -> None:
    bought = counter.buy("bought", Item(sku="tea", quantity=2))
    act = counter.shop.act("back")
    done, wire = watched(lambda: reverse(runtime.books(), act, bought.entry.id, refund=500))
    assert done.entry.points < 0
    expected = FIGURES["reverse_read_units"] + FIGURES["basket_more_read_units"]
    assert reads(wire) == expected
    assert [2 * items + 1 for items in wire.written] == [FIGURES["reverse_write_units"]]


def test_what_is_kept_beside_an_entry_is_one_item_each(world: World, counter: Counter) -> None:
    before = world.all_keys()
    done = counter.buy("now", Item(sku="tea"))
    digest = done.entry.id.rpartition("-")[2]
    new = world.all_keys() - before
    assert {(pk, sk) for pk, sk in new if pk.startswith("C#")} == {
        (f"C#{counter.card.id}", f"L#{digest}"),
        (f"C#{counter.card.id}", f"K#{digest}"),
    }
    assert [pk[:2] for pk, _ in new if not pk.startswith("C#")] == ["Z#"]
