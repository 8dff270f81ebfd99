"""When a schedule comes due, by the expressions that EventBridge understands.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
Of cron: numbers, names, `*`, `?`, lists, ranges and steps; not `L`, `W` and `#`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FREQUENT, THINNED = timedelta(hours=1), timedelta(days=1)
YEARS = (1970, 2199)  # as far as EventBridge goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Every so often, counted from the epoch, so that it does not matter when the world began."""

    every: timedelta

    def after(self, moment: datetime) -> datetime:
        """The first time due after the moment."""
        return EPOCH + ((moment - EPOCH) // self.every + 1) * self.every


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """At set minutes of set days, in UTC."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # Sunday is 1
    years: frozenset[int]

    def after(self, moment: datetime) -> datetime:
        """The first time due after the moment. ValueError if there is none."""
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        while day.year <= max(self.years):
            for due in self._times(day) if self._on(day) else ():
                if due > moment:
                    return due
            day += timedelta(days=1)
        raise ValueError("the schedule is over")

    def _on(self, day: datetime) -> bool:
        return (
            day.year in self.years
            and day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 + 1 in self.weekdays
        )

    def _times(self, day: datetime) -> Iterator[datetime]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                yield day.replace(hour=hour, minute=minute)


def parse(expression: str) -> Rate | Cron:
    """Read `rate(...)` or `cron(...)`. ValueError if it is neither or out of bounds."""
    if rate := RATE.fullmatch(expression):
        return Rate(every=timedelta(**{f"{rate[2]}s": int(rate[1])}))
    if cron := CRON.fullmatch(expression):
        minutes, hours, days, months, weekdays, years = cron.groups()
        return Cron(
            minutes=_numbers(minutes, 0, 59),
            hours=_numbers(hours, 0, 23),
            days=_numbers(days, 1, 31),
            months=_numbers(months, 1, 12, MONTHS),
            weekdays=_numbers(weekdays, 1, 7, WEEKDAYS),
            years=_numbers(years, *YEARS),
        )
    raise ValueError(f"not a schedule: {expression!r}")


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    def number(text: str) -> int:
        value = names.index(text) + 1 if text in names else int(text)
        if not low <= value <= high:
            raise ValueError(f"{text} is not within {low} and {high}")
        return value

    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span in {"*", "?"}:
            start, end = low, high
        else:
            start = number(first)
            end = number(last) if last else high if step else start
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A function and when it is due."""

    name: str
    when: Rate | Cron
    run: Callable[[Any, Any], object]


def due_between(
    schedules: Sequence[Schedule], start: datetime, end: datetime
) -> Iterator[tuple[datetime, Schedule]]:
    """What comes due after the start and until the end, in order.

    A schedule that comes due more than once an hour is run once a day at most, and a last time at
    the end: such a one tends to something that is due by its own nature, and a jump of a year over
    a rate of a minute would be half a million runs that find nothing to do.
    """
    waiting = [(schedule.when.after(start), i) for i, schedule in enumerate(schedules)]
    while waiting and min(waiting)[0] <= end:
        moment, i = min(waiting)
        waiting.remove((moment, i))
        yield moment, schedules[i]
        when = schedules[i].when
        following = (
            _thinned(when, moment, end) if is_frequent(when, moment) else when.after(moment)
        )
        waiting.append((following, i))


def is_frequent(when: Rate | Cron, moment: datetime) -> bool:
    """Whether the next two times after the moment lie within an hour."""
    following = when.after(moment)
    return when.after(following) - following < FREQUENT


def _thinned(when: Rate | Cron, moment: datetime, end: datetime) -> datetime:
    """The next time a day later, or the last before the end.

    One after the end if there is none.
    """
    following = when.after(moment + THINNED)
    if following > end:
        following = when.after(max(moment, end - FREQUENT))
        while (further := when.after(following)) <= end:
            following = further
    return following
