"""The thanks for a friend: given once, taken back once, however the stream tells of it."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.shop import Shop
from wallet.domain.cards import EPOCH, Card, Status, Tally, tally_key
from wallet.domain.entries import Entry, EntryKind, Reversed
from wallet.domain.errors import CardNotActiveError
from wallet.domain.ids import CardId, EntryId
from wallet.domain.merging import close
from wallet.domain.purchases import Purchase
from wallet.services.commit import Decided, commit
from wallet.services.earn import Circumstances
from wallet.services.merge_cards import merge_cards, unmerge_cards
from wallet.services.ports import Change
from wallet.services.reverse import reverse
from wallet.services.settle_referrals import settle_referrals

FRIEND = {
    "id": "friend",
    "kind": "referral",
    "points": 20,
    "referrer": {"points": 50},
    "when": {"minimum": 2_000},
}
TEA = {"id": "tea", "name": "Tea", "kind": "gift", "days": 5}
BOTH = made.program(
    rules=[{"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}, FRIEND]
)


class Brought(Shop):
    """A card, and the one whose holder brought it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.referrer = self.card
        self.card = replace(self.new_card(), referred_by=self.referrer.id)
        self.ledger.put(self.card)

    def settle(self, *entries: Entry, card: Card | None = None) -> None:
        """The stream tells of these entries of a card; of all of the friend's, if none is said."""
        told = entries or self.entries()
        back = (self.ledger.entry(each.reverses) for each in told if each.reverses)
        settle_referrals(
            self.books,
            self.head(card),
            told,
            [each.entry for each in back if each],
            now=self.now,
        )

    def entries(self, card: Card | None = None) -> Sequence[Entry]:
        return self.ledger.entries_after((card or self.card).id, 0, limit=100)

    def refund(self, key: str, entry: Entry, amount: int | None = None) -> Entry:
        return reverse(self.books, self.act(key), entry.id, refund=amount).entry

    def close(self, card: Card) -> Entry:
        def decide(card: Card) -> Decided:
            draft = close(card, Status.CLOSED, reason=None, occurred_at=self.now)
            return Decided(draft=draft, program=self.program)

        return commit(self.books, self.act(f"close {card.id}"), card.id, decide).entry

    def kinds(self, card: Card | None = None) -> list[EntryKind]:
        return [each.kind for each in self.entries(card or self.referrer)]


@pytest.fixture
def brought() -> Brought:
    return Brought(BOTH)


def test_however_often_it_is_told_it_counts_once(brought: Brought) -> None:
    bought = brought.buy("1", 2_000).entry
    for _ in range(3):
        brought.settle(bought)
    assert (brought.state().points, brought.state(brought.referrer).points) == (40, 50)
    (given,) = brought.entries(brought.referrer)
    assert (given.reason, given.actor) == ("referral:friend", "referral")
    brought.refund("2", bought, 1)
    for _ in range(3):
        brought.settle()
    assert (brought.state().points, brought.state(brought.referrer).points) == (19, 0)
    assert brought.kinds() == [EntryKind.BONUS, EntryKind.REVERSE]


def test_in_whatever_order_it_is_told(brought: Brought) -> None:
    """Purchases and refunds come from the stream late, twice, and one before the other."""
    chance = random.Random(8)  # noqa: S311  a seed, to be repeated
    for turn in range(40):
        paid = brought.buy(f"buy {turn}", chance.choice([1_999, 2_000, 5_000])).entry
        if chance.random() < 0.5:
            brought.settle(*chance.choices(brought.entries(), k=3))
        brought.refund(f"refund {turn}", paid, chance.choice([1, 1_999, None]))
        told = list(brought.entries())
        chance.shuffle(told)
        brought.settle(*told)
        paying = sum(
            line.points
            for each in brought.entries()
            for line in each.lines
            if line.rule_id == "friend"
        )
        assert brought.state(brought.referrer).points == paying // 20 * 50
        assert paying in (0, 20)
    for card in (brought.card, brought.referrer):
        audit(brought.ledger, card.id)


def test_a_refund_before_the_purchase_is_told_leaves_nothing_to_give(brought: Brought) -> None:
    bought = brought.buy("1", 2_000).entry
    brought.refund("2", bought)
    brought.settle(bought)
    assert brought.kinds() == []


def test_a_refund_while_the_thanks_are_given_is_seen(
    brought: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = brought.buy("1", 2_000).entry
    read, seen = brought.ledger.mark, list[Reversed]()

    def mark(entry_id: EntryId) -> Reversed:
        seen.append(read(entry_id))
        if len(seen) == 1:
            brought.refund("in between", bought)
        return seen[-1]

    monkeypatch.setattr(brought.ledger, "mark", mark)
    brought.settle(bought)
    assert brought.kinds() == [EntryKind.BONUS, EntryKind.REVERSE]
    assert brought.state(brought.referrer).points == 0


def test_a_card_that_nobody_brought_thanks_nobody(brought: Brought) -> None:
    stranger = brought.new_card()
    entry = brought.earn("1", Purchase(amount=5_000, currency="EUR"), card=stranger).entry
    brought.settle(entry)
    assert [line.rule_id for line in entry.lines] == ["spend"]
    assert brought.kinds() == []


def test_a_closed_card_gets_nothing_and_keeps_what_it_has(brought: Brought) -> None:
    bought = brought.buy("1", 2_000).entry
    brought.close(brought.referrer)
    brought.settle(bought)
    assert brought.kinds() == [EntryKind.CLOSE]
    assert brought.state().points == 40


def test_what_was_given_stays_with_a_card_that_is_closed_then(brought: Brought) -> None:
    bought = brought.buy("1", 2_000).entry
    brought.settle(bought)
    brought.close(brought.referrer)
    brought.refund("2", bought)
    brought.settle(bought)
    assert brought.kinds() == [EntryKind.BONUS, EntryKind.CLOSE]
    assert brought.state(brought.referrer).points == 50


def test_the_thanks_follow_a_merge_and_are_not_given_on_both_cards(brought: Brought) -> None:
    into = brought.new_card()
    bought = brought.buy("1", 2_000).entry
    brought.settle(bought)
    merge_cards(brought.books, brought.act("merge"), into.id, brought.referrer.id)
    brought.settle(bought)
    assert brought.kinds(into) == [EntryKind.MERGE]
    assert brought.state(into).points == 50


def test_the_thanks_go_to_the_card_that_the_referrer_was_merged_into(brought: Brought) -> None:
    into = brought.new_card()
    merge_cards(brought.books, brought.act("merge"), into.id, brought.referrer.id)
    bought = brought.buy("1", 2_000).entry
    brought.settle(bought)
    assert brought.state(into).points == 50
    brought.refund("2", bought)
    brought.settle(bought)
    assert brought.state(into).points == 0


def test_who_merges_both_cards_has_referred_himself(brought: Brought) -> None:
    bought = brought.buy("1", 2_000).entry
    merge_cards(brought.books, brought.act("merge"), brought.referrer.id, brought.card.id)
    brought.settle(bought)
    assert brought.kinds() == [EntryKind.MERGE]


def test_a_refund_on_the_card_that_the_friend_was_merged_into_takes_both_parts(
    brought: Brought,
) -> None:
    into = brought.new_card()
    bought = brought.buy("1", 2_000).entry
    brought.settle(bought)
    merge_cards(brought.books, brought.act("merge"), into.id, brought.card.id)
    reverse(brought.books, brought.act("2"), bought.id, on=into.id)
    brought.settle(*brought.entries(into), card=into)
    assert brought.state(into).points == 0
    assert brought.state(brought.referrer).points == 0


def test_a_sale_before_the_referrers_card_was_made_counts_from_then_on(brought: Brought) -> None:
    brought.ledger.put(replace(brought.referrer, created_at=brought.now))
    told = Circumstances(occurred_at=brought.now - timedelta(hours=5))
    bought = brought.earn("1", Purchase(amount=2_000, currency="EUR"), told).entry
    brought.settle(bought)
    (given,) = brought.entries(brought.referrer)
    assert given.occurred_at == brought.now


def test_the_thanks_are_found_though_the_merge_that_led_to_them_is_gone(brought: Brought) -> None:
    into = brought.new_card()
    merge = merge_cards(brought.books, brought.act("merge"), into.id, brought.referrer.id)
    bought = brought.buy("1", 3_000).entry
    brought.settle(bought)
    unmerge_cards(brought.books, brought.act("unmerge"), merge.entry.id)
    for refund, left in ((1, 50), (None, 0)):
        back = brought.refund(f"refund {refund}", bought, refund)
        brought.settle(bought, back)
        assert brought.state(into).points == left
    assert brought.state(brought.referrer).points == 0


def test_a_merge_that_comes_in_between_is_not_the_end_of_the_thanks(
    brought: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Merged as the thanks are about to be written, and parted again: the record comes again."""
    into = brought.new_card()
    bought = brought.buy("1", 2_000).entry
    append = brought.ledger.append

    def merge_first(*changes: Change) -> object:
        monkeypatch.setattr(brought.ledger, "append", append)
        merged = merge_cards(brought.books, brought.act("merge"), into.id, brought.referrer.id)
        head = brought.ledger.head

        def part_after(card_id: CardId) -> Card | None:
            found = head(card_id)
            if found and found.state.merged_into:
                monkeypatch.setattr(brought.ledger, "head", head)
                unmerge_cards(brought.books, brought.act("unmerge"), merged.entry.id)
            return found

        monkeypatch.setattr(brought.ledger, "head", part_after)
        return append(*changes)

    monkeypatch.setattr(brought.ledger, "append", merge_first)
    with pytest.raises(CardNotActiveError):
        brought.settle(bought)
    brought.settle(bought)
    assert brought.state(brought.referrer).points == 50


def test_a_refund_gives_nothing_that_was_refused_before(brought: Brought) -> None:
    bought = brought.buy("1", 3_000).entry
    closed = brought.close(brought.referrer)
    brought.settle(bought)
    reverse(brought.books, brought.act("open"), closed.id)
    back = brought.refund("2", bought, 1)
    brought.settle(back)
    assert brought.state(brought.referrer).points == 0


@pytest.mark.parametrize(
    "rules",
    [
        {"rules": [{**FRIEND, "referrer": {"offer": "tea"}}], "offers": [TEA]},
        {"rules": [{key: value for key, value in FRIEND.items() if key != "referrer"}]},
        {
            "rules": [FRIEND],
            "limits": [{"id": "few", "per": "card", "points": 1, "rule": "friend"}],
        },
    ],
)
def test_thanks_that_are_nothing_are_not_written_and_wake_no_card(rules: dict[str, Any]) -> None:
    long_ago = made.NOW - timedelta(days=400)
    idle = made.program(**rules, expiry={"idle_months": 1})
    brought = Brought(replace(idle, effective_at=long_ago))
    used = replace(brought.referrer.state, used_at=long_ago, points=1)
    few = tally_key("limit", "few")
    full = replace(used, tallies=(Tally(key=few, count=1, since=EPOCH),))
    brought.ledger.put(replace(brought.referrer, state=full))
    brought.settle(brought.buy("1", 2_000).entry)
    gives_offer = "offers" in rules
    assert brought.kinds() == [EntryKind.BONUS] * gives_offer
    assert (brought.state(brought.referrer).used_at == long_ago) is not gives_offer
