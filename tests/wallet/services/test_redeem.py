"""Redeeming: stock that runs out, offers, points as money, and rewards that are put by."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.shop import Shop, holds, same
from wallet.domain.cards import Card, Hold, Lot
from wallet.domain.entries import EntryKind
from wallet.domain.errors import (
    AlreadyReversedError,
    BalanceTooSmallError,
    ConfirmationError,
    InvalidError,
    NotFoundError,
    NotHeldError,
    NotReversibleError,
    OutOfStockError,
    RewardNotNowError,
)
from wallet.domain.ids import MerchantId, split_entry_id
from wallet.domain.purchases import Gift
from wallet.services.adjust import give_offer
from wallet.services.commit import Committed
from wallet.services.earn import Circumstances
from wallet.services.redeem import (
    capture_hold,
    hold_reward,
    redeem_offer,
    redeem_points,
    redeem_reward,
    release_hold,
)
from wallet.services.reverse import reverse

CUP = {"id": "cup", "name": "Cup", "kind": "gift", "cost": {"points": 10}}
RICH = made.program(
    rewards=[
        CUP,
        {**CUP, "id": "two", "stock": 2},
        {**CUP, "id": "one", "stock": 1},
        {**CUP, "id": "daily", "often": {"count": 1, "per": "day"}},
        {**CUP, "id": "asked", "confirm": True},
        {**CUP, "id": "more", "kind": "bonus_points", "points": 25},
    ],
    offers=[{"id": "cake", "name": "Cake", "kind": "free_product", "days": 30}],
    money_off={"points": 5, "amount": 100},
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop() -> Shop:
    shop = Shop(RICH)
    shop.give("before", 100)
    return shop


def redeem(shop: Shop, key: str, reward: str, card: Card | None = None) -> Committed:
    return redeem_reward(shop.books, shop.act(key), (card or shop.card).id, reward)


def put_by(shop: Shop, key: str, reward: str = "cup", minutes: int = 10) -> Committed:
    return hold_reward(shop.books, shop.act(key), shop.card.id, reward, minutes=minutes)


def capture(shop: Shop, key: str, held: Committed) -> Committed:
    return capture_hold(shop.books, shop.act(key), held.entry.id)


def release(shop: Shop, key: str, held: Committed, at: datetime | None = None) -> Committed:
    return release_hold(shop.books, shop.act(key), held.entry.id, occurred_at=at)


def test_the_last_piece_goes_to_one_card_and_comes_back(shop: Shop) -> None:
    other = shop.new_card()
    shop.earn("other", Gift(points=50), card=other)
    redeem(shop, "1", "two")
    last = redeem(shop, "2", "two", other)
    for card in (shop.card, other):
        with pytest.raises(OutOfStockError):
            redeem(shop, "3", "two", card)
    assert same(last, redeem(shop, "2", "two", other))
    assert shop.ledger.given(RICH.id, "two") == 2
    reverse(shop.books, shop.act("back"), last.entry.id)
    reverse(shop.books, shop.act("back"), last.entry.id)
    assert shop.ledger.given(RICH.id, "two") == 1
    redeem(shop, "4", "two")
    assert audit(shop.ledger, other.id).card.state.points == 50


def test_a_refused_redeem_takes_no_piece(shop: Shop) -> None:
    poor = shop.new_card()
    with pytest.raises(BalanceTooSmallError):
        redeem(shop, "1", "one", poor)
    assert shop.ledger.given(RICH.id, "one") == 0


def test_points_that_money_off_cannot_use_are_refused(shop: Shop) -> None:
    with pytest.raises(InvalidError):
        redeem_points(shop.books, shop.act("1"), shop.card.id, 12)
    done = redeem_points(shop.books, shop.act("2"), shop.card.id, 15)
    assert (done.entry.points, done.entry.amount, done.entry.currency) == (-15, 300, "EUR")
    back = reverse(shop.books, shop.act("back"), done.entry.id)
    assert (back.entry.points, holds(shop.state()).points) == (15, 100)


def test_who_must_be_asked_is_asked(shop: Shop) -> None:
    with pytest.raises(ConfirmationError):
        redeem(shop, "1", "asked")
    with pytest.raises(ConfirmationError):
        put_by(shop, "1", "asked")
    act = shop.act("1")
    assert redeem_reward(shop.books, act, shop.card.id, "asked", confirmed=True).entry.points < 0


def test_a_reward_of_points_gives_them(shop: Shop) -> None:
    assert redeem(shop, "1", "more").entry.points == 15
    held = put_by(shop, "2", "more")
    assert held.entry.points == -10
    assert capture(shop, "3", held).entry.points == 25


def test_an_offer_is_used_once_and_comes_back(shop: Shop) -> None:
    given = give_offer(shop.books, shop.act("offer"), shop.card.id, "cake")
    (offer,) = given.card.state.offers
    used = redeem_offer(shop.books, shop.act("use"), shop.card.id, offer.id)
    assert same(used, redeem_offer(shop.books, shop.act("use"), shop.card.id, offer.id))
    assert (used.entry.offer_id, used.entry.reward_id) == (offer.id, "cake")
    with pytest.raises(InvalidError):
        redeem_offer(shop.books, shop.act("again"), shop.card.id, offer.id)
    reverse(shop.books, shop.act("back"), used.entry.id)
    assert shop.state().offers == (offer,)
    shop.now = offer.expires_at + MINUTE
    with pytest.raises(RewardNotNowError):
        redeem_offer(shop.books, shop.act("late"), shop.card.id, offer.id)


def test_a_hold_takes_the_cost_and_a_capture_nothing_more(shop: Shop) -> None:
    held = put_by(shop, "hold")
    assert same(held, put_by(shop, "hold"))
    assert (held.entry.kind, held.entry.points) == (EntryKind.HOLD, -10)
    (kept,) = shop.state().holds
    assert kept == Hold(digest=held.entry.id[-22:], until=made.NOW + 10 * MINUTE)
    done = capture(shop, "capture", held)
    assert same(done, capture(shop, "capture", held))
    assert (done.entry.kind, done.entry.points, done.entry.settles) == (
        EntryKind.CAPTURE,
        0,
        held.entry.id,
    )
    assert (shop.state().holds, shop.state().points) == ((), 90)
    audit(shop.ledger, shop.card.id)


@pytest.mark.parametrize("first", [capture, release])
@pytest.mark.parametrize("second", [capture, release])
def test_a_hold_is_settled_once(shop: Shop, first: object, second: object) -> None:
    held = put_by(shop, "hold")
    assert callable(first)
    assert callable(second)
    first(shop, "first", held)
    with pytest.raises(NotHeldError):
        second(shop, "second", held)
    assert shop.state().points == (90 if first is capture else 100)


def test_others_who_settle_it_meanwhile_are_seen(shop: Shop) -> None:
    held = put_by(shop, "hold")
    shop.ledger.conflicts = 1
    shop.ledger.between = lambda: release(shop, "rival", held)
    with pytest.raises(NotHeldError):
        capture(shop, "capture", held)
    assert audit(shop.ledger, shop.card.id).card.state.points == 100


def test_a_release_gives_back_what_was_taken_with_its_ends() -> None:
    shop = Shop(replace(RICH, expiry=made.program(expiry={"months": 1}).expiry))
    for key, days in (("old", 40), ("new", 1)):
        told = Circumstances(occurred_at=made.NOW - timedelta(days=days))
        shop.earn(key, Gift(points=6), told)
    before = shop.state()
    assert [lot.units for lot in before.lots] == [6, 6]
    held = put_by(shop, "hold", "daily")
    assert shop.state().lots == (replace(before.lots[1], units=2),)
    back = release(shop, "release", held)
    assert back.entry.points == 10
    assert replace(shop.state(), used_at=None, tallies=()) == replace(before, used_at=None)
    # What was given back may be had today all the same.
    put_by(shop, "again", "daily")


def test_a_hold_keeps_a_piece_until_it_is_released(shop: Shop) -> None:
    held = put_by(shop, "hold", "one")
    with pytest.raises(OutOfStockError):
        redeem(shop, "1", "one")
    release(shop, "release", held)
    assert shop.ledger.given(RICH.id, "one") == 0
    taken = put_by(shop, "hold 2", "one")
    capture(shop, "capture", taken)
    assert shop.ledger.given(RICH.id, "one") == 1


def test_a_hold_that_has_run_out_is_only_released(shop: Shop) -> None:
    held = put_by(shop, "hold", minutes=10)
    shop.now += 10 * MINUTE
    last = put_by(shop, "last", minutes=1)
    capture(shop, "in time", held)
    shop.now += MINUTE + timedelta(seconds=1)
    with pytest.raises(NotHeldError):
        capture(shop, "late", last)
    due = datetime(2026, 11, 21, 12, 11, 1, tzinfo=UTC)
    assert release(shop, "release", last, due).entry.occurred_at == due
    assert audit(shop.ledger, shop.card.id).card.state.points == 90


def test_nobody_settles_anothers_hold(shop: Shop) -> None:
    held = put_by(shop, "hold")
    stranger = replace(shop.act("key"), merchant_id=MerchantId(made.new_id()))
    bought = shop.buy("bought", 100)
    for settle in (capture_hold, release_hold):
        with pytest.raises(NotFoundError):
            settle(shop.books, stranger, held.entry.id)
        for name in ("hold", f"{shop.card.id}-{made.new_id()}", bought.entry.id):
            with pytest.raises(NotFoundError):
                settle(shop.books, shop.act("key"), name)
    assert split_entry_id(held.entry.id) is not None
    assert len(shop.state().holds) == 1


@pytest.mark.parametrize("minutes", [-1, 0, 7 * 24 * 60 + 1])
def test_a_hold_has_an_end_within_a_week(shop: Shop, minutes: int) -> None:
    with pytest.raises(InvalidError):
        put_by(shop, "hold", minutes=minutes)
    assert shop.state().lots == (Lot(units=100, expires_at=None),)


@pytest.mark.parametrize("reward", ["cup", "more", "one", "daily"])
def test_a_capture_taken_back_is_as_if_nothing_had_been_put_by(shop: Shop, reward: str) -> None:
    before = holds(shop.state())
    held = put_by(shop, "hold", reward)
    done = capture(shop, "capture", held)
    back = reverse(shop.books, shop.act("back"), done.entry.id)
    assert back.entry.points == -done.entry.points - held.entry.points
    assert holds(audit(shop.ledger, shop.card.id).card.state) == before
    assert shop.ledger.given(RICH.id, reward) == 0
    with pytest.raises(AlreadyReversedError):
        reverse(shop.books, shop.act("again"), done.entry.id)
    with pytest.raises(NotReversibleError):
        reverse(shop.books, shop.act("the hold"), held.entry.id)
