"""Undoes what an entry did, by comparing the card before it and after it with the card now.

What newer entries have replaced meanwhile stays as it is. If there are none, the card is left as
it was before the entry.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from wallet.domain import balances
from wallet.domain.calendar import local_day, lot_end
from wallet.domain.cards import HeldOffer, State, Tally, tally_key
from wallet.domain.challenges import unvisit
from wallet.domain.entries import Entry, Reversed
from wallet.domain.programs import Program
from wallet.domain.purchases import Purchase
from wallet.domain.tallies import ended_before, placed, without_ended
from wallet.domain.tiers import standing_at
from wallet.domain.vocabulary import ProgramKind, Returned, RuleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An entry that is to be taken back.

    `program` is the version that it was made under, `before` the card's state before it,
    `purchase` what was bought if it was a purchase, `referred` whether a friend had brought the
    card; `so_far` what has been taken back of it; `held` is the hold that a capture made final,
    which is taken back with it.
    """

    program: Program
    entry: Entry
    before: State
    purchase: Purchase | None
    so_far: Reversed
    referred: bool = False
    held: "Target | None" = None


def undo_units(state: State, target: Target, occurred_at: datetime) -> State:
    """Gives what the entry took with its old ends or fresh ones, and takes what it gave."""
    program, entry = target.program, target.entry
    kind = program.kind
    lots = balances.lost_lots(target.before.lots, entry.after.lots)
    took = sum(lot.units for lot in lots)
    gave = _worth(entry.after, kind) - _worth(target.before, kind) + took
    fresh = lot_end(program, occurred_at)
    # What it took below zero is filled first: so the lots come back whole.
    state = balances.give(state, kind, max(-gave, 0), fresh)
    if program.refunds.returned is Returned.FRESH:
        state = balances.give(state, kind, took, fresh)
    else:
        state = balances.give_back(state, kind, lots)
    return take_earned(state, program, max(gave, 0), entry.occurred_at)


def take_earned(state: State, program: Program, units: int, earned_at: datetime) -> State:
    """Takes what was earned then: from its own lot first, and not what has ended unused."""
    ends = lot_end(program, earned_at)
    ended = min(units, ended_before(state, ends, earned_at))
    state = without_ended(state, ended)
    return balances.take(state, program.kind, units - ended, debt=program.refunds.debt, first=ends)


def undo_tallies(state: State, target: Target, keys: set[str] | None) -> State:
    """Sets each tally that the entry moved back, as far as nothing newer has replaced it."""
    before = {each.key: each for each in target.before.tallies}
    tallies = {each.key: each for each in state.tallies}
    for then in target.entry.after.tallies:
        had, now = before.get(then.key), tallies.get(then.key)
        if had == then or now is None or (keys is not None and then.key not in keys):
            continue
        set_back = _set_back(now, then, had)
        if set_back is None:
            del tallies[then.key]
        else:
            tallies[then.key] = set_back
    return replace(state, tallies=tuple(tallies[key] for key in sorted(tallies)))


def undo_offers(state: State, target: Target) -> State:
    """Takes unused offers that the entry gave, and gives back the one that it used."""
    before, after = set(target.before.offers), set(target.entry.after.offers)
    kept = [each for each in state.offers if each not in after - before]
    used = sorted(before - after - set(kept), key=_end)
    return replace(state, offers=tuple(sorted([*kept, *used], key=_order(target.before))))


def undo_times(state: State, target: Target) -> State:
    """The card was last used when it was last used before, if nothing newer happened."""
    after, before = target.entry.after, target.before
    if state.earned_at == after.earned_at:
        state = replace(state, earned_at=before.earned_at)
    if state.used_at == after.used_at:
        state = replace(state, used_at=before.used_at)
    return state


def undo_challenges(state: State, target: Target) -> State:
    """The state without the visit's day in challenges."""
    zone = target.program.time_zone
    day = local_day(target.entry.occurred_at, zone)
    keys = {
        tally_key("rule", rule.id)
        for rule in target.program.rules
        if rule.kind is RuleKind.CHALLENGE
    }
    for then in target.entry.after.tallies:
        if then.key in keys:
            had = target.before.tally(then.key)
            now = unvisit(state.tally(then.key), then, had, day, zone)
            state = placed(state, then.key, now)
    return state


def undo_empty_limits(state: State, target: Target) -> State:
    """The state with the limits' tallies of before where nothing is left in a window."""
    for limit in target.program.limits:
        key = tally_key("limit", limit.id)
        now, then = state.tally(key), target.entry.after.tally(key)
        if now and then and not now.count and now.since == then.since:
            state = placed(state, key, target.before.tally(key))
    return state


def undo_standing(state: State, target: Target, at: datetime) -> State:
    """The standing of before, where nothing but time has passed since."""
    program, before = target.program, target.before
    if program.tiers is None or state.standing != standing_at(program, before, at):
        return state
    return replace(state, standing=before.standing)


def _worth(state: State, kind: ProgramKind) -> int:
    return balances.balance(state, kind) - state.owed


def _set_back(now: Tally, then: Tally, had: Tally | None) -> Tally | None:
    if now == then:
        return had
    if now.since != then.since:
        return now
    more = then.count - (had.count if had and had.since == then.since else 0)
    return replace(now, count=max(now.count - more, 0))


def _end(held: HeldOffer) -> datetime:
    return held.expires_at


def _order(before: State) -> Callable[[HeldOffer], int]:
    places = {each.id: place for place, each in enumerate(before.offers)}
    return lambda held: places.get(held.id, len(places))
