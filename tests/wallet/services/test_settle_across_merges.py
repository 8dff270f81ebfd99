"""The thanks for a friend where cards are merged, and parted again."""

import pytest

from tests.wallet.services.brought import BOTH, Brought
from wallet.domain.cards import Card
from wallet.domain.entries import EntryKind
from wallet.domain.errors import CardNotActiveError
from wallet.domain.ids import CardId
from wallet.services.merge_cards import merge_cards, unmerge_cards
from wallet.services.ports import Change
from wallet.services.reverse import reverse


@pytest.fixture
def brought() -> Brought:
    return Brought(BOTH)


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


def test_who_merges_both_cards_is_thanked_by_nobody(brought: Brought) -> None:
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
