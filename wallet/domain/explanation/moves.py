"""What an entry moved on a card, read off the states before and after it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from wallet.domain.balances import balance
from wallet.domain.cards import State
from wallet.domain.explanation.steps import Day, Say, Step, Units, step
from wallet.domain.idleness import ends_idle
from wallet.domain.programs import Program


def worth(state: State, program: Program) -> int:
    """What a card holds or will hold, less what it owes."""
    return balance(state, program.kind) + state.pending - state.owed


def gained(before: State, after: State, program: Program) -> Iterator[Step]:
    """What became of what was given: paid, filled, pending, valid until a day; offers."""
    kind = program.kind
    if before.owed > after.owed:
        yield step(Say.OWED_PAID, units=Units(before.owed - after.owed, kind))
    below = min(balance(after, kind), 0) - min(balance(before, kind), 0)
    if below > 0:
        yield step(Say.DEBT_FILLED, units=Units(below, kind))
    had = _pending(before)
    for at, units in _pending(after).items():
        if units > had[at]:
            day = Day(at, program.time_zone)
            yield step(Say.PENDING, units=Units(units - had[at], kind), day=day)
    yield from _ends(before, after, program)
    yield from _offers(Say.OFFER_GIVEN, before, after, program)


def lost(before: State, after: State, program: Program) -> Iterator[Step]:
    """Where it was taken from, and what it left below zero or owed; offers."""
    kind = program.kind
    had, has = _pending(before), _pending(after)
    less = sum(max(units - has[at], 0) for at, units in had.items())
    if less:
        yield step(Say.PENDING_LESS, units=Units(less, kind))
    yield from _spent(before, after, program)
    below = min(balance(before, kind), 0) - min(balance(after, kind), 0)
    if below > 0:
        yield step(Say.BELOW_ZERO, units=Units(-balance(after, kind), kind))
    if after.owed > before.owed:
        yield step(Say.OWED, units=Units(after.owed - before.owed, kind))
    yield from _offers(Say.OFFER_GONE, after, before, program)


def _ends(before: State, after: State, program: Program) -> Iterator[Step]:
    had, more = _lots(before), 0
    for at, units in _lots(after).items():
        more += max(units - had[at], 0)
        if at and units > had[at]:
            day = Day(at, program.time_zone)
            yield step(Say.ENDS, units=Units(units - had[at], program.kind), day=day)
    idle = ends_idle(program, after)
    if idle and more:
        yield step(Say.ENDS_IDLE, day=Day(idle, program.time_zone))


def _spent(before: State, after: State, program: Program) -> Iterator[Step]:
    has, kind = _lots(after), program.kind
    if not any(lot.expires_at for lot in before.lots):
        return
    for at, units in _lots(before).items():
        if units <= has[at]:
            continue
        less = Units(units - has[at], kind)
        if at is None:
            yield step(Say.LOT_SPENT_LASTING, units=less)
        else:
            yield step(Say.LOT_SPENT, units=less, day=Day(at, program.time_zone))


def _offers(say: Say, without: State, having: State, program: Program) -> Iterator[Step]:
    known = {each.id for each in without.offers}
    for each in having.offers:
        if each.id not in known:
            day = Day(each.expires_at, program.time_zone)
            yield step(say, offer=offer_name(program, each.offer), day=day)


def offer_name(program: Program, offer_id: str) -> str:
    """The offer's name in this version; its id where the version has none of it."""
    offer = program.offer(offer_id)
    return offer.name if offer else offer_id


def _pending(state: State) -> Counter[datetime]:
    found: Counter[datetime] = Counter()
    for each in state.ripening:
        found[each.ripens_at] += each.units
    return found


def _lots(state: State) -> Counter[datetime | None]:
    return Counter({lot.expires_at: lot.units for lot in state.lots})
