"""Decides what taking an entry back does: all of it, or the part of a purchase that was refunded.

What a refund leaves of a purchase, `refunding.py` says. All else that an entry did (tallies,
offers, the lots that a reward took) is undone as `undoing.py` says: reversing the newest entry
leaves exactly what was before it.
"""

from dataclasses import replace
from datetime import datetime

from wallet.domain.cards import Card
from wallet.domain.drafts import Draft, check_active, drafted
from wallet.domain.entries import EntryKind, Reversed
from wallet.domain.errors import AlreadyReversedError, InvalidError, NotReversibleError
from wallet.domain.gains import difference
from wallet.domain.idleness import win_backs
from wallet.domain.refunding import refund_purchase
from wallet.domain.tallies import with_tallies
from wallet.domain.undoing import (
    Target,
    undo_offers,
    undo_tallies,
    undo_times,
    undo_units,
)

REVERSIBLE = (
    EntryKind.EARN,
    EntryKind.REDEEM,
    EntryKind.BONUS,
    EntryKind.ADJUST,
    EntryKind.CAPTURE,
    EntryKind.CLOSE,
)


def reverse(
    card: Card, target: Target, *, refund: int | None, occurred_at: datetime
) -> tuple[Draft, Reversed]:
    """Takes back what is left of an entry, or of a purchase the part worth `refund` minor units.

    Raises AlreadyReversedError when nothing is left, NotReversibleError for a kind that is not
    taken back, InvalidError for a refund of more than is left or of what was no purchase,
    CardNotActiveError.
    """
    entry, so_far = target.entry, target.so_far
    if entry.kind not in REVERSIBLE:
        raise NotReversibleError(str(entry.kind))
    if so_far.whole:
        raise AlreadyReversedError(entry.id)
    if entry.kind is not EntryKind.CLOSE:
        check_active(card)
    if target.purchase is None:
        if refund is not None:
            raise InvalidError("amount", "only a purchase can be refunded in part")
        return _undo(card, target, occurred_at), Reversed(whole=True)
    left = target.purchase.amount - so_far.amount
    refund = left if refund is None else refund
    if refund > left:
        raise InvalidError("amount", f"only {left} of this purchase are left to refund")
    return refund_purchase(card, target, target.purchase, refund, occurred_at)


def _undo(card: Card, target: Target, occurred_at: datetime) -> Draft:
    entry, program = target.entry, target.program
    state = card.state
    for each in (target.held, target):
        if each:
            state = undo_units(state, each, occurred_at)
            state = undo_tallies(state, each, None)
    # Without its tally the calendar would give a win-back that is taken back again.
    state = with_tallies(state, win_backs(program, card.state))
    state = undo_offers(state, target)
    state = undo_times(state, target)
    if entry.kind is EntryKind.CLOSE:
        state = replace(state, status=target.before.status)
    counting = target.held.program if target.held else program
    reward = counting.reward(entry.reward_id or "")
    counted = reward and reward.stock is not None and entry.offer_id is None
    return replace(
        drafted(EntryKind.REVERSE, card, state, occurred_at),
        lines=difference((), entry.lines),
        reward_id=entry.reward_id,
        offer_id=entry.offer_id,
        reverses=entry.id,
        stock=(reward.id, 1) if reward and counted else None,
    )
