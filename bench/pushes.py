"""How our APNs connection compares with aioapns 4.0, the fastest client that others offer.

`python -m bench.pushes` prints the figures. Both push to the same server (Node's http2, as in the
tests) over one connection each, open before the clock starts. It allows 1,000 streams, as Apple
does, and takes 20 ms to answer; one push in twenty meets a dead token. They take turns, so that a
noisy machine is noisy for both. aioapns is given what suits it best: a fixed number of pushes at a
time, in two numbers of which the better counts.
"""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from aioapns import NotificationRequest, PushType
from aioapns.connection import APNsCertConnectionPool, APNsProductionClientProtocol

from infra.local.certificates import DEMO_TYPE, make_chain
from tests.apns.server import ScriptedApns
from tests.needs import node
from wallet.apple.apns import Delivered, Gone, Outcome, build_push
from wallet.clients.apns_http import ApnsConnection
from wallet.domain.ids import PushToken

ROUNDS = 8
PUSHES = 2000
BARS = {"apns_vs_aioapns_ratio": 1.2}

_AT_A_TIME = (200, 500)
_EXPIRY = timedelta(days=1)
_DEAD = PUSHES // 20
_EXPECTED = Counter({"200": PUSHES - _DEAD, "410": _DEAD})
_LATENCY = {"delay": 20}  # milliseconds
_DEAD_BODY = '{"reason":"Unregistered","timestamp":1700000000000}'
_ANSWERS: dict[str, list[dict[str, int | str]]] = {
    "": [{"status": 200, **_LATENCY}],
    "dead": [{"status": 410, "body": _DEAD_BODY, **_LATENCY}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """What PUSHES pushes took of a contender."""

    wall_seconds: float
    cpu_seconds: float


class Contender(Protocol):
    """Somebody with a connection to the server."""

    def push(self, tokens: list[str]) -> Iterable[str]:
        """The status that each push came back with."""
        ...

    def close(self) -> None: ...


class Ours:
    """Stempel: all pushes in one call."""

    def __init__(self, url: str, folder: Path) -> None:
        self._connection = ApnsConnection(
            url,
            leaf=(folder / "leaf.pem").read_bytes(),
            intermediate=(folder / "intermediate.pem").read_bytes(),
            key=(folder / "leaf.key").read_bytes(),
            ca_file=folder / "root.pem",
        )

    def push(self, tokens: list[str]) -> Iterable[str]:
        expires_at = datetime.now(UTC) + _EXPIRY
        pushes = [
            build_push(PushToken(token), DEMO_TYPE, expires_at=expires_at, push_id=_uuid(number))
            for number, token in enumerate(tokens)
        ]
        return map(_status, self._connection.push_all(pushes))

    def close(self) -> None:
        self._connection.close()


class Aioapns:
    """The peer: so many tasks, each of which pushes one after the other."""

    def __init__(self, url: str, folder: Path, *, at_a_time: int) -> None:
        self._at_a_time = at_a_time
        self._runner = asyncio.Runner()
        self._pool = self._runner.run(self._opened(url, folder))

    def push(self, tokens: list[str]) -> Iterable[str]:
        return self._runner.run(self._push(tokens))

    def close(self) -> None:
        self._runner.run(self._closed())
        self._runner.close()

    async def _opened(self, url: str, folder: Path) -> APNsCertConnectionPool:
        # It leaves the port and the protocol's name (ALPN) to its caller.
        protocol = type("Local", (APNsProductionClientProtocol,), _address(url))
        context = ssl.create_default_context(cafile=folder / "root.pem")
        context.set_alpn_protocols(["h2"])
        pool = APNsCertConnectionPool(
            str(folder / "all.pem"), topic=DEMO_TYPE, max_connections=1, ssl_context=context
        )
        pool.protocol_class = protocol
        return pool

    async def _push(self, tokens: list[str]) -> list[str]:
        waiting = iter(tokens)
        tasks = (self._push_some(waiting) for _ in range(self._at_a_time))
        return list(chain.from_iterable(await asyncio.gather(*tasks)))

    async def _push_some(self, waiting: Iterator[str]) -> list[str]:
        statuses = []
        for token in waiting:
            request = NotificationRequest(
                token,
                {},
                push_type=PushType.BACKGROUND,
                priority=5,
                time_to_live=int(_EXPIRY.total_seconds()),
            )
            answer = await self._pool.send_notification(request)
            statuses.append(str(answer.status))
        return statuses

    async def _closed(self) -> None:
        self._pool.close()
        await asyncio.sleep(0.05)  # it has nothing to wait for


def measure() -> dict[str, float]:
    """Figures by name: pushes a second, microseconds of CPU a push, and ratios."""
    with server() as (url, folder):
        contenders: list[Contender] = [
            Ours(url, folder),
            *(Aioapns(url, folder, at_a_time=count) for count in _AT_A_TIME),
        ]
        found = figures(raced(contenders))
        for contender in contenders:
            contender.close()
    return found


@contextmanager
def server() -> Iterator[tuple[str, Path]]:
    """The address of the server, and the folder with the certificates for it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_chain(folder, now=datetime.now(UTC))
        parts = ("leaf.pem", "intermediate.pem", "leaf.key")
        (folder / "all.pem").write_bytes(b"".join((folder / part).read_bytes() for part in parts))
        with ScriptedApns(node(), folder) as apns:
            apns.play(_ANSWERS, record=False)
            yield apns.url, folder


def raced(contenders: list[Contender]) -> list[list[Lap]]:
    """The laps of each round, in the order of the contenders, after one that does not count."""
    return [[_lap(contender) for contender in contenders] for _ in range(ROUNDS + 1)][1:]


def figures(rounds: list[list[Lap]]) -> dict[str, float]:
    """From the quickest lap of each side, and the lap that cost it least CPU."""
    own = [laps[0] for laps in rounds]
    peer = [lap for laps in rounds for lap in laps[1:]]
    own_wall, peer_wall = (min(lap.wall_seconds for lap in laps) for laps in (own, peer))
    own_cpu, peer_cpu = (min(lap.cpu_seconds for lap in laps) for laps in (own, peer))
    return {
        "apns_pushes_per_s": PUSHES / own_wall,
        "aioapns_pushes_per_s": PUSHES / peer_wall,
        "apns_push_cpu_us": own_cpu / PUSHES * 1e6,
        "aioapns_push_cpu_us": peer_cpu / PUSHES * 1e6,
        "apns_vs_aioapns_ratio": peer_wall / own_wall,
        "apns_vs_aioapns_cpu_ratio": peer_cpu / own_cpu,
    }


def _lap(contender: Contender) -> Lap:
    tokens = [f"{'dead' if n < _DEAD else 'beef'}{n:060x}" for n in range(PUSHES)]
    wall, cpu = time.perf_counter(), time.process_time()
    statuses = Counter(contender.push(tokens))
    lap = Lap(
        wall_seconds=time.perf_counter() - wall,
        cpu_seconds=time.process_time() - cpu,
    )
    assert statuses == _EXPECTED, statuses
    return lap


def _status(outcome: Outcome) -> str:
    match outcome:
        case Delivered():
            return "200"
        case Gone():
            return "410"
        case _:
            return repr(outcome)


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def _address(url: str) -> dict[str, object]:
    host, _, port = url.removeprefix("https://").rpartition(":")
    return {"APNS_SERVER": host, "APNS_PORT": int(port)}


if __name__ == "__main__":
    for key, figure in measure().items():
        print(f"{key:<28}{figure:>10.2f}")
