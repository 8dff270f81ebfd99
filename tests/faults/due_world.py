"""Cards of a one-machine world that end on one day, as they lie in what the world keeps.

They are written and looked at while the world is down, by the product's own storage, in an engine
on the world's own files: so what is found is what has lasted.
"""

import json
import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from infra.local import tables
from infra.local.engine import Engine
from tests.engine import NOBODY
from tests.local_world import LocalWorld, call
from tests.wallet.services import made
from tests.world import BASE_URL, _forgotten, _named, _set
from wallet import runtime
from wallet.clients import aws
from wallet.domain.cards import Lot
from wallet.domain.entries import EntryKind
from wallet.domain.ids import CardId, ProgramId
from wallet.services.agenda import SHARDS, Appointment, shard_of
from wallet.storage.ledger_rows import head_row
from wallet.storage.rows.cards import HeadRow

TERMS = {
    "name": "Due",
    "kind": "points",
    "locale": "en",
    "currency": "EUR",
    "time_zone": "Europe/Dublin",
    "rules": [{"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}],
    "rewards": [{"id": "tote", "name": "Bag", "kind": "gift", "cost": {"points": 50}}],
    "design": {"color": "#f2c230", "style": "ring", "picture": "book"},
    "expiry": {"months": 1},
}
POINTS, LATER = 10, 5
# Every so many-th card has points that end a year later, too.
SOME = 10
_SECOND, _DAY, _YEAR = timedelta(seconds=1), timedelta(days=1), timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Cards in the order in which the calendar comes to them, and the second when they are due."""

    cards: Sequence[CardId]
    lasting: frozenset[CardId]
    due: datetime

    @property
    def later(self) -> datetime:
        """When the points end that some of them have still."""
        return self.due + _YEAR

    def after(self, part: float) -> CardId:
        """The card with which that part of all is done."""
        return self.cards[int(part * len(self.cards)) - 1]


@contextmanager
def at_rest(home: Path) -> Iterator[None]:
    """The product bound to what a world keeps, while that does not run."""
    engine = Engine(home / "engine")
    engine.start()
    try:
        with pytest.MonkeyPatch.context() as patch, _forgotten():
            patch.delenv("AWS_PROFILE", raising=False)
            _set(patch, {**NOBODY, "WALLET_BASE_URL": BASE_URL})
            patch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
            _set(patch, _named(tables.make_all(aws.client)))
            yield
    finally:
        engine.stop()


def lay_out(program_id: ProgramId, like: CardId, count: int, *, earlier: timedelta) -> Crowd:
    """So many cards whose points end so much earlier than those of the card that they are like.

    They are written without their history.
    """
    program = runtime.programs().current(program_id, runtime.now())
    model = runtime.ledger().head(like)
    assert program
    assert model
    (lot,) = model.state.lots
    assert lot.expires_at
    lot = replace(lot, expires_at=lot.expires_at - earlier)
    crowd = _in_order([CardId(made.new_id()) for _ in range(count)], lot)
    card = made.card(program, now=runtime.now())
    with HeadRow.batch_write() as heads:
        for card_id in crowd.cards:
            lots = (lot, _lasting(crowd)) if card_id in crowd.lasting else (lot,)
            state = replace(model.state, lots=lots, points=sum(each.units for each in lots))
            heads.save(head_row(replace(card, id=card_id, state=state)))
    runtime.agenda().add([Appointment(at=crowd.due, card_id=each) for each in crowd.cards])
    return crowd


def _in_order(cards: Sequence[CardId], lot: Lot) -> Crowd:
    assert lot.expires_at
    return Crowd(
        cards=sorted(cards, key=lambda each: (shard_of(each), each)),
        lasting=frozenset(cards[::SOME]),
        due=lot.expires_at + _SECOND,
    )


def _lasting(crowd: Crowd) -> Lot:
    return Lot(units=LATER, expires_at=crowd.later - _SECOND)


def with_own(crowd: Crowd, cards: Sequence[CardId]) -> Crowd:
    """The crowd and cards that the API made, due in the same second."""
    together = [*crowd.cards, *cards]
    return replace(crowd, cards=sorted(together, key=lambda each: (shard_of(each), each)))


def skip_stream(home: Path) -> None:
    """Lets the functions of the world begin behind what has been written up to now."""
    core = runtime.settings().core_table
    arn = aws.client("dynamodb").describe_table(TableName=core)["Table"]["LatestStreamArn"]
    streams, newest = aws.client("dynamodbstreams"), ""
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**place)["ShardIterator"]
    answer = streams.get_records(ShardIterator=iterator)
    while answer["Records"]:
        newest = answer["Records"][-1]["dynamodb"]["SequenceNumber"]
        answer = streams.get_records(ShardIterator=answer["NextShardIterator"])
    for kept in (home / "streams").iterdir():
        kept.write_text(json.dumps({shard["ShardId"]: newest}))


def faults(crowd: Crowd) -> Iterator[tuple[CardId, object]]:
    """Each card that has not ended exactly once, and each that the agenda is wrong about."""
    heads = runtime.ledger().heads(crowd.cards)
    for card_id in crowd.cards:
        points = LATER if card_id in crowd.lasting else 0
        entries, _ = runtime.ledger().entries(card_id, before=None, limit=10)
        ends = [each.points for each in entries if each.kind is EntryKind.EXPIRE]
        found = ends, heads[card_id].seq, heads[card_id].state.points
        if found != ([-POINTS], len(entries), points):
            yield card_id, found
    for day in (crowd.due - _DAY, crowd.due, crowd.due + _DAY):
        yield from ((each, f"due {day.date()}") for each in _noted(crowd, day))
    for each in crowd.lasting ^ _noted(crowd, crowd.later):
        yield each, "later"


def _noted(crowd: Crowd, at: datetime) -> frozenset[CardId]:
    """Those of the cards that the agenda has on the day of that time."""
    noted = (each.card_id for shard in range(SHARDS) for each in _pages(at.date(), shard))
    return frozenset(crowd.cards) & frozenset(noted)


def _pages(day: date, shard: int) -> Iterator[Appointment]:
    until, after = datetime.combine(day + _DAY, time.min, UTC), None
    while page := runtime.agenda().page(day, shard, until=until, after=after):
        yield from page
        after = page[-1]


class Life:
    """A world from its start to its end.

    `tries` is how often it may take all the time that it has to do what follows from its clock.
    """

    def __init__(self, home: Path, *, tries: int) -> None:
        self._world, self._tries = LocalWorld(home), tries
        self._demo: Any = None
        self._jump: Thread | None = None

    def __enter__(self) -> Self:
        self._demo = self._world.ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._world.close()
        if self._jump:
            self._jump.join()

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """What the API answers."""
        return call(self._demo, method, f"/api/v1{path}", body)

    def sign_a_pass(self) -> None:
        """Makes it see that its certificates, which are of today, are valid; it looks once."""
        path = f"/programs/{self._demo['programs'][0]['id']}/cards"
        with urlopen(self.ask("POST", path, {"member": {}})["links"]["apple"]) as answer:
            assert answer.read()

    def set_clock(self, to: datetime) -> None:
        """Moves the clock, and waits until all is done that follows from it."""
        assert any(self._moved(to) for _ in range(self._tries))

    def begin_jump(self, to: datetime) -> None:
        """Does the same on a thread, which may be left when the world is killed."""

        def jump() -> None:
            with suppress(OSError, HTTPException):
                self.set_clock(to)

        self._jump = Thread(target=jump)
        self._jump.start()

    def finish_jump(self) -> None:
        """Waits for the end of it."""
        assert self._jump
        self._jump.join()

    def _moved(self, to: datetime) -> bool:
        """Whether all was done in the time that the world takes for that."""
        try:
            call(self._demo, "POST", "/local/clock", {"now": to.isoformat()})
        except HTTPError as answer:
            with answer:
                if answer.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            return False
        return True

    def is_done(self, card_id: CardId) -> bool:
        """Whether the points of a card have ended."""
        return bool(self.ask("GET", f"/cards/{card_id}")["balance"]["points"] <= LATER)

    def await_done(self, card_id: CardId, *, pause: float) -> None:
        """Waits for the end of its points."""
        while not self.is_done(card_id):
            assert self._jump
            assert self._jump.is_alive()
            sleep(pause)

    def kilobytes(self) -> int:
        """The memory of the process that runs the functions, and all else but the engine."""
        return _kilobytes(self._pid)

    def engine_kilobytes(self) -> int:
        """The memory of the engine, which holds the tables."""
        (engine,) = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split()
        return _kilobytes(int(engine))

    @property
    def _pid(self) -> int:
        return self._world.process.pid

    def kill(self) -> None:
        """Kills it with its engine, as the machine under them might."""
        self._world.signal(signal.SIGKILL)
        assert self._world.ended() == -signal.SIGKILL

    def stop(self) -> None:
        """Ends it as Ctrl-C does."""
        self._world.signal(signal.SIGTERM)
        assert self._world.ended() == 0


def _kilobytes(pid: int) -> int:
    (resident,) = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(resident)
