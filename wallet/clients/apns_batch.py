"""The book-keeping of one call: a link works the pushes off, apns_http sees to it that all end."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from wallet.apple.apns import Gone, Outcome, PushRequest

_TRIES: Final = 2


class Batch:
    """The pushes of one call: which of them wait to be sent, and how the others ended."""

    def __init__(self, pushes: Sequence[PushRequest | Gone]) -> None:
        self._requests = {n: p for n, p in enumerate(pushes) if isinstance(p, PushRequest)}
        self._ended: dict[int, Outcome] = {
            n: p for n, p in enumerate(pushes) if isinstance(p, Gone)
        }
        self._waiting = deque(self._requests)
        self._tries = dict.fromkeys(self._requests, 0)

    def __bool__(self) -> bool:
        """Whether a push waits to be sent."""
        return bool(self._waiting)

    def take(self) -> tuple[int, PushRequest]:
        """The next push to send, and its number."""
        number = self._waiting.popleft()
        self._tries[number] += 1
        return number, self._requests[number]

    def end(self, number: int, outcome: Outcome) -> None:
        """The push has ended so."""
        self._ended[number] = outcome

    def again(self, number: int, otherwise: Outcome) -> None:
        """The push waits to be sent once more; if it has been sent often enough, it ends so."""
        if self._tries[number] < _TRIES:
            self._waiting.appendleft(number)
        else:
            self.end(number, otherwise)

    def give_up(self, outcome: Outcome) -> None:
        """All that still waits ends so."""
        self._ended.update(dict.fromkeys(self._waiting, outcome))
        self._waiting.clear()

    def outcomes(self) -> list[Outcome]:
        """How each push ended, in the order in which they came; only when all have."""
        return [outcome for _, outcome in sorted(self._ended.items())]
