"""When schedules come due."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.schedule import Schedule, due_between, parse

NOW = datetime(2026, 11, 21, 20, 57, 30, tzinfo=UTC)  # a Saturday
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis adds the zone


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(5 minutes)", "2026-11-21T21:00:00+00:00"),
        ("rate(1 hour)", "2026-11-21T21:00:00+00:00"),
        ("rate(1 day)", "2026-11-22T00:00:00+00:00"),
        ("cron(0 3 * * ? *)", "2026-11-22T03:00:00+00:00"),
        ("cron(57 20 * * ? *)", "2026-11-22T20:57:00+00:00"),
        ("cron(0/20 * * * ? *)", "2026-11-21T21:00:00+00:00"),
        ("cron(15,45 21 * * ? *)", "2026-11-21T21:15:00+00:00"),
        ("cron(0 8 1 * ? *)", "2026-12-01T08:00:00+00:00"),
        ("cron(0 8 ? * MON-FRI *)", "2026-11-23T08:00:00+00:00"),
        ("cron(0 8 ? * 1 *)", "2026-11-22T08:00:00+00:00"),
        ("cron(0 0 29 FEB ? *)", "2028-02-29T00:00:00+00:00"),
        ("cron(0 0 1 JAN ? 2030-2031)", "2030-01-01T00:00:00+00:00"),
    ],
)
def test_the_next_time_due(expression: str, due: str) -> None:
    assert parse(expression).after(NOW).isoformat() == due


@pytest.mark.parametrize(
    "expression",
    ["", "rate(5 weeks)", "cron(0 3 * * ?)", "cron(60 * * * ? *)", "cron(0 0 L * ? *)"],
)
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|within|invalid"):
        parse(expression)


def test_a_schedule_that_is_over_has_no_next_time() -> None:
    with pytest.raises(ValueError, match="over"):
        parse("cron(0 0 1 1 ? 2020)").after(NOW)


@given(MOMENTS, st.sampled_from(["rate(7 minutes)", "cron(3/17 1-23/5 * * ? *)", "rate(3 days)"]))
def test_the_next_time_is_later_and_nothing_lies_between(
    moment: datetime, expression: str
) -> None:
    when = parse(expression)
    due = when.after(moment)
    assert due > moment
    assert when.after(due - timedelta(microseconds=1)) == due
    assert when.after(moment + (due - moment) / 2) == due


def _schedules(*expressions: str) -> list[Schedule]:
    ignore: Callable[[object, object], None] = lambda *_: None  # noqa: E731  it does nothing
    return [Schedule(name=each, when=parse(each), run=ignore) for each in expressions]


def test_what_came_due_comes_in_order() -> None:
    due = due_between(
        _schedules("rate(1 day)", "cron(0 12 * * ? *)"), NOW, NOW + timedelta(days=2)
    )
    assert [(moment.isoformat()[5:16], schedule.name) for moment, schedule in due] == [
        ("11-22T00:00", "rate(1 day)"),
        ("11-22T12:00", "cron(0 12 * * ? *)"),
        ("11-23T00:00", "rate(1 day)"),
        ("11-23T12:00", "cron(0 12 * * ? *)"),
    ]


def test_a_frequent_schedule_is_thinned_out_and_an_hourly_one_is_not() -> None:
    end = NOW + timedelta(days=3)
    minutes = due_between(_schedules("rate(5 minutes)"), NOW, end)
    assert [moment.isoformat()[8:16] for moment, _ in minutes] == [
        "21T21:00",
        "22T21:05",
        "23T21:10",
        "24T20:55",
    ]
    assert len(list(due_between(_schedules("rate(1 hour)"), NOW, end))) == 72


def test_nothing_comes_due_when_time_goes_back() -> None:
    assert not list(due_between(_schedules("rate(5 minutes)"), NOW, NOW - timedelta(hours=1)))
