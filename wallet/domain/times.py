"""Points in time: always aware, always UTC, to the millisecond, written as RFC 3339 with Z."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def write_time(at: datetime) -> str:
    """RFC 3339 with milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_time(text: str) -> datetime | None:
    """The instant that an RFC 3339 text names, cut to the millisecond.

    None for anything else, local times included.
    """
    if not _RFC_3339.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return cut(at)


def cut(at: datetime) -> datetime:
    """The same instant, cut to the millisecond that storage keeps."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def at_place(at: datetime, zone: ZoneInfo) -> datetime:
    """The same instant by a place's own clock.

    Some till systems date what they do not know to the first instant of the year 1, which in
    western zones no datetime can name. It stays in UTC.
    """
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at


def to_millis(at: datetime) -> int:
    """Milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def from_millis(millis: int) -> datetime:
    """The instant that many milliseconds after 1970."""
    # Never by way of a float: far from 1970 it is off by a millisecond, and the hash with it.
    return _EPOCH + millis * _MILLISECOND
