"""The world's clock."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.clock import Clock, clock_routes, settled
from infra.local.local_routes import LocalRequest, LocalRoutes
from infra.local.poller import Poller
from infra.local.schedule import Schedule, parse

SPRING = datetime(2027, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class _World:
    """A clock, and what ran by it."""

    def __init__(self, *expressions: str, settles: bool = True) -> None:
        self.ran: list[tuple[str, datetime]] = []
        self.events: list[Any] = []
        self.settled = 0
        self._settles = settles
        schedules = [self._schedule(expression) for expression in expressions]
        self.clock = Clock(schedules, self._settle)
        self.routes = LocalRoutes()
        clock_routes(self.clock, self.routes)

    def _schedule(self, expression: str) -> Schedule:
        def run(event: Any, context: Any) -> None:
            self.events.append(event)
            self.ran.append((context.function_name, self.clock.now()))
            if expression == "rate(3 days)":
                raise RuntimeError("this one fails")

        return Schedule(name=expression, when=parse(expression), run=run)

    def _settle(self) -> bool:
        self.settled += 1
        return self._settles

    def post(self, body: bytes) -> tuple[int, Any]:
        return self.ask("POST", body)

    def ask(self, method: str, body: bytes = b"") -> tuple[int, Any]:
        handler = self.routes.find(method, "/local/clock")
        assert handler
        request = LocalRequest(method=method, path="/local/clock", query={}, headers={}, body=body)
        status, _, content = handler(request)
        assert isinstance(content, bytes)
        return status, json.loads(content)


@contextmanager
def _real_time(clock: Clock) -> Iterator[None]:
    before = datetime.now(UTC)
    assert before - SECOND < clock.now()
    yield
    assert clock.now() < datetime.now(UTC) + SECOND


def test_it_tells_the_real_time_until_it_is_moved_and_afterwards() -> None:
    world = _World()
    with _real_time(world.clock):
        pass
    assert world.post(b'{"now": "2027-03-01T00:00:00Z"}')[0] == 200
    assert SPRING <= world.clock.now() < SPRING + 60 * SECOND
    status, said = world.ask("GET")
    assert status == 200
    assert said["now"].startswith("2027-03-01T00:")
    assert said["now"].endswith("Z")
    assert world.post(b'{"now": null}')[0] == 200
    with _real_time(world.clock):
        pass


def test_what_came_due_in_between_runs_in_order_each_at_its_own_time() -> None:
    world = _World("cron(0 3 1 * ? *)", "cron(0 3 15 * ? *)")
    world.clock.move(datetime(2028, 1, 2, tzinfo=UTC))
    before = world.settled
    world.ran.clear()
    world.events.clear()
    ran, done = world.clock.move(datetime(2028, 3, 1, tzinfo=UTC))
    assert done
    assert ran == {"cron(0 3 15 * ? *)": 2, "cron(0 3 1 * ? *)": 1}
    assert [moment.isoformat()[:16] for _, moment in world.ran] == [
        "2028-01-15T03:00",
        "2028-02-01T03:00",
        "2028-02-15T03:00",
    ]
    assert world.events[0]["time"] == "2028-01-15T03:00:00Z"
    assert world.events[0]["detail-type"] == "Scheduled Event"
    assert world.settled - before == 4  # after each, and at the end


def test_a_schedule_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    world = _World("rate(3 days)", "rate(4 days)")
    ran, _ = world.clock.move(world.clock.now() + timedelta(days=12))
    assert ran == {"rate(3 days)": 4, "rate(4 days)": 3}
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


def test_going_back_runs_nothing() -> None:
    world = _World("rate(1 day)")
    world.clock.move(world.clock.now() + timedelta(days=3))
    world.ran.clear()
    assert world.clock.move(None) == ({}, True)
    assert world.clock.move(world.clock.now() - timedelta(days=3)) == ({}, True)
    assert world.ran == []


def test_it_stands_still_once_what_may_fall_due_at_any_second_has_run() -> None:
    world = _World("rate(5 minutes)", "rate(1 day)")
    later = SPRING + timedelta(seconds=7)
    assert world.post(b'{"now": "2027-03-01T00:00:00Z", "still": true}')[0] == 200
    world.ran.clear()
    status, said = world.post(b'{"now": "2027-03-01T00:00:07Z", "still": true}')
    assert (status, said["now"]) == (200, "2027-03-01T00:00:07Z")
    assert world.ran == [("rate(5 minutes)", later)]
    assert world.clock.now() == later
    assert world.post(b'{"now": "2027-03-01T00:00:07Z"}')[0] == 200
    assert world.clock.now() > later


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"now", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"now": 5}', 422),
        (b'{"now": "soon"}', 422),
        (b'{"now": "2027-03-01"}', 422),
        (b'{"now": "2027-03-01T00:00:00"}', 422),
        (b'{"now": "2190-01-01T00:00:00Z"}', 422),
        (b'{"now": "0001-01-01T00:00:00+14:00"}', 422),
        (b'{"now": null, "then": null}', 422),
        (b'{"now": null, "still": true}', 422),
        (b'{"now": "2027-03-01T00:00:00Z", "still": 1}', 422),
    ],
)
def test_what_is_no_time_moves_nothing(body: bytes, status: int) -> None:
    world = _World("rate(1 day)")
    with _real_time(world.clock):
        answered, document = world.post(body)
    assert (answered, document["status"]) == (status, status)
    assert world.ran == []


def test_a_world_that_does_not_come_to_rest_is_said_to_be_busy() -> None:
    world = _World(settles=False)
    status, document = world.post(b'{"now": "2027-03-01T00:00:00Z"}')
    assert status == 503
    assert "the clock is set" in document["detail"]
    assert world.clock.now() >= SPRING


def test_schedules_run_by_themselves_as_they_come_due() -> None:
    world = _World("cron(* * * * ? *)")
    minute = timedelta(minutes=1)
    world.clock.move(world.clock.now().replace(second=59, microsecond=0) + minute)
    world.ran.clear()
    world.clock.start()
    while not world.ran:
        time.sleep(0.01)
    world.clock.stop()
    assert world.ran[0][1].second < 30


# --- coming to rest -----------------------------------------------------------------------------


class _Source:
    def __init__(self, *steps: Callable[[], bool]) -> None:
        self._steps = list(steps)

    def poll(self) -> bool:
        return self._steps.pop(0)() if self._steps else False

    def drained(self) -> bool:
        return True


def _fail() -> bool:
    raise RuntimeError("not now")


def test_it_comes_to_rest_when_no_source_has_anything_twice_over() -> None:
    first = _Source(lambda: True, lambda: False, lambda: True)
    second = _Source(lambda: True, _fail, lambda: False)
    assert settled([Poller("first", first), Poller("second", second)])
    assert first._steps == []
    assert second._steps == []


def test_it_does_not_wait_for_ever() -> None:
    class _Endless(_Source):
        def poll(self) -> bool:
            return True

    assert not settled([Poller("endless", _Endless())], seconds=0.05)
