"""Sale and refund between each other's steps, and workers that die between their own.

The steps are held where it hurts: what the other one does meanwhile is done in full.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.audit import audit
from tests.chalice_app.till_system import TillSystem, told
from wallet import runtime
from wallet.domain.ids import CardId
from wallet.storage.ledger import CardLedger
from wallet.storage.sales import SalesBook

Held = Callable[[Callable[[], Any]], None]


def at(*places: tuple[type, str, bool]) -> pytest.MarkDecorator:
    """Where a test holds: whose step, and whether after it."""
    return pytest.mark.parametrize(("owner", "step", "after"), places)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, owner: type, step: str, *, after: bool) -> Held:
    """Does something once, right before or after the step of `at`."""

    def hold(act: Callable[[], Any]) -> None:
        real, left = getattr(owner, step), [act]

        def held(*given: Any, **named: Any) -> Any:
            if left and not after:
                left.pop()()
            done = real(*given, **named)
            if left:
                left.pop()()
            return done

        monkeypatch.setattr(owner, step, held)

    return hold


def die() -> None:
    raise SystemError("the worker dies here")


def check(card: dict[str, Any], *, entries: int, balance: int) -> None:
    books = audit(runtime.ledger(), CardId(card["id"]))
    assert (len(books.entries), books.card.state.points) == (entries, balance)


@at(
    (SalesBook, "add_refund", False),
    (SalesBook, "add_refund", True),
    (SalesBook, "sale", False),
    (SalesBook, "sale", True),
)
def test_a_sale_between_the_steps_of_its_refund(
    till: TillSystem, points: dict[str, Any], meanwhile: Held
) -> None:
    def sell() -> None:
        told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")

    meanwhile(sell)
    assert till.refund("1", "a", 400).status in (200, 202)
    check(points, entries=2, balance=6)


@at(
    (SalesBook, "sale", True),
    (SalesBook, "add", False),
    (SalesBook, "add", True),
    (CardLedger, "append", False),
    (CardLedger, "append", True),
    (SalesBook, "refunds", False),
    (SalesBook, "refunds", True),
    (SalesBook, "note_done", False),
)
def test_a_refund_between_the_steps_of_its_sale(
    till: TillSystem, points: dict[str, Any], meanwhile: Held
) -> None:
    # One refund waits already, so that the sale has something to mark.
    told(till.refund("1", "a", 100), 202, "pending")

    def pay_back() -> None:
        assert till.refund("1", "b", 400).status in (200, 202)

    meanwhile(pay_back)
    told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")
    check(points, entries=3, balance=5)


@at((SalesBook, "sale", False), (SalesBook, "add", False), (SalesBook, "match", False))
def test_the_same_sale_between_its_own_steps(
    till: TillSystem, points: dict[str, Any], meanwhile: Held, step: str
) -> None:
    card = {"id": points["id"]}
    if step == "match":
        told(till.sale("1", None, 1000), 202, "pending")
    statuses = []
    meanwhile(lambda: statuses.append(till.sale("1", card, 1000).json["status"]))
    statuses.append(till.sale("1", card, 1000).json["status"])
    assert statuses == ["applied", "duplicate"]
    check(points, entries=1, balance=10)


@at(
    (SalesBook, "add", False),
    (SalesBook, "add", True),
    (CardLedger, "append", False),
    (CardLedger, "append", True),
    (SalesBook, "refunds", False),
    (SalesBook, "note_done", False),
    (SalesBook, "note_done", True),
)
def test_a_sale_whose_worker_died_is_finished_by_the_next_try(
    till: TillSystem, points: dict[str, Any], meanwhile: Held
) -> None:
    told(till.refund("1", "a", 300), 202, "pending")
    meanwhile(die)
    assert till.sale("1", {"id": points["id"]}, 1000).status == 500
    assert till.sale("1", {"id": points["id"]}, 1000).status == 200
    check(points, entries=2, balance=7)


@at(
    (SalesBook, "add_refund", True),
    (CardLedger, "append", False),
    (CardLedger, "append", True),
    (SalesBook, "note_done", False),
)
def test_a_refund_whose_worker_died_is_finished_by_the_next_try(
    till: TillSystem, points: dict[str, Any], meanwhile: Held
) -> None:
    told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")
    meanwhile(die)
    assert till.refund("1", "a", 300).status == 500
    assert till.refund("1", "a", 300).json["status"] in ("applied", "duplicate")
    check(points, entries=2, balance=7)
