"""The thread that looks at a source."""

import threading
from collections.abc import Callable

import pytest

from infra.local.poller import Poller


class _Source:
    def __init__(self, poll: Callable[[], bool]) -> None:
        self.polls = 0
        self._poll = poll
        self.waiting = False

    def poll(self) -> bool:
        self.polls += 1
        return self._poll()

    def drained(self) -> bool:
        return not self.waiting


def test_a_source_that_raises_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def fail_twice() -> bool:
        if source.polls < 3:
            raise ConnectionError("not now")
        done.set()
        return False

    source = _Source(fail_twice)
    poller = Poller("fold", source)
    poller.start()
    assert done.wait(10)
    poller.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "fold: trying again in 0.1 s",
        "fold: trying again in 0.2 s",
    ]


def test_it_goes_on_without_a_pause_while_there_is_something() -> None:
    done = threading.Event()

    def many() -> bool:
        if source.polls == 1000:
            done.set()
        return source.polls < 1000

    source = _Source(many)
    poller = Poller("fold", source)
    poller.start()
    assert done.wait(10)
    poller.stop()
    assert source.polls >= 1000


@pytest.mark.parametrize(
    ("found", "waiting", "idle"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
def test_idle_means_that_nothing_waits_and_nothing_is_found(
    *, found: bool, waiting: bool, idle: bool
) -> None:
    source = _Source(lambda: found)
    source.waiting = waiting
    assert Poller("fold", source).idle() is idle


def test_one_that_was_never_started_can_be_stopped() -> None:
    source = _Source(lambda: False)
    Poller("fold", source).stop()
    assert source.polls == 0
