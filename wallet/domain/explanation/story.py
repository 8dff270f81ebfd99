"""All that an explanation looks at."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from wallet.domain.cards import Card, State
from wallet.domain.entries import Entry, Reversed
from wallet.domain.ids import digest_of
from wallet.domain.moved import take_back
from wallet.domain.programs import Program
from wallet.domain.purchases import Purchase
from wallet.domain.undoing import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An entry, and the state of its card before it."""

    entry: Entry
    before: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An entry with what it was made from.

    `program` is the version that the entry names, `card` its card, in whatever state. `purchase`
    what was bought, if it was a purchase; `target` what a reversal takes back, with what had been
    taken back of it by then; `held` the hold that a capture or a release settles; `other` the
    entry on the other card of a merge; `merged` the merge that is taken back, on the card that it
    filled.
    """

    entry: Entry
    program: Program
    before: State
    card: Card
    purchase: Purchase | None = None
    target: Target | None = None
    held: Target | None = None
    other: Past | None = None
    merged: Past | None = None

    @property
    def digest(self) -> str:
        """That of the entry's key."""
        return digest_of(self.entry.id)

    @property
    def card_before(self) -> Card:
        """The card as it stood before the entry."""
        return replace(self.card, state=self.before)


def taken_before(card: Card, target: Target, earlier: Iterable[Past]) -> Reversed:
    """How much of a target had been taken back by its earlier reversals, oldest first.

    The ledger keeps only how much it is now. Raises WalletError where the history cannot be so.
    """
    so_far = Reversed()
    for past in earlier:
        _, so_far = take_back(
            replace(card, id=past.entry.card_id, state=past.before),
            replace(target, so_far=so_far),
            refund=past.entry.amount if target.purchase else None,
            occurred_at=past.entry.occurred_at,
        )
    return so_far
