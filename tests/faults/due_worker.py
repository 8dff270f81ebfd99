"""The calendar's worker in a process of its own, to be killed at any point.

`python -m tests.faults.due_worker` reads a line of JSON for each run and answers with one. A run
is a fresh fork of this process, which has imported everything and opened no connection: it calls
the real handler, until that returns or the run kills itself, with SIGKILL, as the machine under it
might.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from handlers import schedules
from infra.local.poller import Context
from tests.faults.worker import Step, Stepped
from wallet import runtime, telemetry
from wallet.services.agenda import Appointment
from wallet.services.keep_calendar import Office

EVENT = Path(__file__).parents[1] / "events" / "schedule.json"

Mutant = Literal["", "removes first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """At which step a run dies, once it has made so many commits; never for no step."""

    step: str = ""
    commits: int = 0
    mutant: Mutant = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run ended: its exit code, and the most memory that it had."""

    code: int
    kilobytes: int


class Careless:
    """A mutant: takes cards out of the agenda as soon as it sees them."""

    def __init__(self, agenda: Any) -> None:
        self._agenda = agenda

    def __getattr__(self, name: str) -> Any:
        return getattr(self._agenda, name)

    def page(self, *asked: Any, **more: Any) -> Sequence[Appointment]:
        """Reads and removes."""
        found: Sequence[Appointment] = self._agenda.page(*asked, **more)
        self._agenda.remove(found)
        return found


def work(run: Run) -> None:
    """Does what is due, or dies on the way."""
    step = _death(run)
    real: Callable[[Callable[[], bool]], Office] = runtime.office

    def office(has_time: Callable[[], bool]) -> Office:
        made = real(has_time)
        agenda = Careless(made.agenda) if run.mutant else made.agenda
        books = replace(made.books, ledger=Stepped(made.books.ledger, step))
        return replace(made, books=books, agenda=Stepped(agenda, step))

    runtime.office = office
    schedules.keep_calendar(json.loads(EVENT.read_text()), Context(function_name="keep_calendar"))


def _death(run: Run) -> Step:
    commits = 0

    def step(name: str) -> None:
        nonlocal commits
        commits += name == "after append"
        if name == run.step and commits >= run.commits:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def main() -> None:
    """Forks for each line of the input."""
    telemetry.use_stream(Path(os.devnull).open("w"))  # noqa: SIM115  for the life of the process
    # Made here, so that no fork has to: a client opens no connection until it is used.
    runtime.office(lambda: True)
    assert runtime.ledger()._connection.client
    for line in sys.stdin:
        run = Run(**json.loads(line))
        child = os.fork()
        if not child:
            work(run)
            os._exit(0)
        _, status, used = os.wait4(child, 0)
        ran = Ran(code=os.waitstatus_to_exitcode(status), kilobytes=used.ru_maxrss)
        os.write(1, json.dumps(asdict(ran)).encode() + b"\n")


if __name__ == "__main__":
    main()
