"""Our client as the tests use it, against the scripted APNs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.apns.server import ScriptedApns
from wallet.apple.apns import Outcome, PushRequest, build_push
from wallet.clients.apns_http import ApnsConnection, Timeouts
from wallet.domain.ids import PushToken

TOPIC = "pass.app.stempel.demo"

Script = Mapping[str, Sequence[Mapping[str, Any]]]
OK: Script = {"": [{"status": 200}]}

# Long enough for a busy machine; the tests that wait for a silence shorten it.
PATIENT = Timeouts(silence_seconds=20)
HASTY = Timeouts(connect_seconds=5, silence_seconds=0.3, ping_seconds=0.3)


class Connect:
    """Makes connections with the certificates in a folder, and closes them after the test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[ApnsConnection] = []

    def __call__(
        self,
        url: str,
        timeouts: Timeouts = PATIENT,
        *,
        folder: Path | None = None,
        ca_file: Path | None = None,
        intermediate: bytes | None = None,
    ) -> ApnsConnection:
        own = folder or self._folder
        connection = ApnsConnection(
            url,
            leaf=(own / "leaf.pem").read_bytes(),
            intermediate=(
                (own / "intermediate.pem").read_bytes() if intermediate is None else intermediate
            ),
            key=(own / "leaf.key").read_bytes(),
            ca_file=ca_file or self._folder / "root.pem",
            timeouts=timeouts,
        )
        self._made.append(connection)
        return connection

    def close(self) -> None:
        for connection in self._made:
            connection.close()


def push(number: int, prefix: str = "00") -> PushRequest:
    made = build_push(
        PushToken(f"{prefix}{number:0{64 - len(prefix)}x}"),
        TOPIC,
        expires_at=datetime(2027, 3, 1, tzinfo=UTC),
        push_id=f"00000000-0000-4000-8000-{number:012x}",
    )
    assert isinstance(made, PushRequest)
    return made


def pushes(count: int, prefix: str = "00") -> list[PushRequest]:
    return [push(number, prefix) for number in range(count)]


def seen_paths(apns: ScriptedApns) -> list[str]:
    return [request["headers"][":path"] for request in apns.seen()["requests"]]


def one(apns: ScriptedApns, connection: ApnsConnection, *actions: Mapping[str, Any]) -> Outcome:
    apns.play({"": actions})
    (outcome,) = connection.push_all([push(1)])
    return outcome
