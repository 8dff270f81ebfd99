"""What a card counts up between purchases: remainders of amounts, and limits within a window."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from wallet.domain.calendar import day_start, window_start
from wallet.domain.cards import EPOCH, State, Tally, tally_key
from wallet.domain.entries import Line
from wallet.domain.gains import units_of
from wallet.domain.programs import Limit, Program, Rule
from wallet.domain.vocabulary import PER_AMOUNT, Per

_ENDED = tally_key("ended", "")


def with_tallies(state: State, tallies: Sequence[Tally | None]) -> State:
    """The state with these tallies in the place of those of the same key."""
    kept = {each.key: each for each in state.tallies} | {
        each.key: each for each in tallies if each is not None
    }
    return replace(state, tallies=tuple(kept[key] for key in sorted(kept)))


def placed(state: State, key: str, tally: Tally | None) -> State:
    """The state with this tally under the key, or with none."""
    others = replace(state, tallies=tuple(each for each in state.tallies if each.key != key))
    return with_tallies(others, [tally])


def carried(state: State, rule: Rule) -> int:
    """What the card has towards the next step of a rule.

    The one amount rule that counts all goods uses the card's carry; any other has a tally.
    """
    if _uses_carry(rule):
        return state.carry
    tally = state.tally(tally_key("rule", rule.id))
    return tally.count if tally else 0


def noted_end(state: State, units: int, at: datetime) -> State:
    """The state that remembers how much ended last, unused, and when."""
    return with_tallies(state, [Tally(key=_ENDED, count=units, since=at)] if units else [])


def ended_before(state: State, ends: datetime | None, earned_at: datetime) -> int:
    """How much of what was earned then, to end at `ends`, may have ended unused.

    A refund takes no more of that: without the purchase, so much less would have ended. Only the
    last end is remembered.
    """
    last = state.tally(_ENDED)
    if last is None:
        return 0
    is_that = ends == last.since or (ends is None and earned_at <= last.since)
    return last.count if is_that else 0


def ended_units(state: State) -> int:
    """How much ended last, unused, and has not been met by refunds."""
    last = state.tally(_ENDED)
    return last.count if last else 0


def without_ended(state: State, units: int) -> State:
    """The state once a refund has met so much that had ended."""
    last = state.tally(_ENDED)
    if last is None or not units:
        return state
    left = last.count - units
    return placed(state, _ENDED, replace(last, count=left) if left else None)


def with_rest(state: State, rule: Rule, rest: int) -> State:
    """The state with this remainder towards the next step of a rule."""
    if _uses_carry(rule):
        return replace(state, carry=rest)
    key = tally_key("rule", rule.id)
    return placed(state, key, Tally(key=key, count=rest, since=EPOCH) if rest else None)


def _uses_carry(rule: Rule) -> bool:
    """Whether the rule's remainder is the card's carry."""
    return rule.kind in PER_AMOUNT and not rule.items


def room(program: Program, limit: Limit, state: State, local: datetime) -> int:
    """How much a limit leaves of its window.

    A purchase that comes late, for a window that is over, counts in the newest one: a card has
    one tally for a limit.
    """
    most = limit.points or limit.stamps or limit.purchases
    tally = state.tally(tally_key("limit", limit.id))
    if (
        limit.per is Per.VISIT
        or tally is None
        or tally.since < window_since(program, limit.per, local)
    ):
        return most
    return max(most - tally.count, 0)


def _limit_tally(
    program: Program, limit: Limit, state: State, local: datetime, more: int
) -> Tally | None:
    """The limit's tally with so many more counted; None where nothing is to be kept.

    What is taken back is taken from its own window only.
    """
    if limit.per is Per.VISIT or not more:
        return None
    key, since = tally_key("limit", limit.id), window_since(program, limit.per, local)
    tally = state.tally(key)
    if more < 0:
        is_same = tally is not None and tally.since == since
        return replace(tally, count=max(tally.count + more, 0)) if tally and is_same else None
    if tally is None or tally.since < since:
        return Tally(key=key, count=more, since=since)
    return replace(tally, count=tally.count + more)


def limit_tallies(
    program: Program, state: State, local: datetime, given: Sequence[Line], *, visits: int
) -> list[Tally | None]:
    """The tallies of the programme's limits once these lines have been given."""
    tallies = []
    for limit in program.limits:
        of_rule = [line for line in given if limit.rule in (None, line.rule_id)]
        more = visits if limit.purchases else units_of(of_rule, program.kind)
        tallies.append(_limit_tally(program, limit, state, local, more))
    return tallies


def window_since(program: Program, per: Per, local: datetime) -> datetime:
    """When the window began that a local time is in."""
    if per is Per.CARD:
        return EPOCH
    return day_start(window_start(per, local.date()), program.time_zone)
