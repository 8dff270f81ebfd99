"""The Pushes port: one push a phone, and once more where that may help at once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from wallet.apple.apns import Delivered, Gone, Outcome, PushRequest, Rejected, Retry
from wallet.clients.apns_http import ApnsConnection
from wallet.clients.pushes import ApplePushes
from wallet.domain.ids import CardId, DeviceId, PushToken
from wallet.services.phones import Registration

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
BUSY = Retry(None, "ServiceUnavailable")


class ScriptedConnection:
    """Gives each call the next outcomes, and notes how many pushes it had."""

    def __init__(self, *script: Sequence[Outcome]) -> None:
        self._script = list(script)
        self.calls: list[int] = []

    def push_all(self, pushes: Sequence[PushRequest | Gone]) -> Sequence[Outcome]:
        self.calls.append(len(pushes))
        return self._script.pop(0)


def registration(digit: str) -> Registration:
    return Registration(
        device_id=DeviceId(digit),
        card_id=CardId("card"),
        push_token=PushToken(digit * 64),
        registered_at=NOW,
    )


def told(connection: ScriptedConnection, phones: int) -> tuple[list[str], list[int]]:
    """What became of each phone, and the pauses in between."""
    pauses: list[int] = []
    pushes = ApplePushes(
        cast("ApnsConnection", connection),
        topic="pass.example",
        clock=lambda: NOW,
        pause=pauses.append,
    )
    outcomes = pushes.tell([registration(str(number)) for number in range(phones)])
    assert [each.registration.device_id for each in outcomes] == list("0123456789"[:phones])
    return [each.outcome for each in outcomes], pauses


def test_only_what_may_pass_is_sent_again() -> None:
    first: list[Outcome] = [Delivered(), BUSY, Gone(), Rejected("BadTopic")]
    connection = ScriptedConnection(first, [Delivered()])
    assert told(connection, 4) == (["delivered", "delivered", "gone", "rejected"], [1])
    assert connection.calls == [4, 1]


def test_what_does_not_pass_is_left_to_the_queue_after_two_tries() -> None:
    connection = ScriptedConnection([BUSY], [BUSY])
    assert told(connection, 1) == (["retry"], [1])


@pytest.mark.parametrize("seconds", [1.0, 30.0])
def test_where_apple_says_when_nobody_asks_earlier(seconds: float) -> None:
    connection = ScriptedConnection([Retry(seconds, "TooManyRequests"), BUSY], [Delivered()])
    assert told(connection, 2) == (["retry", "delivered"], [1])
    assert connection.calls == [2, 1]
