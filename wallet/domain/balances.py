"""Moves points or stamps on and off a card, with their lots: soonest to end goes first.

Each function takes a state and gives the next one. A programme has one unit: its card's points, or
its card's stamps.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from wallet.domain.cards import Lot, Ripening, State
from wallet.domain.vocabulary import Debt, ProgramKind

End = datetime | None
Soonest = Literal["soonest"]


def balance(state: State, kind: ProgramKind) -> int:
    """What the card holds of its programme's unit."""
    return state.stamps if kind is ProgramKind.STAMPS else state.points


def give(state: State, kind: ProgramKind, units: int, expires_at: datetime | None) -> State:
    """So many more. What is owed is paid first, then what lies below zero."""
    paid = min(state.owed, units)
    state, units = replace(state, owed=state.owed - paid), units - paid
    held = balance(state, kind)
    kept = max(held + units, 0) - max(held, 0)
    lots = add_lot(state.lots, kept, expires_at)
    return _with_balance(replace(state, lots=lots), kind, held + units)


def take(
    state: State,
    kind: ProgramKind,
    units: int,
    *,
    debt: Debt = Debt.NEGATIVE,
    first: End | Soonest = "soonest",
) -> State:
    """So many fewer: from the lot that ends at `first` (None: never), then soonest to end first.

    `debt` says what becomes of the rest when the balance does not reach.
    """
    held = balance(state, kind)
    taken = units if debt is Debt.NEGATIVE else min(units, max(held, 0))
    owed = units - taken if debt is Debt.OWED else 0
    lots = take_lots(state.lots, units, first=first)
    return _with_balance(replace(state, lots=lots, owed=state.owed + owed), kind, held - taken)


def give_back(state: State, kind: ProgramKind, lots: tuple[Lot, ...]) -> State:
    """So many more as the lots hold, each with its own end."""
    for lot in lots:
        state = give(state, kind, lot.units, lot.expires_at)
    return state


def add_lot(lots: tuple[Lot, ...], units: int, expires_at: datetime | None) -> tuple[Lot, ...]:
    """The lots with so many more, soonest to end first. What ends together is one lot."""
    kept = {lot.expires_at: lot.units for lot in lots}
    kept[expires_at] = kept.get(expires_at, 0) + units
    return tuple(
        Lot(units=kept[at], expires_at=at) for at in sorted(kept, key=_soonest) if kept[at]
    )


def take_lots(
    lots: tuple[Lot, ...], units: int, *, first: End | Soonest = "soonest"
) -> tuple[Lot, ...]:
    """The lots after so many were taken; all gone if they hold fewer."""
    order = sorted(lots, key=lambda lot: (lot.expires_at != first, *_soonest(lot.expires_at)))
    left: dict[datetime | None, int] = {}
    for lot in order:
        taken = min(units, lot.units)
        units -= taken
        left[lot.expires_at] = lot.units - taken
    return tuple(
        Lot(units=left[lot.expires_at], expires_at=lot.expires_at)
        for lot in lots
        if left[lot.expires_at]
    )


def lost_lots(before: tuple[Lot, ...], after: tuple[Lot, ...]) -> tuple[Lot, ...]:
    """What went from one to the other, lot by lot."""
    kept = {lot.expires_at: lot.units for lot in after}
    lost = ((lot.units - kept.get(lot.expires_at, 0), lot.expires_at) for lot in before)
    return tuple(Lot(units=units, expires_at=at) for units, at in lost if units > 0)


def put_by(state: State, ripening: Ripening) -> State:
    """So many more pending; what ripens and ends together is one."""
    kept = {(each.ripens_at, each.expires_at): each.units for each in state.ripening}
    place = (ripening.ripens_at, ripening.expires_at)
    kept[place] = kept.get(place, 0) + ripening.units
    return replace(
        state,
        ripening=tuple(
            Ripening(units=kept[at], ripens_at=at[0], expires_at=at[1])
            for at in sorted(kept, key=lambda at: (at[0], _soonest(at[1])))
            if kept[at]
        ),
    )


def take_pending(
    state: State, place: tuple[datetime, datetime | None], units: int
) -> tuple[State, int]:
    """So many fewer of what ripens then and ends then; how many were not there any more."""
    left = []
    for each in state.ripening:
        taken = min(units, each.units) if (each.ripens_at, each.expires_at) == place else 0
        units -= taken
        if each.units > taken:
            left.append(replace(each, units=each.units - taken))
    return replace(state, ripening=tuple(left)), units


def _soonest(at: datetime | None) -> tuple[bool, float]:
    return at is None, at.timestamp() if at else 0.0


def _with_balance(state: State, kind: ProgramKind, units: int) -> State:
    if kind is ProgramKind.STAMPS:
        return replace(state, stamps=units)
    return replace(state, points=units)
