"""Tiers: what a card's sum of a period makes of it, now and in the next period.

A tier is reached at once, with the purchase that brings the sum of the period so far. What was
reached holds for the rest of the period and through the grace of the next; then the sum of the
period before decides. So a card's tier is a function of four numbers and of the time: nothing has
to happen for it to change, the calendar only tells the phone.

`floor` is the sum that the card still lives on from before, `last` the sum of the period before,
`sum` that of the period which began at `since`. The tier is that of the larger of floor and sum.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from wallet.domain.calendar import (
    day_end,
    day_start,
    local_day,
    local_time,
    period_end,
    period_start,
)
from wallet.domain.cards import Standing, State
from wallet.domain.conditions import Moment
from wallet.domain.programs import Level, Program, Tiers

_DAY = timedelta(days=1)


def tier_at(program: Program, state: State, at: datetime) -> Level | None:
    """The tier that the card has then; None without one."""
    if program.tiers is None:
        return None
    return tier_of(program.tiers, standing_at(program, state, at))


def moment_of(
    program: Program, state: State, at: datetime, location_id: str | None = None
) -> Moment:
    """What a condition without a purchase can ask about."""
    tier = tier_at(program, state, at)
    return Moment(
        local=local_time(at, program.time_zone),
        location_id=location_id,
        tier=tier.id if tier else None,
    )


def tier_of(tiers: Tiers, standing: Standing) -> Level | None:
    """The highest level that the standing reaches."""
    reached = max(standing.floor, standing.sum)
    return max(
        (level for level in tiers.levels if level.least <= reached),
        key=lambda level: level.least,
        default=None,
    )


def standing_at(program: Program, state: State, at: datetime) -> Standing:
    """The standing then: periods that have begun since are rolled over.

    What is told of late does not roll back: it meets the standing of now.
    """
    tiers = _tiers(program)
    day = local_day(at, program.time_zone)
    start = period_start(day, tiers.period)
    standing = state.standing
    if standing is None:
        return Standing(floor=0, last=0, sum=0, since=day_start(start, program.time_zone))
    began = local_day(standing.since, program.time_zone)
    while _next(began, tiers) <= day:
        # By the end of a period its grace is over, and the one before it has decided.
        began = _next(began, tiers)
        standing = Standing(
            floor=max(standing.last, standing.sum),
            last=standing.sum,
            sum=0,
            since=day_start(began, program.time_zone),
        )
    if day >= began + timedelta(days=tiers.grace_days):
        standing = replace(standing, floor=standing.last)
    return standing


def add(program: Program, state: State, more: int, *, earned_at: datetime) -> State:
    """The state with so much more in the sum of its period."""
    if program.tiers is None:
        return state
    return _counted(program, state, more, earned_at=earned_at, at=earned_at)


def take_back(
    program: Program, state: State, less: int, *, earned_at: datetime, at: datetime
) -> State:
    """The state without so much of what was earned then, as if it had never been."""
    if program.tiers is None or not less:
        return state
    return _counted(program, state, -less, earned_at=earned_at, at=at)


def _counted(
    program: Program, state: State, more: int, *, earned_at: datetime, at: datetime
) -> State:
    """So much more, or less, in the sum of this period or of the last one.

    Of periods before that nothing is left that could change.
    """
    standing, tiers = standing_at(program, state, at), _tiers(program)
    # A version may have made periods longer: this one began with the longer one.
    began = period_start(local_day(standing.since, program.time_zone), tiers.period)
    period = period_start(local_day(earned_at, program.time_zone), tiers.period)
    if period >= began:
        standing = replace(standing, sum=max(standing.sum + more, 0))
    elif _next(period, tiers) == began:
        last = max(standing.last + more, 0)
        lives_on_it = standing.floor == standing.last
        floor = last if lives_on_it else max(standing.floor, last)
        standing = replace(standing, last=last, floor=floor)
    return replace(state, standing=standing)


def holds_until(program: Program, standing: Standing) -> datetime | None:
    """The last second for which the card surely has its tier; None without a tier."""
    tiers = _tiers(program)
    tier = tier_of(tiers, standing)
    if tier is None:
        return None
    began = local_day(standing.since, program.time_zone)
    following = _next(began, tiers)
    if standing.sum >= tier.least:
        ends = _next(following, tiers)
    elif standing.last >= tier.least:
        ends = following
    else:
        ends = began
    return day_end(ends + timedelta(days=tiers.grace_days) - _DAY, program.time_zone)


def _tiers(program: Program) -> Tiers:
    if program.tiers is None:
        raise ValueError("the programme has no tiers")
    return program.tiers


def _next(day: date, tiers: Tiers) -> date:
    return period_end(day, tiers.period) + _DAY
