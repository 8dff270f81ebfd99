"""Takes an entry back from the card that has what it gave: its own, or the one it was merged into.

A merge moves units, remainder, offers and visits; tallies and the standing stay behind. So a
refund on the other card counts in those that the purchase itself left, and leaves the card's own
alone.
"""

from dataclasses import replace
from datetime import datetime

from wallet.domain.cards import Card, State, Status
from wallet.domain.drafts import Draft
from wallet.domain.entries import Reversed
from wallet.domain.errors import CardNotActiveError
from wallet.domain.reversal import reverse
from wallet.domain.undoing import Target


def take_back(
    card: Card, target: Target, *, refund: int | None, occurred_at: datetime
) -> tuple[Draft, Reversed]:
    """Takes back what is left of an entry, or a part of it. Raises as `reversal.reverse` does.

    On another card than the entry's own only purchases are taken back.
    """
    own = card.state
    if card.id == target.entry.card_id:
        return reverse(card, target, refund=refund, occurred_at=occurred_at)
    if target.purchase is None:
        raise CardNotActiveError(Status.MERGED)
    left = _left(card, target)
    lent = replace(own, tallies=left.tallies, standing=left.standing)
    draft, done = reverse(
        replace(card, state=lent), target, refund=refund, occurred_at=occurred_at
    )
    after = replace(
        draft.after,
        tallies=own.tallies,
        standing=own.standing,
        earned_at=own.earned_at,
        used_at=own.used_at,
    )
    return replace(draft, after=after), done


def _left(card: Card, target: Target) -> State:
    """What the purchase and its refunds so far would have left, had nothing else happened."""
    entry, refunded = target.entry, target.so_far.amount
    if not refunded:
        return entry.after
    draft, _ = reverse(
        replace(card, state=entry.after),
        replace(target, so_far=Reversed()),
        refund=refunded,
        occurred_at=entry.occurred_at,
    )
    return draft.after
