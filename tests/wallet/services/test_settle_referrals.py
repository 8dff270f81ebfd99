"""The thanks for a friend: given once, taken back once, however the stream tells of it."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.audit import audit
from tests.wallet.services import made
from tests.wallet.services.brought import BOTH, FRIEND, TEA, Brought
from wallet.domain.cards import EPOCH, Tally, tally_key
from wallet.domain.entries import EntryKind, Reversed
from wallet.domain.ids import EntryId
from wallet.domain.purchases import Purchase
from wallet.services.earn import Circumstances
from wallet.services.reverse import reverse


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


def test_a_sale_before_the_referrers_card_was_made_counts_from_then_on(brought: Brought) -> None:
    brought.ledger.put(replace(brought.referrer, created_at=brought.now))
    told = Circumstances(occurred_at=brought.now - timedelta(hours=5))
    bought = brought.earn("1", Purchase(amount=2_000, currency="EUR"), told).entry
    brought.settle(bought)
    (given,) = brought.entries(brought.referrer)
    assert given.occurred_at == brought.now


def test_a_refund_gives_nothing_that_was_refused_before(brought: Brought) -> None:
    bought = brought.buy("1", 3_000).entry
    closed = brought.close(brought.referrer)
    brought.settle(bought)
    reverse(brought.books, brought.act("open"), closed.id)
    back = brought.refund("2", bought, 1)
    brought.settle(back)
    assert brought.state(brought.referrer).points == 0


def idle_for_long(**terms: Any) -> Brought:
    """The referrer has not been here since before the programme's idle while."""
    long_ago = made.NOW - timedelta(days=400)
    idle = made.program(**terms, expiry={"idle_months": 1})
    brought = Brought(replace(idle, effective_at=long_ago))
    few = Tally(key=tally_key("limit", "few"), count=1, since=EPOCH)
    state = replace(brought.referrer.state, used_at=long_ago, points=1, tallies=(few,))
    brought.referrer = replace(brought.referrer, state=state)
    brought.ledger.put(brought.referrer)
    return brought


@pytest.mark.parametrize(
    "terms",
    [
        {"rules": [{key: value for key, value in FRIEND.items() if key != "referrer"}]},
        {
            "rules": [FRIEND],
            "limits": [{"id": "few", "per": "card", "points": 1, "rule": "friend"}],
        },
    ],
)
def test_thanks_that_are_nothing_are_not_written_and_wake_no_card(terms: dict[str, Any]) -> None:
    brought = idle_for_long(**terms)
    brought.settle(brought.buy("1", 2_000).entry)
    assert brought.kinds() == []
    assert brought.state(brought.referrer) == brought.referrer.state


def test_thanks_that_are_an_offer_wake_the_card() -> None:
    brought = idle_for_long(rules=[{**FRIEND, "referrer": {"offer": "tea"}}], offers=[TEA])
    brought.settle(brought.buy("1", 2_000).entry)
    assert [each.offer for each in brought.state(brought.referrer).offers] == ["tea"]
    assert brought.state(brought.referrer).used_at == brought.now
