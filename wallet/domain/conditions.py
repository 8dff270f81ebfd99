"""Whether a rule, a reward or an offer counts now: the `when` of the programme document."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from wallet.domain.programs import ALWAYS, When

if TYPE_CHECKING:
    from wallet.domain.purchases import Item

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a condition can ask about: local time, place, tier, the purchase if there is one."""

    local: datetime
    location_id: str | None = None
    eligible: int = 0
    visit: int = 0
    items: "tuple[Item, ...]" = ()
    tier: str | None = None


def counts(when: When, moment: Moment) -> bool:
    """Whether all that the condition says is so."""
    if when == ALWAYS:
        return True
    return (
        moment.eligible >= when.minimum
        and when.visit in (None, moment.visit)
        and (not when.locations or moment.location_id in when.locations)
        and (not when.tiers or moment.tier in when.tiers)
        and _in_time(when, moment.local)
        and _in_basket(when, moment)
    )


def _in_time(when: When, local: datetime) -> bool:
    day = _day_of_window(when, local)
    return (
        day is not None
        and (not when.weekdays or day.weekday() in when.weekdays)
        and (when.from_day is None or day >= when.from_day)
        and (when.to_day is None or day <= when.to_day)
    )


def _day_of_window(when: When, local: datetime) -> date | None:
    """The day whose hours these are: the day before, in the small hours of a window past midnight.

    None outside the hours.
    """
    start, end = when.from_minute, when.to_minute
    if start is None or end is None:
        return local.date()
    minute = local.hour * 60 + local.minute
    if start < end:
        return local.date() if start <= minute < end else None
    if minute >= start:
        return local.date()
    return local.date() - _DAY if minute < end else None


def _in_basket(when: When, moment: Moment) -> bool:
    if not when.items:
        return True
    return any(when.items.hold(item.sku, item.category) for item in moment.items)
