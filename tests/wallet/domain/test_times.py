"""Times are instants in UTC, to the millisecond, and survive writing, reading and storage."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wallet.domain.times import at_place, cut, from_millis, read_time, to_millis, write_time

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
INSTANTS = st.datetimes(timezones=st.just(UTC))
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DAY = timedelta(days=1)
WELL_WITHIN = st.datetimes(
    (FIRST + DAY).replace(tzinfo=None), (LAST - DAY).replace(tzinfo=None), timezones=OFFSETS
)


@given(INSTANTS)
@example(FIRST)
@example(LAST)
def test_a_time_survives_writing_and_reading(at: datetime) -> None:
    text = write_time(at)
    assert text.endswith("Z")
    assert len(text) == len("2026-11-21T12:00:00.000Z")
    assert read_time(text) == cut(at)


@given(INSTANTS)
@example(FIRST)
@example(LAST)
def test_a_time_survives_storage_to_the_letter(at: datetime) -> None:
    at = cut(at)
    assert from_millis(to_millis(at)) == at
    assert write_time(from_millis(to_millis(at))) == write_time(at)


@given(WELL_WITHIN)
def test_an_offset_changes_the_words_and_not_the_instant(at: datetime) -> None:
    assert read_time(at.isoformat()) == cut(at)
    assert write_time(at) == write_time(at.astimezone(UTC))
    assert to_millis(at) == to_millis(at.astimezone(UTC))


def test_what_is_finer_than_a_millisecond_is_cut_not_rounded() -> None:
    at = datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)
    assert cut(at).microsecond == 999_000
    assert write_time(at) == "2026-01-01T00:00:00.999Z"
    assert to_millis(at) == to_millis(cut(at))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-11-21T12:00:00Z", "2026-11-21T12:00:00.000Z"),
        ("2026-11-21t12:00:00z", "2026-11-21T12:00:00.000Z"),
        ("2026-11-21T12:00:00.1Z", "2026-11-21T12:00:00.100Z"),
        ("2026-11-21T12:00:00.123456789Z", "2026-11-21T12:00:00.123Z"),
        ("2026-11-21T12:00:00+01:00", "2026-11-21T11:00:00.000Z"),
        ("2026-11-21T00:30:00-00:00", "2026-11-21T00:30:00.000Z"),
        ("2027-01-01T00:30:00+01:00", "2026-12-31T23:30:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_readings(text: str, written: str) -> None:
    at = read_time(text)
    assert at is not None
    assert at.tzinfo is UTC
    assert write_time(at) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-21",
        "12:00:00Z",
        "2026-11-21T12:00:00",  # local
        "2026-11-21 12:00:00Z",
        "2026-11-21T12:00Z",
        "20261121T120000Z",
        "2026-W47-6T12:00:00Z",
        "2026-11-21T12:00:00+0100",
        "2026-11-21T12:00:00+01",
        "2026-11-21T12:00:00,5Z",
        "2026-11-21T12:00:00.Z",
        "2026-11-21T12:00:00Z\n",
        "2026-11-21T12:00:00+24:00",
        "2016-12-31T23:59:60Z",  # a leap second: no clock of ours can show it
        "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",  # the year before the first
        "9999-12-31T23:59:59-01:00",
        "\uff12\uff10\uff12\uff16-11-21T12:00:00Z",  # other digits than ours
        "١٢٣٤-11-21T12:00:00Z",
    ],
)
def test_what_names_no_instant(text: str) -> None:
    assert read_time(text) is None


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    at = read_time(text)
    assert at is None or at.tzinfo is UTC


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Dublin", "UTC", "Pacific/Auckland"])
@given(at=INSTANTS)
@example(at=FIRST)
@example(at=LAST)
def test_every_instant_is_some_time_at_every_place(zone: str, at: datetime) -> None:
    local = at_place(at, ZoneInfo(zone))
    assert local.astimezone(UTC) == at
    near_an_end = min(at - FIRST, LAST - at) < DAY
    assert near_an_end or local.tzinfo == ZoneInfo(zone)
