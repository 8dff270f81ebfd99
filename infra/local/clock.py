"""The world's clock: real time, or as far from it as somebody has moved it.

Schedules run by it, one at a time. When it jumps, what came due in between runs in order, each at
its own time and with all that follows from it. It may be told to stand still where it is moved to,
for those who play histories to the second.
"""

import json
import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from infra.local.local_routes import LocalRequest, LocalRoutes, Reply, problem
from infra.local.poller import Context, Poller
from infra.local.schedule import Schedule, due_between, is_frequent

log = logging.getLogger(__name__)

JUMP_MAX = timedelta(days=3660)  # ten years: each of their days is run through
SETTLE_SECONDS = 30.0
AGAIN_SECONDS, AGAIN_SECONDS_MAX = 0.01, 0.2  # to ask is work for those who are busy
TICK_SECONDS = 1.0


class Clock:
    """The time, for everybody in this world, and the schedules that go by it.

    `settle` waits until nothing is under way any more, and says whether it came to that.
    """

    def __init__(self, schedules: Sequence[Schedule], settle: Callable[[], bool]) -> None:
        self._schedules, self._settle = schedules, settle
        self._offset = timedelta(0)
        self._standing: datetime | None = None
        self._turn = threading.Lock()
        self._run_until = self.now()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="clock", daemon=True)

    def now(self) -> datetime:
        """The time in this world, aware, in UTC."""
        return self._standing or datetime.now(UTC) + self._offset

    def start(self) -> None:
        """Run the schedules as they come due."""
        self._thread.start()

    def stop(self) -> None:
        """Run no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2 * TICK_SECONDS)

    def move(self, to: datetime | None, *, still: bool = False) -> tuple[dict[str, int], bool]:
        """Set the time, or go back to the real one with None.

        Forwards, what comes due in between is run. Tells how often each schedule ran, and whether
        all that followed is done. A clock that is to stand still there lets what is due every few
        minutes run at that very moment too: on AWS, it may fall due at any second of its minutes.
        """
        with self._turn:
            end = to or datetime.now(UTC)
            due = due_between(self._schedules, self._run_until, end)
            last = (
                (end, each) for each in self._schedules if still and is_frequent(each.when, end)
            )
            ran = self._run(chain(due, last), still=still) if to else {}
            self._set(end, still=still)
            if to is None:
                self._offset = timedelta(0)
            self._run_until = self.now()
            return ran, self._settle()

    def _set(self, moment: datetime, *, still: bool) -> None:
        self._offset = moment - datetime.now(UTC)
        self._standing = moment if still else None

    def _run(self, due: Iterable[tuple[datetime, Schedule]], *, still: bool) -> dict[str, int]:
        ran: Counter[str] = Counter()
        for moment, these in groupby(due, itemgetter(0)):
            # What is under way may lead to something that is due now.
            self._settle()
            self._set(moment, still=still)
            for schedule in {each.name: each for _, each in these}.values():
                self._call(schedule, moment, ran)
        return dict(ran)

    def _call(self, schedule: Schedule, moment: datetime, ran: Counter[str]) -> None:
        try:
            schedule.run(_event(schedule.name, moment), Context(function_name=schedule.name))
        except Exception:
            log.exception("schedule %s", schedule.name)
        ran[schedule.name] += 1

    def _tick(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            with self._turn:
                now = self.now()
                for moment, schedule in due_between(self._schedules, self._run_until, now):
                    self._call(schedule, moment, Counter())
                self._run_until = now


def _event(name: str, moment: datetime) -> dict[str, Any]:
    """The event that EventBridge sends for a schedule."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": _rfc3339(moment.replace(microsecond=0)),
        "region": "local",
        "resources": [f"arn:aws:events:local:000000000000:rule/{name}"],
        "detail": {},
    }


def settled(pollers: Sequence[Poller], *, seconds: float = SETTLE_SECONDS) -> bool:
    """Wait until no source holds anything, seen twice over; False if that takes too long.

    Twice, because the last of them may have written what the first one reads.
    """
    until = time.monotonic() + seconds
    calm, pause = 0, AGAIN_SECONDS
    while calm < 2:  # noqa: PLR2004 - see above
        if time.monotonic() > until:
            return False
        calm = calm + 1 if _all_idle(pollers) else 0
        if not calm:
            time.sleep(pause)
            pause = min(2 * pause, AGAIN_SECONDS_MAX)
    return True


def _all_idle(pollers: Sequence[Poller]) -> bool:
    try:
        return all(poller.idle() for poller in pollers)
    except Exception:
        log.warning("what the clock waits for failed", exc_info=True)
        return False


def clock_routes(clock: Clock, routes: LocalRoutes) -> None:
    """Answer on /local/clock."""
    routes.add("GET", "/local/clock", lambda _: _said(clock))
    routes.add("POST", "/local/clock", lambda request: _moved(clock, request))


def _said(clock: Clock, **more: object) -> Reply:
    body = json.dumps({"now": _rfc3339(clock.now()), **more}).encode()
    return HTTPStatus.OK, {"Content-Type": "application/json", "Cache-Control": "no-store"}, body


def _moved(clock: Clock, request: LocalRequest) -> Reply:
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError):
        return problem(HTTPStatus.BAD_REQUEST, "Bad request", "the body is not JSON")
    try:
        moment, still = _moment(asked)
    except (ValueError, OverflowError) as fault:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "A field is wrong", f"now: {fault}")
    ran, done = clock.move(moment, still=still)
    if not done:
        detail = "the clock is set, but what followed is not done yet; see the log"
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Still busy", detail)
    return _said(clock, ran=ran)


def _moment(asked: object) -> tuple[datetime | None, bool]:
    """What {"now": ..., "still": ...} asks for. ValueError says what is wrong with it."""
    if not isinstance(asked, Mapping) or "now" not in asked or set(asked) - {"now", "still"}:
        raise ValueError('send {"now": a time, or null for the real one}')
    text, still = asked["now"], asked.get("still", False)
    if not isinstance(still, bool) or (still and text is None):
        raise ValueError("a clock stands still at a time: true or false")
    if text is None:
        return None, False
    moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("a time with its zone is needed, as in 2027-03-01T00:00:00Z")
    moment = moment.astimezone(UTC)
    if abs(moment - datetime.now(UTC)) > JUMP_MAX:
        raise ValueError("ten years from today at most")
    return moment, still


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
