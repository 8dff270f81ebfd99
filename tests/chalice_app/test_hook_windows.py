"""Sale and refund between each other's steps, and workers that die between their own.

The steps are held where it hurts: what the other one does meanwhile is done in full.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.audit import audit
from tests.chalice_app.desk import Desk
from tests.chalice_app.till_system import TillSystem, till_system, told
from wallet import runtime
from wallet.domain.ids import CardId
from wallet.storage.ledger import CardLedger
from wallet.storage.sales import SalesBook


@pytest.fixture
def till(desk: Desk) -> TillSystem:
    return till_system(desk)


@pytest.fixture
def points(desk: Desk) -> dict[str, Any]:
    return desk.enrol(desk.shop.points)


class Meanwhile:
    """Does something once, right before or after a step."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, owner: type, step: str, *, act: Callable[[], Any], after: bool) -> None:
        real, left = getattr(owner, step), [act]

        def held(*given: Any, **named: Any) -> Any:
            if left and not after:
                left.pop()()
            done = real(*given, **named)
            if left:
                left.pop()()
            return done

        self._monkeypatch.setattr(owner, step, held)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(monkeypatch)


def die() -> None:
    raise SystemError("the worker dies here")


def check(card: dict[str, Any], *, entries: int, balance: int) -> None:
    books = audit(runtime.ledger(), CardId(card["id"]))
    assert (len(books.entries), books.card.state.points) == (entries, balance)


@pytest.mark.parametrize(
    ("owner", "step", "after"),
    [
        (SalesBook, "add_refund", False),
        (SalesBook, "add_refund", True),
        (SalesBook, "sale", False),
        (SalesBook, "sale", True),
    ],
)
def test_a_sale_between_the_steps_of_its_refund(
    till: TillSystem,
    points: dict[str, Any],
    meanwhile: Meanwhile,
    *,
    owner: type,
    step: str,
    after: bool,
) -> None:
    def sell() -> None:
        told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")

    meanwhile(owner, step, act=sell, after=after)
    assert till.refund("1", "a", 400).status in (200, 202)
    check(points, entries=2, balance=6)


@pytest.mark.parametrize(
    ("owner", "step", "after"),
    [
        (SalesBook, "sale", True),
        (SalesBook, "add", False),
        (SalesBook, "add", True),
        (CardLedger, "append", False),
        (CardLedger, "append", True),
        (SalesBook, "refunds", False),
        (SalesBook, "refunds", True),
        (SalesBook, "note_done", False),
    ],
)
def test_a_refund_between_the_steps_of_its_sale(
    till: TillSystem,
    points: dict[str, Any],
    meanwhile: Meanwhile,
    *,
    owner: type,
    step: str,
    after: bool,
) -> None:
    # One refund waits already, so that the sale has something to mark.
    told(till.refund("1", "a", 100), 202, "pending")

    def pay_back() -> None:
        assert till.refund("1", "b", 400).status in (200, 202)

    meanwhile(owner, step, act=pay_back, after=after)
    told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")
    check(points, entries=3, balance=5)


@pytest.mark.parametrize("step", ["sale", "add", "match"])
def test_the_same_sale_between_its_own_steps(
    till: TillSystem, points: dict[str, Any], meanwhile: Meanwhile, step: str
) -> None:
    card = {"id": points["id"]}
    if step == "match":
        told(till.sale("1", None, 1000), 202, "pending")
    statuses = []
    meanwhile(
        SalesBook,
        step,
        act=lambda: statuses.append(till.sale("1", card, 1000).json["status"]),
        after=False,
    )
    statuses.append(till.sale("1", card, 1000).json["status"])
    assert statuses == ["applied", "duplicate"]
    check(points, entries=1, balance=10)


@pytest.mark.parametrize(
    ("owner", "step", "after"),
    [
        (SalesBook, "add", False),
        (SalesBook, "add", True),
        (CardLedger, "append", False),
        (CardLedger, "append", True),
        (SalesBook, "refunds", False),
        (SalesBook, "note_done", False),
        (SalesBook, "note_done", True),
    ],
)
def test_a_sale_whose_worker_died_is_finished_by_the_next_try(
    till: TillSystem,
    points: dict[str, Any],
    meanwhile: Meanwhile,
    *,
    owner: type,
    step: str,
    after: bool,
) -> None:
    told(till.refund("1", "a", 300), 202, "pending")
    meanwhile(owner, step, act=die, after=after)
    assert till.sale("1", {"id": points["id"]}, 1000).status == 500
    assert till.sale("1", {"id": points["id"]}, 1000).status == 200
    check(points, entries=2, balance=7)


@pytest.mark.parametrize(
    ("owner", "step", "after"),
    [
        (SalesBook, "add_refund", True),
        (CardLedger, "append", False),
        (CardLedger, "append", True),
        (SalesBook, "note_done", False),
    ],
)
def test_a_refund_whose_worker_died_is_finished_by_the_next_try(
    till: TillSystem,
    points: dict[str, Any],
    meanwhile: Meanwhile,
    *,
    owner: type,
    step: str,
    after: bool,
) -> None:
    told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")
    meanwhile(owner, step, act=die, after=after)
    assert till.refund("1", "a", 300).status == 500
    assert till.refund("1", "a", 300).json["status"] in ("applied", "duplicate")
    check(points, entries=2, balance=7)
