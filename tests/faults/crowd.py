"""Many callers in one moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

R = TypeVar("R")


def at_once(count: int, act: Callable[[int], R]) -> tuple[list[R], list[Exception]]:
    """What `count` threads that begin together come back with: results, and errors."""
    gate = Barrier(count)

    def one(number: int) -> R | Exception:
        gate.wait(timeout=60)
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001  what it is, the test looks at
            return error

    with ThreadPoolExecutor(count) as pool:
        outcomes = list(pool.map(one, range(count)))
    results = [each for each in outcomes if not isinstance(each, Exception)]
    return results, [each for each in outcomes if isinstance(each, Exception)]
