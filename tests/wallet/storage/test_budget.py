"""The commit stays within its budget: 5 write units, 1 read unit, two round trips, for ever."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench import capacity
from bench import commit as bench
from infra.local import template
from tests.audit import audit
from tests.faults.wire import tapped
from tests.world import Shop, World
from wallet import runtime
from wallet.domain import ledger
from wallet.domain.bounds import REFERENCE_BYTES_MAX
from wallet.domain.cards import Card, HeldOffer
from wallet.domain.drafts import seal
from wallet.domain.entries import EntryKind
from wallet.domain.errors import InvalidError
from wallet.domain.ids import entry_id, key_digest
from wallet.domain.purchases import Gift, Purchase
from wallet.services.api_keys import recognise
from wallet.services.commit import Committed
from wallet.services.earn import earn
from wallet.services.ports import Change
from wallet.services.redeem import redeem_points
from wallet.services.reverse import reverse
from wallet.storage.ledger_rows import entry_row, head_row

# What the documentation says of sizes, in words or by example.
DOCUMENTED: list[tuple[dict[str, dict[str, Any]], int]] = [
    ({"shirt-color": {"S": "R"}, "shirt-size": {"S": "M"}}, 23),
    ({"n": {"N": "27"}}, 1 + 1 + 1),
    ({"n": {"N": "-27"}}, 1 + 1 + 1 + 1),
    ({"n": {"N": "0"}}, 1 + 1),
    ({"n": {"N": "2700000"}}, 1 + 2 + 1),
    ({"n": {"N": "1234567890123456789012345678901234567890"[:38]}}, 1 + 19 + 1),
    ({"s": {"S": "żółć"}}, 1 + 8),
    ({"ż": {"S": ""}}, 2),
    ({"b": {"B": bytes(100)}}, 1 + 100),
    ({"t": {"BOOL": True}}, 1 + 1),
]


@pytest.mark.parametrize(("item", "size"), DOCUMENTED)
def test_sizes_are_the_documented_ones(item: dict[str, dict[str, Any]], size: int) -> None:
    assert capacity.item_bytes(item) == size


@pytest.mark.parametrize(
    ("sizes", "units"),
    [((1,), 2), ((1024,), 2), ((1025,), 4), ((1024, 1024), 4), ((500, 3000), 8)],
)
def test_a_transaction_costs_two_units_a_kilobyte(sizes: tuple[int, ...], units: int) -> None:
    assert capacity.write_units(*sizes) == units


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1, 1), (4096, 1), (4097, 2)])
def test_a_consistent_read_costs_a_unit_for_four_kilobytes(size: int, units: int) -> None:
    assert capacity.read_units(size) == units


def test_the_bars_are_met() -> None:
    found = bench.measure()
    assert {name: found[name] for name in bench.BARS} == {
        "earn_write_units": 5,
        "earn_read_units": 1,
    }
    assert all(found[name] <= bar for name, bar in bench.BARS.items())


def test_what_is_measured_is_as_full_as_is_said() -> None:
    state, earned = bench.full_state(), bench.full_change(EntryKind.EARN).entry
    assert len(state.lots) == bench.LOTS == 12
    assert len(state.tallies) == bench.CHALLENGES + 1 == 7
    assert len(earned.lines) == bench.AWARDS == 8
    assert all((earned.reference, earned.location_id, earned.basket, earned.currency))


@pytest.mark.parametrize("kind", EntryKind)
def test_the_largest_items_fit_into_one_unit(
    kind: EntryKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The largest balance that anybody can come to: the largest purchase, at the best rate.
    monkeypatch.setattr(bench, "_POINTS", 10**13)
    change = bench.full_change(kind)
    head = capacity.item_bytes(capacity.stored(head_row(change.after)))
    assert head <= capacity.UNIT_BYTES
    assert capacity.item_bytes(capacity.stored(entry_row(change))) <= capacity.UNIT_BYTES


def test_all_that_an_entry_projects_is_in_the_index() -> None:
    (index,) = template.resources(template.TABLE)["CoreTable"]["LocalSecondaryIndexes"]
    assert index["Projection"] == {"ProjectionType": "ALL"}
    head = capacity.stored(head_row(bench.full_card()))
    assert index["KeySchema"][1]["AttributeName"] not in head


def test_an_entry_with_two_open_offers_still_fits() -> None:
    change = bench.full_change(EntryKind.EARN)
    offers = tuple(
        HeldOffer(id=f"7K3M2QZ{number}", offer="o" * 24, expires_at=change.entry.created_at)
        for number in range(2)
    )
    entry = replace(change.entry, after=replace(change.entry.after, offers=offers))
    row = entry_row(replace(change, entry=entry))
    assert capacity.item_bytes(capacity.stored(row)) <= capacity.UNIT_BYTES


NUMBERS = ["0", "7", "10", "100", "120", "1230", "12340", "-5", "-120", "9" * 38, "-" + "9" * 38]
NUMBERS += ["0.5", "0.05", "12.3", "1.23", "100.01", "-0.001", "1795286404010", "1" + "0" * 30]


def test_sizes_are_those_of_amazons_own_engine(world: World, shop: Shop) -> None:
    """A record of a stream says how large its keys and images are."""
    card = shop.card(shop.points)
    bought = earn(
        runtime.books(),
        shop.act("1"),
        card.id,
        Purchase(amount=123_450, currency="EUR", reference="żółw 𝄞"),
    )
    redeem_points(runtime.books(), shop.act("2"), card.id, 100)
    reverse(runtime.books(), shop.act("3"), bought.entry.id, refund=700)
    for number in NUMBERS:
        item = {"pk": {"S": "numbers"}, "sk": {"S": number}, "x": {"N": number}}
        world.engine.dynamodb.put_item(TableName=world.core, Item=item)
    changes = [record["dynamodb"] for record in world.stream().new()]
    assert len(changes) > 20
    for change in changes:
        images = [change[part] for part in ("Keys", "NewImage", "OldImage") if part in change]
        assert sum(capacity.item_bytes(raw(each)) for each in images) == change["SizeBytes"]


def raw(image: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """An image of a Lambda event with bytes as they are."""
    return {
        name: {"B": b64decode(value["B"])} if "B" in value else value
        for name, value in image.items()
    }


def test_a_reference_is_limited_in_bytes(shop: Shop) -> None:
    card = shop.card(shop.points)
    longest = "𝄞" * (REFERENCE_BYTES_MAX // 4)
    purchase = Purchase(amount=1, currency="EUR", reference=longest)
    done = earn(runtime.books(), shop.act("1"), card.id, purchase)
    assert done.entry.reference == longest
    with pytest.raises(InvalidError):
        earn(runtime.books(), shop.act("2"), card.id, replace(purchase, reference=longest + "x"))


def buy(shop: Shop, card: Card, key: str) -> Committed:
    purchase = Purchase(amount=500, currency="EUR")
    return earn(runtime.books(), shop.act(key), card.id, purchase)


def give(shop: Shop, card: Card, key: str) -> Committed:
    return earn(runtime.books(), shop.act(key), card.id, Gift(points=1))


def spend(shop: Shop, card: Card, key: str) -> Committed:
    return redeem_points(runtime.books(), shop.act(key), card.id, 1)


def take_back(shop: Shop, card: Card, key: str) -> Committed:
    oldest, _ = runtime.ledger().entries(card.id, before=2, limit=1)
    return reverse(runtime.books(), shop.act(key), oldest[0].id)


def aged(world: World, shop: Shop, entries: int) -> Card:
    """A card with so many entries, written without the commit, which would take its time."""
    card, program = shop.card(shop.points), shop.points
    rows = []
    for number in range(entries):
        draft = ledger.earn(
            program,
            card,
            Gift(points=1),
            digest=key_digest("aged", f"{number}"),
            location_id=None,
            occurred_at=card.created_at,
        )
        key = entry_id(card.id, key_digest("aged", f"{number}"))
        after, entry = seal(card, draft, program, entry_id=key, actor="test", now=card.created_at)
        change = Change(before=card, after=after, entry=entry, fingerprint=bytes(16))
        rows.append(capacity.stored(entry_row(change)))
        card = after
    world.put([*rows, capacity.stored(head_row(card))])
    return card


@pytest.mark.parametrize("change", [buy, give, spend])
def test_a_commit_is_two_round_trips(
    world: World, shop: Shop, change: Callable[[Shop, Card, str], Committed]
) -> None:
    card = aged(world, shop, 3)
    change(shop, card, "before")
    recognise(runtime.merchants(), shop.secret)
    with tapped() as wire:
        recognise(runtime.merchants(), shop.secret)
        change(shop, card, "now")
    assert wire.operations == ["GetItem", "TransactWriteItems"]
    assert wire.items_read() == 1


def test_the_cost_does_not_grow_with_the_history(world: World, shop: Shop) -> None:
    few, many = (cost(shop, aged(world, shop, entries)) for entries in (10, 1_000))
    assert few == many
    assert few["a page"] == (["Query"], 6)


def cost(shop: Shop, card: Card) -> dict[str, tuple[list[str], int]]:
    """Of each thing that is done to a card: the requests, and how many items they read."""
    book = runtime.ledger()
    acts: dict[str, Callable[[], object]] = {
        "a purchase": lambda: buy(shop, card, "bought"),
        "the same again": lambda: buy(shop, card, "bought"),
        "a redeem": lambda: spend(shop, card, "spent"),
        "a reversal": lambda: take_back(shop, card, "back"),
        "the card": lambda: book.head(card.id),
        "a page": lambda: book.entries(card.id, before=None, limit=5),
        "a page in the middle": lambda: book.entries(card.id, before=8, limit=5),
        "what is new": lambda: book.entries_after(card.id, card.seq, limit=50),
    }
    costs = {}
    for name, act in acts.items():
        with tapped() as wire:
            act()
        costs[name] = (wire.operations, wire.items_read())
    return costs


def test_a_long_history_is_read_by_pages_that_join(world: World, shop: Shop) -> None:
    card = aged(world, shop, 450)
    books = audit(runtime.ledger(), card.id)
    assert len(books.entries) == 450
    page, more = runtime.ledger().entries(card.id, before=None, limit=100)
    assert [entry.seq for entry in page] == list(range(450, 350, -1))
    assert more
    last, more = runtime.ledger().entries(card.id, before=101, limit=100)
    assert [entry.seq for entry in last] == list(range(100, 0, -1))
    assert not more
    assert runtime.ledger().entries(card.id, before=1, limit=100) == ([], False)
    newer = runtime.ledger().entries_after(card.id, 440, limit=50)
    assert [entry.seq for entry in newer] == list(range(441, 451))
