"""One JSON line for each invocation, and metrics in it (CloudWatch's embedded metric format),
without a library.

Lines hold no tokens, no serial numbers in full and nothing personal. Metrics have no dimensions,
so that their number is bounded.
"""

import json
import sys
import time
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TextIO, TypeVar

NAMESPACE = "Stempel"

P = ParamSpec("P")
R = TypeVar("R")

_cold = [True]
_stream: list[TextIO] = [sys.stdout]


def use_stream(stream: TextIO) -> None:
    """Sends the lines elsewhere: the one-machine world keeps its terminal for people."""
    _stream[0] = stream


def write_line(**fields: object) -> None:
    """Writes one JSON line where Lambda collects it."""
    _stream[0].write(json.dumps(fields, default=str, ensure_ascii=False) + "\n")
    _stream[0].flush()


def alarm(reason: str) -> None:
    """Tells of a push that only a person can mend: an alarm watches this count."""
    count("PushRejected", 1, level="ALARM", reason=reason)


def alarm_of_card(card_id: str, error: str) -> None:
    """Tells of a card on which something due could not be done: an alarm watches this count."""
    count("DueFailed", 1, level="ALARM", card=card_id[:6], error=error)


def alarm_of_program(program_id: str | None, error: str) -> None:
    """Tells of a programme whose cards could not be noted in the agenda: in the same count."""
    count("DueFailed", 1, level="ALARM", program=program_id, error=error)


def count(name: str, value: float, **fields: object) -> None:
    """A count, as a line that CloudWatch turns into a metric; `fields` stand beside it."""
    metric = {
        "Namespace": NAMESPACE,
        "Dimensions": [[]],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    envelope = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]}
    write_line(_aws=envelope, **{name: value}, **fields)


def observed(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Writes one line for each call of a trigger: what, how long, whether cold, how it ended.

    Errors go on.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            begun = time.perf_counter()
            outcome: dict[str, object] = {"outcome": "done"}
            try:
                return function(*args, **kwargs)
            except Exception:
                outcome = {"outcome": "failed", "error": traceback.format_exc(limit=12)}
                raise
            finally:
                milliseconds = round((time.perf_counter() - begun) * 1000, 1)
                cold, _cold[0] = _cold[0], False
                write_line(function=name, cold=cold, milliseconds=milliseconds, **outcome)

        return call

    return decorate
