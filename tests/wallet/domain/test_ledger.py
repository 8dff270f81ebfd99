"""What earning, redeeming and reversing do to a card, case by case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.wallet.domain.samples import NOW, History, books, cafe
from wallet.domain.cards import Lot, State
from wallet.domain.drafts import AHEAD_MAX, check_occurred
from wallet.domain.entries import EntryKind, Line
from wallet.domain.errors import (
    AlreadyReversedError,
    BalanceTooSmallError,
    InvalidError,
    NotReversibleError,
)
from wallet.domain.purchases import Gift, Purchase


def holds(state: State) -> State:
    """What a card holds, apart from how often and when it was used."""
    return replace(state, visits=0, earned_at=None, used_at=None)


def points(count: int, carry: int = 0) -> State:
    lots = (Lot(units=count, expires_at=None),) if count > 0 else ()
    return State(points=count, carry=carry, lots=lots)


@pytest.mark.parametrize(
    ("step", "per", "amounts", "state"),
    [
        (100, 1, [1250], points(12, 50)),
        (100, 1, [99], points(0, 99)),
        (100, 1, [99, 1], points(1, 0)),
        (100, 1, [50, 50, 50], points(1, 50)),
        (100, 3, [1250], points(36, 50)),
        (1, 1, [7], points(7)),
        (1_000_000_000, 1, [999_999_999], points(0, 999_999_999)),
        (1, 1000, [10_000_000_000], points(10_000_000_000_000)),
    ],
)
def test_points_of_purchases(step: int, per: int, amounts: list[int], state: State) -> None:
    history = History(books(step=step, points=per))
    for amount in amounts:
        history.buy(amount)
    assert holds(history.state) == state
    assert history.state.visits == len(amounts)
    assert history.state.earned_at == history.state.used_at == NOW


def test_an_entry_says_what_each_rule_gave() -> None:
    history = History(books())
    entry = history.earn(Purchase(amount=250, currency="EUR", reference="r-1", basket="b"))
    assert entry.kind is EntryKind.EARN
    assert entry.lines == (Line(rule_id="spend", points=2, stamps=0),)
    assert (entry.points, entry.stamps) == (2, 0)
    assert (entry.amount, entry.currency, entry.reference, entry.basket) == (
        250,
        "EUR",
        "r-1",
        "b",
    )
    # A rule that gave nothing is not listed.
    assert history.buy(1).lines == ()


@pytest.mark.parametrize("target", range(1, 31))
def test_a_stamp_card_of_any_size(target: int) -> None:
    history = History(cafe(target=target))
    for given in range(target):
        with pytest.raises(BalanceTooSmallError) as caught:
            history.redeem("coffee")
        assert (caught.value.unit, caught.value.balance, caught.value.cost) == (
            "stamps",
            given,
            target,
        )
        assert history.buy(1).stamps == 1
    assert history.state.stamps == target
    assert history.entries[-1].stamps_target == target
    # More than the card has places: the surplus begins the next.
    history.earn(Gift(stamps=2))
    assert history.redeem("coffee").stamps == -target
    assert holds(history.state) == State(stamps=2, lots=(Lot(units=2, expires_at=None),))
    assert history.state.visits == target


def test_a_gift_is_exactly_what_was_said() -> None:
    history = History(cafe(stamps=3))
    entry = history.earn(Gift(stamps=7))
    assert (entry.stamps, entry.lines, entry.amount, entry.currency) == (7, (), None, None)
    assert History(books()).earn(Gift(points=10)).points == 10


def test_what_does_not_fit_the_programme_is_refused_with_its_field() -> None:
    stamps, collects_points = History(cafe()), History(books())
    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: stamps.earn(Gift(points=1)), "points"),
        (lambda: stamps.spend(1), "points"),
        (lambda: collects_points.earn(Gift(stamps=1)), "stamps"),
        (lambda: stamps.earn(Purchase(amount=1, currency="EUR")), "purchase.currency"),
        (lambda: stamps.redeem("tea"), "reward_id"),
    ]
    for act, field in acts:
        with pytest.raises(InvalidError) as caught:
            act()
        assert caught.value.field == field
    assert not stamps.entries
    assert not collects_points.entries


def test_points_are_spent_to_the_last_and_no_further() -> None:
    history = History(books())
    history.earn(Gift(points=50))
    with pytest.raises(BalanceTooSmallError):
        history.spend(51)
    history.spend(50)
    assert holds(history.state) == State()
    with pytest.raises(BalanceTooSmallError):
        history.spend(1)


def test_a_redemption_taken_back_gives_the_cost_back() -> None:
    history = History(books())
    history.buy(6050)
    before = history.state
    redeemed = history.redeem("tote")
    undone = history.reverse(redeemed)
    assert history.state == before
    assert (undone.kind, undone.points, undone.reward_id) == (EntryKind.REVERSE, 50, "tote")
    assert undone.reverses == redeemed.id


def test_a_refund_of_spent_points_goes_below_zero_and_is_earned_back() -> None:
    history = History(books())
    purchase = history.buy(5000)
    history.redeem("tote")
    history.reverse(purchase)
    assert holds(history.state) == State(points=-50)
    with pytest.raises(BalanceTooSmallError):
        history.spend(1)
    history.buy(3000)
    assert holds(history.state) == State(points=-20)
    history.buy(3000)
    assert holds(history.state) == points(10)


def test_a_visit_remains_a_visit_until_all_of_it_is_refunded() -> None:
    history = History(cafe(stamps=2))
    purchase = history.buy(1000)
    assert history.reverse(purchase, 999).stamps == 0
    assert history.state.stamps == 2
    last = history.reverse(purchase, 1)
    assert last.stamps == -2
    assert last.lines == (Line(rule_id="visit", points=0, stamps=-2),)
    assert history.state.stamps == 0


def test_a_refund_tells_what_it_refunds() -> None:
    history = History(books())
    bought = history.earn(Purchase(amount=1250, currency="EUR", reference="r-1"))
    refund = history.reverse(bought, 300)
    assert (refund.amount, refund.currency, refund.reference) == (300, "EUR", "r-1")
    assert refund.lines == (Line(rule_id="spend", points=-3, stamps=0),)
    assert history.left(bought) == 950


def test_what_cannot_be_reversed() -> None:
    history = History(books())
    purchase, gift = history.buy(1000), history.earn(Gift(points=5))
    with pytest.raises(InvalidError, match="amount"):
        history.reverse(purchase, 1001)
    history.reverse(purchase, 400)
    with pytest.raises(InvalidError, match="only 600"):
        history.reverse(purchase, 601)
    with pytest.raises(InvalidError, match="only a purchase"):
        history.reverse(gift, 5)
    rest = history.reverse(purchase)
    assert rest.amount == 600
    history.reverse(gift)
    for entry in (purchase, gift):
        with pytest.raises(AlreadyReversedError):
            history.reverse(entry)
        with pytest.raises(AlreadyReversedError):
            history.reverse(entry, 1)
    with pytest.raises(NotReversibleError):
        history.reverse(rest)
    assert len(history.entries) == 5


def test_a_refund_to_the_whole_in_parts_leaves_nothing() -> None:
    history = History(books())
    purchase = history.buy(1000)
    history.reverse(purchase, 999)
    history.reverse(purchase, 1)
    with pytest.raises(AlreadyReversedError):
        history.reverse(purchase)
    assert history.state == State()


def test_when_it_happened() -> None:
    microsecond = timedelta(microseconds=1)
    assert check_occurred(None, NOW + microsecond) == NOW
    past = NOW - timedelta(days=9999)
    assert check_occurred(past, NOW) == past
    assert check_occurred(NOW + AHEAD_MAX, NOW) == NOW + AHEAD_MAX
    with pytest.raises(InvalidError, match="occurred_at"):
        check_occurred(NOW + AHEAD_MAX + microsecond, NOW)


def test_the_head_follows_its_newest_entry() -> None:
    history = History(cafe())
    before = history.card
    history.now += timedelta(seconds=5, microseconds=123_456)
    entry, after = history.buy(100), history.card
    assert (entry.seq, after.seq, after.version) == (1, 1, 2)
    assert entry.card_version == after.version
    assert (after.state, after.last_hash) == (entry.after, entry.hash)
    assert entry.created_at == after.updated_at
    assert entry.created_at.microsecond == 123_000
    for name in ("id", "merchant_id", "member_id", "barcode", "secret", "created_at"):
        assert getattr(after, name) == getattr(before, name)
