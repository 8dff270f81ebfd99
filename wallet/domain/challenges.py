"""Challenges: "3 visits in 14 days".

A visit is a local day on which something was bought; two purchases of one day are one visit, so
that nobody wins by splitting a sale. The days are kept as bits, the newest lowest, so that the
window slides: the last 14 days always count, whenever the first visit was.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wallet.domain.calendar import day_start, local_day
from wallet.domain.cards import State, Tally, tally_key
from wallet.domain.programs import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A challenge after a visit: the days so far, whether this visit won it, what is kept."""

    days: int
    is_won: bool
    tally: Tally | None


def visit_challenge(rule: Rule, before: State, local: datetime, time_zone: str) -> Progress:
    """What a visit does to a challenge.

    A won one starts anew, and the day that won it does not count for the next. A visit that is
    told of late counts on its own day.
    """
    key = tally_key("rule", rule.id)
    tally = before.tally(key)
    bits, newest = _merged(tally, local.date(), time_zone)
    bits &= (1 << rule.days) - 1
    if bits.bit_count() >= rule.visits:
        kept = Tally(key=key, count=0, since=day_start(newest, time_zone))
        return Progress(days=rule.visits, is_won=True, tally=kept)
    kept = Tally(key=key, count=bits, since=day_start(newest, time_zone))
    return Progress(days=bits.bit_count(), is_won=False, tally=kept)


def _merged(tally: Tally | None, day: date, time_zone: str) -> tuple[int, date]:
    """The bits with this day's set, and the day that the lowest one stands for.

    A tally without bits marks the day that won: it does not count again.
    """
    if tally is None:
        return 1, day
    newest = local_day(tally.since, time_zone)
    if tally.count == 0 and day <= newest:
        return 0, newest
    if day >= newest:
        return tally.count << (day - newest) // timedelta(days=1) | 1, day
    return tally.count | 1 << (newest - day) // timedelta(days=1), newest


def unvisit(
    now: Tally | None, then: Tally, had: Tally | None, day: date, time_zone: str
) -> Tally | None:
    """The challenge without a visit that is taken back.

    `then` is the tally right after the visit, `had` the one before it. A day on which the card
    had been before stays; a challenge that the visit won stays won once another has begun. Of two
    purchases of one day the first one's refund takes the day: there is one bit for both.
    """
    if now == then:
        return had
    if now is None or not now.count or not then.count or _has(had, day, time_zone):
        return now
    place = (local_day(now.since, time_zone) - day) // timedelta(days=1)
    bits = now.count & ~(1 << place) if place >= 0 else now.count
    return Tally(key=now.key, count=bits, since=now.since) if bits else None


def _has(tally: Tally | None, day: date, time_zone: str) -> bool:
    if tally is None:
        return False
    place = (local_day(tally.since, time_zone) - day) // timedelta(days=1)
    return place >= 0 and bool(tally.count >> place & 1)
