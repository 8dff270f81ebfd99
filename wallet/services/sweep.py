"""Sends again what an outage left behind, so that no push is lost for good.

Two kinds are left behind. Messages that failed too often lie among the dead letters: a schedule
puts them back. Changes whose stream records were lost (an outage longer than a stream keeps them)
are found by their time: that reads every head, so it is for an operator, or for the one-machine
world after a crash, never for a schedule.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Protocol

from wallet.domain.ids import CardId
from wallet.services.phones import PushQueue

_BATCH = 10


class DeadLetters(Protocol):
    """Messages that failed too often."""

    def take(self) -> Iterator[CardId]:
        """Each card among them; it is removed when the next is asked for."""


class ChangedHeads(Protocol):
    """Heads by the time of their last change. Reads all of them."""

    def changed_since(self, since: datetime) -> Iterator[CardId]:
        """The cards that changed since."""


def redrive(dead_letters: DeadLetters, queue: PushQueue, *, now: datetime) -> int:
    """Puts dead letters back into the queue; how many."""
    count = 0
    for card_id in dead_letters.take():
        _send(queue, [card_id], now)
        count += 1
    return count


def sweep(heads: ChangedHeads, queue: PushQueue, *, since: datetime, now: datetime) -> int:
    """Queues every card that changed since; how many. The worker skips those whose phones know."""
    count = 0
    found = heads.changed_since(since)
    while cards := list(islice(found, _BATCH)):
        _send(queue, cards, now)
        count += len(cards)
    return count


def _send(queue: PushQueue, cards: list[CardId], now: datetime) -> None:
    # The queue swallows an id that it saw in the last five minutes; the time makes this one new.
    stamp = int(now.timestamp())
    left = queue.send({card_id: f"{card_id}-sweep-{stamp}" for card_id in cards})
    if left:
        raise RuntimeError(f"{len(left)} cards could not be queued")
