"""What an outage left behind is sent again; nothing is taken away before it is sent."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from tests.wallet.services import made
from tests.wallet.services.fake_queue import FakeDeadLetters, FakeQueue
from tests.wallet.services.fakes import FakeLedger
from wallet.domain.ids import CardId
from wallet.services.sweep import redrive, sweep

PROGRAM = made.program()


def some_cards(count: int) -> list[CardId]:
    return [CardId(made.new_id()) for _ in range(count)]


def test_dead_letters_go_back_into_the_queue() -> None:
    cards, queue = some_cards(12), FakeQueue()
    letters = FakeDeadLetters(*cards)
    assert redrive(letters, queue, now=made.NOW) == 12
    assert [card for card, _ in queue.sent] == cards
    assert letters.left == []


def test_a_card_twice_among_them_is_sent_twice_or_once() -> None:
    """The queue swallows the second, which says the same."""
    (card,) = some_cards(1)
    queue = FakeQueue()
    assert redrive(FakeDeadLetters(card, card), queue, now=made.NOW) == 2
    assert len(set(queue.sent)) == 1


def test_what_could_not_be_sent_stays_among_the_dead_letters() -> None:
    first, second, third = some_cards(3)
    letters, queue = FakeDeadLetters(first, second, third), FakeQueue()
    queue.full = {second}
    with pytest.raises(RuntimeError):
        redrive(letters, queue, now=made.NOW)
    assert letters.left == [second, third]


def test_a_later_sweep_is_not_swallowed_for_an_earlier_one() -> None:
    (card,) = some_cards(1)
    queue = FakeQueue()
    redrive(FakeDeadLetters(card), queue, now=made.NOW)
    redrive(FakeDeadLetters(card), queue, now=made.NOW + timedelta(minutes=5))
    assert len({key for _, key in queue.sent}) == 2


class Batches(FakeQueue):
    """Notes how many cards come at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def send(self, cards: Mapping[CardId, str]) -> Sequence[CardId]:
        self.sizes.append(len(cards))
        return super().send(cards)


def test_changed_cards_are_queued_by_tens() -> None:
    ledger, queue = FakeLedger(), Batches()
    old = [made.card(PROGRAM, now=made.NOW - timedelta(hours=2)) for _ in range(3)]
    new = [made.card(PROGRAM) for _ in range(23)]
    for each in (*old, *new):
        ledger.put(each)
    since = made.NOW - timedelta(hours=1)
    assert sweep(ledger, queue, since=since, now=made.NOW) == 23
    assert {card for card, _ in queue.sent} == {each.id for each in new}
    assert queue.sizes == [10, 10, 3]


def test_a_full_queue_ends_a_sweep_with_an_error() -> None:
    ledger, queue = FakeLedger(), FakeQueue()
    card = made.card(PROGRAM)
    ledger.put(card)
    queue.full = {card.id}
    with pytest.raises(RuntimeError, match="1 cards"):
        sweep(ledger, queue, since=made.NOW, now=made.NOW)
