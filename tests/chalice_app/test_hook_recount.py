"""Everything that a till tells, sent one to five times, shuffled: the balance is the recount's.

The recount knows nothing of cards, carries and entries. It adds up what was sold and paid back.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import pytest

from tests.audit import audit
from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import Reply, send
from tests.chalice_app.till_system import TillSystem, till_system
from tests.faults.crowd import at_once
from wallet import runtime
from wallet.domain.ids import CardId

STEP = 100
SALES = 5


@dataclass
class Receipt:
    """A sale as the shop's own books have it."""

    amount: int
    refunds: list[int] = field(default_factory=list)

    @property
    def net(self) -> int:
        return max(self.amount - sum(self.refunds), 0)


def day_of_sales(dice: random.Random) -> list[Receipt]:
    """A day at the till: some sales are paid back in part, some whole, some beyond it."""
    return [
        Receipt(
            amount=dice.randint(1, 2_000),
            refunds=[dice.randint(1, 900) for _ in range(dice.choice([0, 0, 1, 2, 3]))],
        )
        for _ in range(SALES)
    ]


def events(
    till: TillSystem, card: dict[str, Any], receipts: Sequence[Receipt], currency: str
) -> list[Callable[[], Reply]]:
    """What the till tells of the day, the card named now so, now so."""
    told: list[Callable[[], Reply]] = []
    for number, receipt in enumerate(receipts):
        sale_id = f"sale {number}"
        by = "id" if number % 2 else "barcode"
        told.append(sale(till, sale_id, {by: card[by]}, receipt.amount, currency))
        told += [
            refund(till, sale_id, f"refund {turn}", amount)
            for turn, amount in enumerate(receipt.refunds)
        ]
    return told


def sale(
    till: TillSystem, sale_id: str, name: dict[str, str] | None, amount: int, currency: str
) -> Callable[[], Reply]:
    return lambda: till.sale(sale_id, name, amount, currency=currency)


def refund(till: TillSystem, sale_id: str, refund_id: str, amount: int) -> Callable[[], Reply]:
    return lambda: till.refund(sale_id, refund_id, amount)


def shuffled(
    dice: random.Random, told: Sequence[Callable[[], Reply]]
) -> list[Callable[[], Reply]]:
    """Each one to five times, in any order."""
    copies = list(chain.from_iterable([event] * dice.randint(1, 5) for event in told))
    dice.shuffle(copies)
    return copies


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "CONTENTION_SECONDS_MAX", 120.0)


@pytest.fixture
def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  a seed, so that a failure can be seen again


@pytest.mark.parametrize("seed", range(8))
def test_one_after_another(desk: Desk, dice: random.Random) -> None:
    card, receipts = desk.enrol(desk.shop.points), day_of_sales(dice)
    for event in shuffled(dice, events(till_system(desk), card, receipts, "EUR")):
        assert event().status in (200, 202)
    check_points(card, receipts)


@pytest.mark.parametrize("seed", range(100, 104))
def test_on_several_workers_at_once(desk: Desk, dice: random.Random) -> None:
    card, receipts = desk.enrol(desk.shop.points), day_of_sales(dice)
    told = shuffled(dice, events(till_system(desk), card, receipts, "EUR"))
    workers = 6
    done, failed = at_once(workers, lambda n: [event().status for event in told[n::workers]])
    assert not failed
    assert set(chain.from_iterable(done)) <= {200, 202}
    check_points(card, receipts)


@pytest.mark.parametrize("seed", range(200, 203))
def test_stamps_stay_until_all_is_paid_back(desk: Desk, dice: random.Random) -> None:
    card, receipts = desk.enrol(desk.shop.stamps), day_of_sales(dice)
    for event in shuffled(dice, events(till_system(desk), card, receipts, "PLN")):
        assert event().status in (200, 202)
    books = audit(runtime.ledger(), CardId(card["id"]))
    assert books.card.state.stamps == sum(receipt.net > 0 for receipt in receipts)


@pytest.mark.parametrize("seed", range(300, 303))
def test_sales_that_were_claimed_count_the_same(desk: Desk, dice: random.Random) -> None:
    till, card, receipts = till_system(desk), desk.enrol(desk.shop.points), day_of_sales(dice)
    # The guest says nothing at the till; some receipts are claimed at once, some at the end.
    links = []
    for number, receipt in enumerate(receipts):
        reply = till.sale(f"sale {number}", None, receipt.amount)
        links.append(reply.json["claim"]["url"].rpartition("/")[2])
    told = [
        refund(till, f"sale {number}", f"refund {turn}", amount)
        for number, receipt in enumerate(receipts)
        for turn, amount in enumerate(receipt.refunds)
    ]
    told += [
        sale(till, f"sale {number}", None, receipt.amount, "EUR")
        for number, receipt in enumerate(receipts)
    ]
    told += [claim(link, card["code"]) for link in links]
    for event in shuffled(dice, told):
        assert event().status in (200, 202, 303)
    check_points(card, receipts)


def claim(link: str, code: str) -> Callable[[], Reply]:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return lambda: send("POST", f"/claim/{link}", headers=form, body=f"card={code}".encode())


def check_points(card: dict[str, Any], receipts: Sequence[Receipt]) -> None:
    net = sum(receipt.net for receipt in receipts)
    books = audit(runtime.ledger(), CardId(card["id"]))
    assert books.card.state.points == net // STEP
    assert books.card.state.carry == net % STEP
