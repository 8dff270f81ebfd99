"""A shop of one programme in memory, its cards, and what is done to them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from tests.wallet.services import made
from tests.wallet.services.fakes import FakeLedger, FakePrograms
from wallet.domain.cards import Card, State
from wallet.domain.ids import key_digest
from wallet.domain.programs import Program
from wallet.domain.purchases import Award, Gift, Item, Purchase
from wallet.services.commit import Act, Books, Committed
from wallet.services.earn import NOW, Circumstances, earn
from wallet.services.ports import Change, Refused, Written
from wallet.services.redeem import redeem_points

PROGRAM = made.program()
TRIES = 6


class Shaken(FakeLedger):
    """A ledger that says `conflict` some times before it does as it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.conflicts = 0
        self.between: Callable[[], object] = lambda: None

    def append(self, *changes: Change) -> Literal["written", "conflict"] | Written | Refused:
        if not self.conflicts:
            return super().append(*changes)
        self.conflicts -= 1
        self.between()
        return "conflict"


@dataclass
class Shop:
    """A card, and what is done to it."""

    program: Program = PROGRAM
    ledger: Shaken = field(default_factory=Shaken)
    tries: int = 0
    now: datetime = made.NOW

    def __post_init__(self) -> None:
        self.programs = FakePrograms(self.program)
        self.card = self.new_card()

    @property
    def books(self) -> Books:
        return Books(ledger=self.ledger, programs=self.programs, retries=self._retries)

    def _retries(self) -> Iterator[None]:
        for _ in range(TRIES):
            self.tries += 1
            yield

    def new_card(self) -> Card:
        card = made.card(self.program)
        self.ledger.put(card)
        return card

    def act(self, key: str, request: str = "") -> Act:
        return Act(
            merchant_id=made.MERCHANT,
            actor="test",
            digest=key_digest("test", key),
            fingerprint=(request or key).encode(),
            now=self.now,
        )

    def earn(
        self, key: str, award: Award, told: Circumstances = NOW, *, card: Card | None = None
    ) -> Committed:
        return earn(self.books, self.act(key), (card or self.card).id, award, told)

    def give(self, key: str, points: int = 1, request: str = "") -> Committed:
        return earn(self.books, self.act(key, request), self.card.id, Gift(points=points))

    def buy(self, key: str, amount: int, *items: Item, tax: int = 0) -> Committed:
        return self.earn(key, Purchase(amount=amount, currency="EUR", items=items, tax=tax))

    def spend(self, key: str, points: int = 1) -> Committed:
        return redeem_points(self.books, self.act(key), self.card.id, points)

    def head(self, card: Card | None = None) -> Card:
        found = self.ledger.head((card or self.card).id)
        assert found is not None
        return found

    def state(self, card: Card | None = None) -> State:
        return self.head(card).state


def same(first: Committed, second: Committed) -> bool:
    """Whether the second is the answer of the first, again."""
    as_shown = replace(second, card=replace(second.card, modified=first.card.modified))
    return as_shown == replace(first, replayed=True)


def holds(state: State) -> State:
    """What a card holds, apart from how often and when it was used."""
    return replace(state, visits=0, earned_at=None, used_at=None)
