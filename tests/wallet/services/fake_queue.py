"""Queues in memory."""

from collections.abc import Iterator, Mapping, Sequence

from wallet.domain.ids import CardId


class FakeQueue:
    """The PushQueue port; `full` are cards that it does not take."""

    def __init__(self) -> None:
        self.sent: list[tuple[CardId, str]] = []
        self.full: set[CardId] = set()

    def send(self, cards: Mapping[CardId, str]) -> Sequence[CardId]:
        self.sent += [pair for pair in cards.items() if pair[0] not in self.full]
        return [card for card in cards if card in self.full]


class FakeDeadLetters:
    """The DeadLetters port."""

    def __init__(self, *cards: CardId) -> None:
        self.left = list(cards)

    def take(self) -> Iterator[CardId]:
        while self.left:
            yield self.left[0]
            del self.left[0]
