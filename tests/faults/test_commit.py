"""The commit under faults: what no engine on a laptop raises by itself, and answers that are lost.

Everything is put in where botocore meets the socket, so its retries are part of what is tested.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Literal

import pytest
from pynamodb.exceptions import GetError, PynamoDBException, TransactWriteError

from tests.audit import audit
from tests.faults.crowd import at_once
from tests.faults.wire import (
    BOTOCORE_TRIES,
    WRITE,
    Fault,
    Refused,
    cancelled,
    script,
    tapped,
)
from tests.world import Shop, World, reception
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.errors import ContentionError
from wallet.domain.merchants import Member
from wallet.domain.purchases import Gift
from wallet.services import ports
from wallet.services.commit import Committed
from wallet.services.earn import earn
from wallet.services.enrol import enrol
from wallet.services.redeem import redeem_points
from wallet.services.reverse import reverse
from wallet.storage.ledger import CardLedger

READ = "GetItem"
CONFLICT = cancelled("TransactionConflict", "None")
PASSING: Mapping[str, Refused] = {
    "the entry is in another transaction": CONFLICT,
    "the head is in another transaction": cancelled("None", "TransactionConflict"),
    "both are": cancelled("TransactionConflict", "TransactionConflict"),
    "the table is throttled": cancelled("ThrottlingError", "None"),
    "the partition is throttled": cancelled("None", "ThrottlingError"),
    "the capacity is exceeded": cancelled("ProvisionedThroughputExceeded", "None"),
    "several at once": cancelled("ThrottlingError", "TransactionConflict"),
}
AT_THE_DOOR: Mapping[str, Refused] = {
    "the request is throttled": Refused("ThrottlingException"),
    "the capacity is exceeded": Refused("ProvisionedThroughputExceededException"),
    "the first try still runs": Refused("TransactionInProgressException"),
    "a fault inside": Refused("InternalServerError", status=500),
    "out of service": Refused("ServiceUnavailable", status=503),
}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the product makes between its tries; none is really made."""
    made: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: sum(made), sleep=made.append)
    monkeypatch.setattr(runtime, "time", clock)
    return made


@pytest.fixture
def card(shop: Shop) -> Card:
    card = shop.card(shop.points)
    give(shop, card, "first", 100)
    return card


def give(shop: Shop, card: Card, key: str, points: int) -> Committed:
    return earn(runtime.books(), shop.act(key, n=points), card.id, Gift(points=points))


def spend(shop: Shop, card: Card, key: str, points: int) -> Committed:
    return redeem_points(runtime.books(), shop.act(key, n=points), card.id, points)


def take_back(shop: Shop, card: Card, key: str, _points: int) -> Committed:
    first = runtime.ledger().entries(card.id, before=2, limit=1)[0][0]
    return reverse(runtime.books(), shop.act(key), first.id)


class Hurried(CardLedger):
    """A ledger where somebody else always commits just before us."""

    def __init__(self, shop: Shop, card: Card) -> None:
        super().__init__(runtime._tables())
        self._rivals = (give(shop, card, f"rival {number}", 1) for number in itertools.count())

    def append(
        self, *changes: ports.Change
    ) -> Literal["written", "conflict"] | ports.Written | ports.Refused:
        next(self._rivals)
        return super().append(*changes)


Act = Callable[[Shop, Card, str, int], Committed]
CHANGES = pytest.mark.parametrize("change", [give, spend, take_back])
MARK_CONFLICT = cancelled("None", "None", "TransactionConflict")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        *(pytest.param(give, fault, id=name) for name, fault in PASSING.items()),
        pytest.param(spend, CONFLICT, id="a redeem"),
        pytest.param(take_back, MARK_CONFLICT, id="a reversal, whose mark is in another"),
    ],
)
def test_what_passes_is_tried_again_with_jitter(
    shop: Shop, card: Card, pauses: list[float], change: Act, fault: Refused
) -> None:
    with tapped(script(WRITE, [fault] * 4)) as wire:
        done = change(shop, card, "key", 10)
    assert not done.replayed
    assert wire.operations.count(WRITE) == 5
    assert len(set(pauses)) == 4
    assert audit(runtime.ledger(), card.id).entries[1:] == [done.entry]


@pytest.mark.parametrize("fault", AT_THE_DOOR.values(), ids=AT_THE_DOOR)
def test_what_is_refused_at_the_door_is_tried_again_by_botocore(
    shop: Shop, card: Card, fault: Refused
) -> None:
    with tapped(script(WRITE, [fault] * (BOTOCORE_TRIES - 1))) as wire:
        done = give(shop, card, "key", 10)
    assert not done.replayed
    assert wire.operations.count(WRITE) == BOTOCORE_TRIES
    assert audit(runtime.ledger(), card.id).entries[1:] == [done.entry]


@CHANGES
@pytest.mark.parametrize("lost", [1, BOTOCORE_TRIES - 1])
@pytest.mark.parametrize("fault", ["lost", "dropped"])
def test_a_lost_answer_is_found_again(
    shop: Shop, card: Card, change: Act, fault: Fault, lost: int
) -> None:
    with tapped(script(WRITE, [fault] * lost)) as wire:
        done = change(shop, card, "key", 10)
    assert not done.replayed
    assert wire.operations.count(WRITE) == lost + 1
    assert audit(runtime.ledger(), card.id).entries[1:] == [done.entry]


@CHANGES
def test_where_every_answer_is_lost_the_caller_asks_again(
    shop: Shop, card: Card, change: Act
) -> None:
    with tapped(script(WRITE, ["lost"] * BOTOCORE_TRIES)), pytest.raises(TransactWriteError):
        change(shop, card, "key", 10)
    again = change(shop, card, "key", 10)
    assert again.replayed
    assert audit(runtime.ledger(), card.id).entries[1:] == [again.entry]


@CHANGES
def test_where_nothing_gets_through_nothing_is_written(
    world: World, shop: Shop, card: Card, change: Act
) -> None:
    before = world.items(f"C#{card.id}")
    with tapped(script(WRITE, ["dropped"] * BOTOCORE_TRIES)), pytest.raises(TransactWriteError):
        change(shop, card, "key", 10)
    with tapped(script(READ, ["dropped"] * BOTOCORE_TRIES)), pytest.raises(GetError):
        change(shop, card, "key", 10)
    assert world.items(f"C#{card.id}") == before
    assert not change(shop, card, "key", 10).replayed


@CHANGES
def test_contention_that_lasts_is_said_and_nothing_is_written(
    world: World, shop: Shop, card: Card, pauses: list[float], change: Act
) -> None:
    before = world.items(f"C#{card.id}")
    always = tapped(lambda asked: CONFLICT if asked == WRITE else None)
    with always as wire, pytest.raises(ContentionError):
        change(shop, card, "key", 10)
    assert wire.operations.count(WRITE) == len(pauses) + 1
    assert sum(pauses) >= runtime.CONTENTION_SECONDS_MAX
    assert world.items(f"C#{card.id}") == before


def test_one_who_is_always_faster_leaves_nothing_of_the_slower(shop: Shop, card: Card) -> None:
    def retries() -> Iterator[None]:
        for _ in range(3):
            yield

    books = replace(runtime.books(), ledger=Hurried(shop, card), retries=retries)
    with pytest.raises(ContentionError):
        earn(books, shop.act("slow"), card.id, Gift(points=1))
    assert audit(runtime.ledger(), card.id).card.state.points == 103


@pytest.mark.parametrize(
    "reason", ["ItemCollectionSizeLimitExceeded", "ValidationError", "AccessDenied"]
)
def test_what_does_not_pass_is_not_tried_again(shop: Shop, card: Card, reason: str) -> None:
    once = tapped(script(WRITE, [cancelled("None", reason)]))
    with once as wire, pytest.raises(TransactWriteError):
        give(shop, card, "key", 1)
    assert wire.operations.count(WRITE) == 1


@pytest.mark.parametrize("fault", [CONFLICT, "lost", "dropped"], ids=str)
def test_an_enrolment_survives(shop: Shop, fault: Fault) -> None:
    person = Member(merchant_id=shop.merchant_id, name="Ada")
    join = partial(enrol, reception(), shop.act(f"join {fault}"), shop.points.id, person)
    with tapped(script(WRITE, [fault] * 3)):
        first = join()
    again = join()
    assert (first.replayed, again.replayed) == (False, True)
    assert first.card == again.card


SEEDS = range(4)
ACTS, CALLERS, FAULTY = 40, 6, 0.3


@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm_of_faults_loses_and_doubles_nothing(shop: Shop, card: Card, seed: int) -> None:
    """Callers ask again under the same key until they get an answer, as tills do."""
    chance = random.Random(seed)  # noqa: S311  a seed, to be repeated
    faults: list[Fault] = ["lost", "dropped", *PASSING.values(), *AT_THE_DOOR.values()]

    def plan(asked: str) -> Fault | None:
        if chance.random() > FAULTY:
            return None
        fault = chance.choice(faults)
        return "lost" if asked != WRITE and fault in PASSING.values() else fault

    def call(number: int) -> set[bytes]:
        hashes = set()
        for act in range(number, ACTS, CALLERS):
            for _delivery in range(2):
                hashes.add(insisted(partial(give, shop, card, f"act {act}", act + 1)).entry.hash)
        return hashes

    with tapped(plan) as wire:
        answered, failed = at_once(CALLERS, call)
    assert not failed
    assert sum(wire.faults.values()) > ACTS / 2
    books = audit(runtime.ledger(), card.id)
    assert len(books.entries) == 1 + ACTS
    assert books.card.state.points == 100 + sum(range(1, ACTS + 1))
    assert set().union(*answered) == {entry.hash for entry in books.entries[1:]}


def insisted(ask: Callable[[], Committed]) -> Committed:
    while True:
        try:
            return ask()
        except (PynamoDBException, ContentionError):
            continue
