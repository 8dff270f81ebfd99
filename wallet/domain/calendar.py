"""The merchant's calendar: local days, weeks, months, and where they begin and end in UTC.

A day is the merchant's day, also the one that a clock change makes 23 or 25 hours long. "n months"
ends at the last local second of the same day, or of the month's last day.

What is dated before 1971 counts as its first instant: tills date what they do not know to the
year 1, and a window that began before 1970 has no place in what is stored.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from wallet.domain.programs import Terms
from wallet.domain.vocabulary import Per, Period

_LAST_SECOND = time(23, 59, 59)
_MONTHS = 12
_QUARTER = 3
_FIRST_DAY = date(1970, 1, 1)
_FIRST = datetime(1971, 1, 1, tzinfo=UTC)


def counting_time(at: datetime) -> datetime:
    """The second as which an instant counts."""
    return max(at, _FIRST).replace(microsecond=0)


def local_time(at: datetime, time_zone: str) -> datetime:
    """The instant on the merchant's clock."""
    return max(at, _FIRST).astimezone(ZoneInfo(time_zone))


def local_day(at: datetime, time_zone: str) -> date:
    """The merchant's day of an instant."""
    return local_time(at, time_zone).date()


@lru_cache(maxsize=1_024)
def day_start(day: date, time_zone: str) -> datetime:
    """The first second of a local day, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(time_zone)).astimezone(UTC)


@lru_cache(maxsize=1_024)
def day_end(day: date, time_zone: str) -> datetime:
    """The last second of a local day, in UTC; of two that are both 23:59:59, the later."""
    last = datetime.combine(day, _LAST_SECOND, ZoneInfo(time_zone)).replace(fold=1)
    return last.astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day."""
    number = day.year * _MONTHS + day.month - 1 + months
    year, month = number // _MONTHS, number % _MONTHS + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def period_end(day: date, end_of: Period) -> date:
    """The last day of the month, quarter or year that the day is in."""
    match end_of:
        case Period.MONTH:
            month = day.month
        case Period.QUARTER:
            month = -(-day.month // _QUARTER) * _QUARTER
        case Period.YEAR:
            month = _MONTHS
    return date(day.year, month, calendar.monthrange(day.year, month)[1])


def period_start(day: date, period: Period) -> date:
    """The first day of the month, quarter or year that the day is in."""
    match period:
        case Period.MONTH:
            month = day.month
        case Period.QUARTER:
            month = (day.month - 1) // _QUARTER * _QUARTER + 1
        case Period.YEAR:
            month = 1
    return date(day.year, month, 1)


def window_start(per: Per, day: date) -> date:
    """The first day of the window that the day is in; a card's one window began long ago."""
    match per:
        case Per.WEEK:
            return day - timedelta(days=day.weekday())
        case Per.MONTH:
            return day.replace(day=1)
        case Per.YEAR:
            return day.replace(month=1, day=1)
        case Per.CARD:
            return _FIRST_DAY
        case _:
            return day


def lot_end(terms: Terms, earned_at: datetime) -> datetime | None:
    """When what was earned then ends by itself; None if it does not, or only with idleness."""
    expiry, zone = terms.expiry, terms.time_zone
    if expiry is None or expiry.idle_months:
        return None
    day = add_months(local_day(earned_at, zone), expiry.months)
    return day_end(period_end(day, expiry.end_of) if expiry.end_of else day, zone)


def ripens_at(terms: Terms, earned_at: datetime) -> datetime | None:
    """When what was earned then begins to count: at the start of a later day; None if at once."""
    if not terms.earning.ripen_days:
        return None
    day = local_day(earned_at, terms.time_zone) + timedelta(days=terms.earning.ripen_days)
    return day_start(day, terms.time_zone)


def idle_end(terms: Terms, used_at: datetime) -> datetime | None:
    """When all ends of a card last used then; None if idleness ends nothing."""
    expiry, zone = terms.expiry, terms.time_zone
    if expiry is None or not expiry.idle_months:
        return None
    return day_end(add_months(local_day(used_at, zone), expiry.idle_months), zone)


def birthday_in(year: int, month: int, day: int) -> date:
    """A birthday's day of a year: 29 February falls on the 28th in common years."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
