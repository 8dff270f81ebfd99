"""A card, and the one whose holder brought it."""

from collections.abc import Sequence
from dataclasses import replace

from tests.wallet.services import made
from tests.wallet.services.shop import Shop
from wallet.domain.cards import Card, Status
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.merging import close
from wallet.services.commit import Decided, commit
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
