"""Merges two cards of one person, takes a merge back, closes a card.

A merge empties the one card into the other: two entries, written in one transaction. What the one
held goes over with its ends; its tallies and its standing stay behind, because two cards' counts
of one limit are not one count. Only when the person was last here, and won back, is taken over. To
take a merge back gives the one card what it had, and takes as much from the other: right after the
merge, that is exactly what was before.
"""

from dataclasses import replace
from datetime import datetime

from wallet.domain import balances
from wallet.domain.calendar import lot_end
from wallet.domain.cards import Card, Lot, State, Status
from wallet.domain.drafts import Draft, check_active, drafted
from wallet.domain.entries import Entry, EntryKind, Reversed
from wallet.domain.errors import CardNotActiveError, InvalidError, NotReversibleError
from wallet.domain.idleness import win_backs, woken
from wallet.domain.programs import Program
from wallet.domain.tallies import with_tallies
from wallet.domain.undoing import Target, undo_tallies, undo_times


def merge(
    program: Program, source: Card, target: Card, *, occurred_at: datetime
) -> tuple[Draft, Draft]:
    """Empties the source into the target. Raises InvalidError for cards that are no pair.

    Also CardNotActiveError; a hold must be settled first.
    """
    if source.id == target.id or source.program_id != target.program_id:
        raise InvalidError("card_id", "must be another card of the same programme")
    if source.state.holds:
        raise InvalidError("card_id", "has a reward that is put by")
    check_active(source)
    check_active(target)
    emptied = State(
        tallies=source.state.tallies,
        visits=source.state.visits,
        earned_at=source.state.earned_at,
        used_at=source.state.used_at,
        status=Status.MERGED,
        merged_into=target.id,
    )
    filled = _filled(target.state, source.state, program, occurred_at)
    return (
        replace(_draft(source, emptied, occurred_at), reason=target.id),
        replace(_draft(target, filled, occurred_at), reason=source.id),
    )


def unmerge(
    program: Program,
    source: Card,
    target: Card,
    *,
    merged: Entry,
    before: State,
    filled: State,
    occurred_at: datetime,
) -> tuple[Draft, Draft]:
    """Takes a merge back.

    `merged` is the entry on the target; `before` was the source's state before the merge, `filled`
    the target's. An offer that was used meanwhile does not go back. Raises NotReversibleError if
    the source is not merged into the target.
    """
    if source.state.merged_into != target.id:
        raise NotReversibleError(str(EntryKind.MERGE))
    check_active(target)
    lost = balances.lost_lots(filled.lots, merged.after.lots)
    left = _emptied(target.state, before, lost, program, occurred_at)
    undone = Target(program=program, entry=merged, before=filled, purchase=None, so_far=Reversed())
    left = undo_times(undo_tallies(left, undone, None), undone)
    unused = tuple(each for each in before.offers if each in target.state.offers)
    back = replace(before, offers=unused)
    return (
        replace(drafted(EntryKind.UNMERGE, source, back, occurred_at), reason=target.id),
        replace(
            drafted(EntryKind.UNMERGE, target, left, occurred_at),
            reason=source.id,
            reverses=merged.id,
        ),
    )


def close(card: Card, status: Status, *, reason: str | None, occurred_at: datetime) -> Draft:
    """Closes a card for its holder, or makes it void for the merchant.

    What it holds stays with it, for the case that the closing is taken back. Raises
    CardNotActiveError if it is closed already.
    """
    check_active(card)
    if status not in (Status.CLOSED, Status.VOID):
        raise CardNotActiveError(status)
    after = replace(card.state, status=status)
    return replace(drafted(EntryKind.CLOSE, card, after, occurred_at), reason=reason)


def _draft(card: Card, after: State, occurred_at: datetime) -> Draft:
    return drafted(EntryKind.MERGE, card, after, occurred_at)


def _filled(state: State, more: State, program: Program, at: datetime) -> State:
    """The one state with what the other holds, used when either of them was last used."""
    kind = program.kind
    debt = max(-balances.balance(more, kind), 0)
    state = balances.give_back(state, kind, more.lots)
    state = balances.take(state, kind, debt)
    for each in more.ripening:
        state = balances.put_by(state, each)
    state = replace(
        state,
        owed=state.owed + more.owed,
        carry=state.carry + more.carry,
        offers=(*state.offers, *more.offers),
        visits=state.visits + more.visits,
        used_at=max(filter(None, [state.used_at, more.used_at]), default=None),
    )
    return woken(program, _won_back(state, more, program), at)


def _won_back(state: State, more: State, program: Program) -> State:
    """The state with the newest win-backs of both: one person is won back once."""
    had = {each.key: each for each in state.tallies}
    return with_tallies(
        state,
        [
            each
            for each in win_backs(program, more)
            if each.key not in had or had[each.key].since < each.since
        ],
    )


def _emptied(
    state: State, less: State, lost: tuple[Lot, ...], program: Program, at: datetime
) -> State:
    """The one state without what came from the other, as far as it is still there.

    `lost` are the lots that filled the other's hole. What has ended since the merge has ended for
    both.
    """
    kind = program.kind
    gone = {each.id for each in less.offers}
    for lot in less.lots:
        state = _without_lot(state, lot, program, at)
    debt = max(-balances.balance(less, kind), 0) - sum(lot.units for lot in lost)
    state = balances.give(state, kind, debt, lot_end(program, at))
    state = balances.give_back(state, kind, lost)
    for each in less.ripening:
        place = (each.ripens_at, each.expires_at)
        state, ripe = balances.take_pending(state, place, each.units)
        state = _without_lot(state, Lot(units=ripe, expires_at=each.expires_at), program, at)
    return replace(
        state,
        owed=max(state.owed - less.owed, 0),
        carry=max(state.carry - less.carry, 0),
        offers=tuple(each for each in state.offers if each.id not in gone),
        visits=max(state.visits - less.visits, 0),
    )


def _without_lot(state: State, lot: Lot, program: Program, at: datetime) -> State:
    """The state without a lot's units, or without those that are left of one that has ended."""
    ends, units = lot.expires_at, lot.units
    if ends is not None and ends < at:
        units = min(units, sum(each.units for each in state.lots if each.expires_at == ends))
    return balances.take(state, program.kind, units, debt=program.refunds.debt, first=ends)
