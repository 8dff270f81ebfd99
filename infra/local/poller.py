"""The threads that stand where AWS calls a function: they look, hand over, and look again."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

log = logging.getLogger(__name__)

Event = Mapping[str, Any]
Handler = Callable[[Any, Any], Any]

IDLE_SECONDS = 0.2  # between two looks when nothing wakes the poller: a few per cent of a core
STOP_SECONDS = 6.0
RETRY_SECONDS_MIN = 0.1
RETRY_SECONDS_MAX = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What Lambda passes beside the event, as far as anyone reads it."""

    function_name: str
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512

    @property
    def invoked_function_arn(self) -> str:
        """An address of the form that Lambda gives."""
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the time-out, of which there is none here."""
        return 900_000


class Source(Protocol):
    """Something to look at: a stream or a queue."""

    def poll(self) -> bool:
        """Take what is there and hand it over. True if there was something."""

    def drained(self) -> bool:
        """Whether nothing waits, not even what is to be tried again later."""


class Poller:
    """Looks at a source from a thread of its own: at once when woken, else some times a second.

    A source that raises is asked again, later each time.
    """

    def __init__(self, name: str, source: Source) -> None:
        self._name, self._source = name, source
        self._turn = threading.Lock()
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """End after the batch in hand, and wait for that a while."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def wake(self) -> None:
        """There may be something: look now."""
        self._woken.set()

    def idle(self) -> bool:
        """Whether nothing is left to do. What waits for another try is left to the thread."""
        with self._turn:
            if self._source.drained() and not self._source.poll():
                return True
        self.wake()
        return False

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                with self._turn:
                    found = self._source.poll()
            except Exception:
                pause = min(max(2 * pause, RETRY_SECONDS_MIN), RETRY_SECONDS_MAX)
                log.warning("%s: trying again in %.1f s", self._name, pause, exc_info=True)
            else:
                pause = 0.0
                if not found:
                    self._woken.wait(IDLE_SECONDS)
                    self._woken.clear()


def stop_all(pollers: Sequence[Poller]) -> None:
    """Stop them together, in the time that one has."""
    until = time.monotonic() + STOP_SECONDS
    for poller in pollers:
        poller.stop(seconds=0)
    for poller in pollers:
        poller.stop(seconds=max(0.0, until - time.monotonic()))
