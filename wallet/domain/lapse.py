"""What the calendar does to a card: ripening, endings, reminders, win-backs.

`next_due` says when the first of them comes, `lapse` makes the one that is due now into a draft,
one at a time and in this order at any moment: what ripens counts before anything ends. Each has
an idempotency key (`key_of`): what two workers do at once counts once. The state itself says what
has been done: nothing that is done is due again.

A version may bring what, by its terms, had its day before those terms were in force. Nobody could
have done it then. A win-back is given as they begin; of all reminders that were missed the last
one goes out; an idle while counts from there.

A hold that has run out is named here, and released by `spending.release`, which needs its entry.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum

from wallet.domain import balances
from wallet.domain.calendar import day_start, local_day
from wallet.domain.cards import Card, State, Status, Tally, tally_key
from wallet.domain.drafts import Draft, drafted
from wallet.domain.entries import EntryKind
from wallet.domain.idleness import ends_idle
from wallet.domain.ledger import bonus
from wallet.domain.offers import without
from wallet.domain.programs import Expiry, Program, Rule, Terms
from wallet.domain.tallies import noted_end, with_tallies
from wallet.domain.tiers import holds_until, standing_at, tier_of
from wallet.domain.vocabulary import RuleKind

_SECOND = timedelta(seconds=1)
# From the start of a day, as another zone has it, to well within the same day.
_HALF_A_DAY = timedelta(hours=12)
_REMINDED = tally_key("remind", "")


class Task(IntEnum):
    """What is due, in the order in which it is done."""

    RIPEN = 1
    RELEASE = 2
    EXPIRE = 3
    OFFER = 4
    IDLE = 5
    REMIND = 6
    WIN_BACK = 7
    TIER = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A thing that is due at `at`; `name` is what its entry says of it."""

    at: datetime
    task: Task
    name: str
    detail: str = ""


def next_due(program: Program, state: State) -> datetime | None:
    """When the first thing of a card is due; None if nothing ever is."""
    if state.status is not Status.ACTIVE:
        return None
    return min((due.at for due in _dues(program, state)), default=None)


def due_now(program: Program, state: State, now: datetime) -> Due | None:
    """The first thing to do, of those that are due."""
    if state.status is not Status.ACTIVE:
        return None
    dues = (due for due in _dues(program, state) if due.at <= now)
    return min(dues, key=lambda due: (due.at, due.task), default=None)


def key_of(due: Due, card: Card) -> str:
    """The idempotency key of a due thing: the same for all workers that see the same card.

    The card's `seq` is in it: what is told of late may be due on a day that was worked through.
    """
    return f"{due.name}:{card.seq}"


def lapse(program: Program, card: Card, due: Due, *, digest: str) -> Draft:
    """The draft of a due thing, as if it were done at its own time. Not for RELEASE."""
    match due.task:
        case Task.RIPEN:
            after, kind = _ripen(card.state, program, due.at), EntryKind.RIPEN
        case Task.EXPIRE:
            after, kind = _expire(card.state, program, due.at - _SECOND), EntryKind.EXPIRE
        case Task.OFFER:
            after, kind = without(card.state, [due.detail]), EntryKind.EXPIRE
        case Task.IDLE:
            after, kind = _empty(card.state, program, due.at - _SECOND), EntryKind.EXPIRE
        case Task.REMIND:
            after, kind = _reminded(card.state, program, due), EntryKind.REMIND
        case Task.TIER:
            standing = standing_at(program, card.state, due.at)
            after, kind = replace(card.state, standing=standing), EntryKind.TIER
        case _:
            return _win_back(program, card, due, digest=digest)
    draft = drafted(kind, card, after, due.at)
    return replace(draft, reason=due.name)


def may_differ_in_dues(one: Terms, other: Terms) -> bool:
    """Whether a card may have other things due by the one than by the other.

    What it has been given keeps its times: what ripens, ends or is held is not among them.
    """
    return _timed(one) != _timed(other)


def timed_since(newest: Program | None, terms: Terms, effective_at: datetime) -> datetime | None:
    """Since when the timed terms of the version after the newest stand as they do.

    A newest version that does not begin before it never does; what was before that is not asked.
    """
    if newest is None:
        return None
    if newest.effective_at <= effective_at and not may_differ_in_dues(newest, terms):
        return newest.timed_since
    return effective_at


def reminded_at(state: State) -> datetime | None:
    """The day of the last reminder; None if there was none."""
    done = state.tally(_REMINDED)
    return done.since if done else None


def _timed(terms: Terms) -> tuple[object, ...]:
    """All that `_dues` reads of the terms, but for what it names."""
    expiry = terms.expiry or Expiry()
    absences = {(rule.id, rule.days) for rule in terms.rules_of(RuleKind.WIN_BACK)}
    return terms.time_zone, expiry.idle_months, expiry.remind_days, absences, terms.tiers


def _dues(program: Program, state: State) -> Iterator[Due]:
    for each in state.ripening:
        yield Due(
            at=each.ripens_at, task=Task.RIPEN, name=f"ripen:{_day(program, each.ripens_at)}"
        )
    for hold in state.holds:
        at = hold.until + _SECOND
        yield Due(at=at, task=Task.RELEASE, name=f"release:{hold.digest}", detail=hold.digest)
    for lot in state.lots:
        if lot.expires_at:
            name = f"expire:{_day(program, lot.expires_at)}"
            yield Due(at=lot.expires_at + _SECOND, task=Task.EXPIRE, name=name)
    for offer in state.offers:
        at = offer.expires_at + _SECOND
        yield Due(at=at, task=Task.OFFER, name=f"offer:{offer.id}", detail=offer.id)
    yield from _idle(program, state)
    yield from _reminders(program, state)
    yield from _win_backs(program, state)
    yield from _tier(program, state)


def _day(program: Program, at: datetime) -> str:
    return local_day(at, program.time_zone).isoformat()


def _idle(program: Program, state: State) -> Iterator[Due]:
    ends = ends_idle(program, state)
    if ends and (balances.balance(state, program.kind) > 0 or state.ripening):
        yield Due(at=ends + _SECOND, task=Task.IDLE, name=f"idle:{_day(program, ends)}")


def _reminders(program: Program, state: State) -> Iterator[Due]:
    """Each on the day so many days before something ends.

    None for a day that had passed when the card was last used, or that has been reminded of.
    """
    if program.expiry is None:
        return
    zone, done = program.time_zone, reminded_at(state)
    last = local_day(done + _HALF_A_DAY, zone) if done else None
    ends = [lot.expires_at for lot in state.lots if lot.expires_at]
    if balances.balance(state, program.kind) > 0:
        ends += filter(None, [ends_idle(program, state)])
    for day in _reminder_days(program, ends):
        at = day_start(day, zone)
        if (last is None or day > last) and (state.used_at is None or at > state.used_at):
            detail = day.isoformat()
            name = f"remind:{detail}"
            at = program.no_sooner(at)
            yield Due(at=at, task=Task.REMIND, name=name, detail=detail)


def _reminder_days(program: Program, ends: Sequence[datetime]) -> Sequence[date]:
    """The days on which to remind of these ends; of those before the terms, the last one."""
    zone, since = program.time_zone, program.timed_since
    days = sorted(
        {
            local_day(end, zone) - timedelta(days=before)
            for end in ends
            for before in (program.expiry.remind_days if program.expiry else ())
            if since is None or end > since
        }
    )
    missed = sum(day_start(day, zone) < since for day in days) if since else 0
    return days[max(missed - 1, 0) :]


def _win_backs(program: Program, state: State) -> Iterator[Due]:
    if state.used_at is None:
        return
    for rule in program.rules_of(RuleKind.WIN_BACK):
        done = state.tally(tally_key("rule", rule.id))
        if done is None or done.since < state.used_at:
            day = local_day(state.used_at, program.time_zone) + timedelta(days=rule.days)
            at = day_start(day, program.time_zone)
            name = f"win_back:{rule.id}:{day.isoformat()}"
            at = program.no_sooner(at)
            yield Due(at=at, task=Task.WIN_BACK, name=name, detail=rule.id)


def _tier(program: Program, state: State) -> Iterator[Due]:
    """When a tier ends unless the card earns it anew."""
    if program.tiers is None or state.standing is None:
        return
    ends = holds_until(program, state.standing)
    if ends is not None:
        tier = tier_of(program.tiers, state.standing)
        name = f"tier:{tier.id if tier else ''}:{_day(program, ends)}"
        yield Due(at=program.no_sooner(ends + _SECOND), task=Task.TIER, name=name)


def _ripen(state: State, program: Program, at: datetime) -> State:
    ripe = [each for each in state.ripening if each.ripens_at == at]
    state = replace(state, ripening=tuple(each for each in state.ripening if each.ripens_at != at))
    for each in ripe:
        state = balances.give(state, program.kind, each.units, each.expires_at)
    return state


def _expire(state: State, program: Program, ends: datetime) -> State:
    units = sum(lot.units for lot in state.lots if lot.expires_at == ends)
    return noted_end(balances.take(state, program.kind, units, first=ends), units, ends)


def _empty(state: State, program: Program, ends: datetime) -> State:
    held = max(balances.balance(state, program.kind), 0)
    left = replace(balances.take(state, program.kind, held), ripening=())
    return noted_end(left, held + state.pending, ends)


def _reminded(state: State, program: Program, due: Due) -> State:
    day = day_start(date.fromisoformat(due.detail), program.time_zone)
    return with_tallies(state, [Tally(key=_REMINDED, count=1, since=day)])


def _win_back(program: Program, card: Card, due: Due, *, digest: str) -> Draft:
    draft = bonus(program, card, _rule(program, due.detail), digest=digest, occurred_at=due.at)
    since = draft.after.used_at or due.at
    tally = Tally(key=tally_key("rule", due.detail), count=1, since=since)
    return replace(draft, after=with_tallies(draft.after, [tally]), reason=due.name)


def _rule(program: Program, rule_id: str) -> Rule:
    return next(rule for rule in program.rules if rule.id == rule_id)
