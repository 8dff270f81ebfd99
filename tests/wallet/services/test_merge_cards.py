"""Two cards of one person become one, and two again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.shop import Shop, holds, same
from wallet.domain import lapse
from wallet.domain.cards import Card, Lot, State, Status
from wallet.domain.entries import EntryKind
from wallet.domain.errors import (
    CardNotActiveError,
    InvalidError,
    KeyReusedError,
    NotFoundError,
    NotReversibleError,
)
from wallet.domain.ids import CardId, MerchantId, entry_id
from wallet.domain.purchases import Gift, Purchase
from wallet.services.adjust import give_offer
from wallet.services.commit import Committed, Decided, commit
from wallet.services.explain import explain_entry
from wallet.services.merge_cards import merge_cards, unmerge_cards
from wallet.services.redeem import hold_reward, redeem_points
from wallet.services.take_back import take_back

RICH = made.program(
    offers=[{"id": "cake", "name": "Cake", "kind": "free_product", "days": 30}],
    expiry={"months": 12},
)


class Pair(Shop):
    """A card and another of the same person."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.other = self.new_card()

    def merge(self, key: str = "merge") -> Committed:
        return merge_cards(self.books, self.act(key), self.card.id, self.other.id)

    def unmerge(self, merged: Committed, key: str = "unmerge") -> Committed:
        return unmerge_cards(self.books, self.act(key), merged.entry.id)

    def both(self) -> tuple[State, State]:
        """What the cards hold, their books audited."""
        card, other = (audit(self.ledger, each.id).card for each in (self.card, self.other))
        return holds(card.state), holds(other.state)


@pytest.fixture
def pair() -> Pair:
    pair = Pair(RICH)
    pair.buy("1", 1_050)
    pair.earn("2", Gift(points=7), card=pair.other)
    give_offer(pair.books, pair.act("3"), pair.other.id, "cake")
    return pair


def test_one_card_is_emptied_into_the_other(pair: Pair) -> None:
    target, source = pair.both()
    merged = pair.merge()
    assert same(merged, pair.merge())
    assert (merged.entry.kind, merged.entry.points) == (EntryKind.MERGE, 7)
    assert merged.entry.card_id == pair.card.id
    after, emptied = pair.both()
    (lot,) = target.lots
    assert after == replace(
        target, points=17, lots=(replace(lot, units=17),), offers=source.offers
    )
    assert emptied == State(status=Status.MERGED, merged_into=pair.card.id)
    assert pair.state().visits == 1
    with pytest.raises(CardNotActiveError):
        pair.earn("late", Gift(points=1), card=pair.other)


def test_taken_back_at_once_both_are_as_they_were(pair: Pair) -> None:
    before, visits = pair.both(), pair.state().visits
    merged = pair.merge()
    done = pair.unmerge(merged)
    assert same(done, pair.unmerge(merged))
    assert (done.entry.kind, done.entry.reverses) == (EntryKind.UNMERGE, merged.entry.id)
    assert pair.both() == before
    assert pair.state().visits == visits
    pair.earn("again", Gift(points=1), card=pair.other)


def test_what_the_card_earned_in_between_stays(pair: Pair) -> None:
    target, source = pair.both()
    merged = pair.merge()
    pair.buy("between", 350)
    pair.unmerge(merged)
    after, given_back = pair.both()
    assert given_back == source
    # 50 were carried before, so it was 4 points.
    assert (after.points, after.carry) == (target.points + 4, 0)
    assert sum(lot.units for lot in after.lots) == after.points


@pytest.mark.parametrize(
    ("debt", "left"),
    [("negative", State(points=-5)), ("zero", State()), ("owed", State(owed=5))],
)
def test_what_was_spent_in_between_is_missing(debt: str, left: State) -> None:
    pair = Pair(made.program(refunds={"debt": debt}))
    pair.earn("1", Gift(points=2))
    pair.earn("2", Gift(points=7), card=pair.other)
    merged = pair.merge()
    redeem_points(pair.books, pair.act("spent"), pair.card.id, 7)
    pair.unmerge(merged)
    assert pair.both() == (left, State(points=7, lots=(Lot(units=7, expires_at=None),)))


def test_what_ripened_in_between_goes_back_too() -> None:
    pair = Pair(made.program(earning={"ripen_days": 3}))
    pair.buy("1", 500)
    pair.earn("2", Purchase(amount=300, currency="EUR"), card=pair.other)
    _, source = pair.both()
    merged = pair.merge()
    assert (pair.state().points, pair.state().pending) == (0, 8)
    pair.now += timedelta(days=4)
    ripen(pair, pair.card)
    assert (pair.state().points, pair.state().pending) == (8, 0)
    pair.unmerge(merged)
    assert pair.both() == (State(points=5, lots=(Lot(units=5, expires_at=None),)), source)


def ripen(pair: Pair, card: Card) -> None:
    """Does what the calendar does."""

    def decide(now: Card) -> Decided:
        due = lapse.due_now(pair.program, now.state, pair.now)
        assert due is not None
        digest = pair.act("ripen").digest
        return Decided(
            draft=lapse.lapse(pair.program, now, due, digest=digest), program=pair.program
        )

    commit(pair.books, pair.act("ripen"), card.id, decide)


def test_a_merge_is_taken_back_once_and_only_the_last(pair: Pair) -> None:
    before = pair.merge("first")
    pair.unmerge(before)
    with pytest.raises(NotReversibleError):
        pair.unmerge(before, "again")
    pair.earn("between", Gift(points=100), card=pair.other)
    kept = pair.both()
    last = pair.merge("last")
    with pytest.raises(NotReversibleError):
        pair.unmerge(before, "the first")
    pair.unmerge(last, "the last")
    assert pair.both() == kept


@pytest.mark.parametrize("side", ["card", "other"])
def test_whoever_is_faster_on_either_card_is_counted(pair: Pair, side: str) -> None:
    pair.ledger.conflicts = 1
    pair.ledger.between = lambda: pair.earn("rival", Gift(points=30), card=getattr(pair, side))
    assert pair.merge().card.state.points == 47
    pair.both()


def test_what_is_no_pair_is_refused(pair: Pair) -> None:
    books, act = pair.books, pair.act("key")
    theirs = replace(made.card(RICH), merchant_id=MerchantId(made.new_id()))
    elsewhere = made.card(made.program())
    for each in (theirs, elsewhere):
        pair.ledger.put(each)
    stranger = replace(act, merchant_id=theirs.merchant_id)
    refused = [
        (act, pair.card.id, pair.card.id, InvalidError),
        (act, pair.card.id, elsewhere.id, InvalidError),
        (act, pair.card.id, theirs.id, NotFoundError),
        (act, theirs.id, pair.card.id, NotFoundError),
        (stranger, pair.card.id, pair.other.id, NotFoundError),
        (stranger, theirs.id, pair.card.id, NotFoundError),
        (act, pair.card.id, CardId(made.new_id()), NotFoundError),
    ]
    before = pair.both()
    for who, one, other, error in refused:
        with pytest.raises(error):
            merge_cards(books, who, one, other)
    assert pair.both() == before


def test_a_reward_that_is_put_by_is_settled_first(pair: Pair) -> None:
    pair.earn("more", Gift(points=10), card=pair.other)
    hold_reward(pair.books, pair.act("hold"), pair.other.id, "cup", minutes=5)
    with pytest.raises(InvalidError):
        pair.merge()


def test_only_a_merge_is_taken_apart(pair: Pair) -> None:
    given = pair.give("gift")
    merged = pair.merge()
    for name in ("none", given.entry.id, entry_id(pair.card.id, made.new_id())):
        with pytest.raises(NotFoundError):
            unmerge_cards(pair.books, pair.act("key"), name)
    stranger = replace(pair.act("key"), merchant_id=MerchantId(made.new_id()))
    with pytest.raises(NotFoundError):
        unmerge_cards(pair.books, stranger, merged.entry.id)
    # The entry on the card that was emptied names no merge into it.
    emptied = entry_id(pair.other.id, pair.act("merge").digest)
    with pytest.raises(NotReversibleError):
        unmerge_cards(pair.books, pair.act("key"), emptied)


def test_a_key_that_the_other_card_has_used_is_used(pair: Pair) -> None:
    before = pair.both()
    with pytest.raises(KeyReusedError):
        merge_cards(pair.books, pair.act("2", "merge"), pair.card.id, pair.other.id)
    assert pair.both() == before


def test_a_purchase_of_a_merged_card_is_refunded_where_its_points_are(pair: Pair) -> None:
    bought = pair.earn("bought", Purchase(amount=2_000, currency="EUR"), card=pair.other).entry
    part = take_back(pair.books, pair.act("part"), bought.id, refund=500)
    assert part.entry.card_id == pair.other.id
    pair.merge()
    before = pair.state().points
    assert same(part, take_back(pair.books, pair.act("part"), bought.id, refund=500))
    rest = take_back(pair.books, pair.act("rest"), bought.id)
    assert same(rest, take_back(pair.books, pair.act("rest"), bought.id))
    assert (rest.entry.card_id, rest.entry.amount) == (pair.card.id, 1_500)
    assert pair.state().points == before - 15


def test_a_gift_of_a_merged_card_is_not_taken_back(pair: Pair) -> None:
    gift = pair.earn("gift", Gift(points=3), card=pair.other).entry
    pair.merge()
    with pytest.raises(CardNotActiveError):
        take_back(pair.books, pair.act("back"), gift.id)


def test_another_merchant_takes_nothing_back(pair: Pair) -> None:
    bought = pair.buy("bought", 2_000).entry
    stranger = replace(pair.act("key"), merchant_id=MerchantId(made.new_id()))
    for name in (bought.id, "no such entry", entry_id(CardId(made.new_id()), "x" * 22)):
        with pytest.raises(NotFoundError):
            take_back(pair.books, stranger, name)


def test_one_key_refunds_once_also_where_the_merge_is_taken_back_in_between(pair: Pair) -> None:
    bought = pair.earn("bought", Purchase(amount=5_000, currency="EUR"), card=pair.other).entry
    take_back(pair.books, pair.act("first"), bought.id, refund=300)
    whole = pair.state().points + pair.state(pair.other).points
    merged = pair.merge()
    part = take_back(pair.books, pair.act("part"), bought.id, refund=500)
    pair.unmerge(merged)
    assert same(part, take_back(pair.books, pair.act("part"), bought.id, refund=500))
    rest = take_back(pair.books, pair.act("rest"), bought.id)
    assert (rest.entry.card_id, rest.entry.amount) == (pair.other.id, 4_200)
    assert pair.state().points + pair.state(pair.other).points == whole - 47
    for done in (part, rest):
        assert explain_entry(pair.books, made.MERCHANT, done.entry.id)[2].agrees


def test_a_strangers_merge_is_unknown_whatever_is_asked_of_it(pair: Pair) -> None:
    merged = pair.merge()
    stranger = replace(pair.act("key"), merchant_id=MerchantId(made.new_id()))
    for refund in (None, 5):
        with pytest.raises(NotFoundError):
            take_back(pair.books, stranger, merged.entry.id, refund=refund)
