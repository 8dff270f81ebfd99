"""A push worker that is killed between any two steps loses no push.

KILLS says how many kills a run of the test has at least; `KILLS=2000 pytest tests/faults/
test_kills.py` is the long form.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from handlers import ledger_stream
from infra.local.poller import Context
from tests.engine import ROOT
from tests.faults.worker import Mutant, fetch
from tests.world import Services, Shop, Stream, World
from wallet import runtime
from wallet.clients.aws import client
from wallet.domain.cards import Card
from wallet.domain.ids import CardId, DeviceId, PushToken
from wallet.domain.purchases import Gift
from wallet.services.earn import earn
from wallet.services.phones import Registration

KILLS = int(os.environ.get("KILLS", "56"))
SEED = int(os.environ.get("SEED", "5"))
CARDS, PHONES = 3, 4

CALLS = (
    "receive_message",
    "heads",
    "pushed_version",
    "devices_of",
    "tell",
    "note_pushed",
    "delete_message_batch",
)


STEPS = [f"{when} {call}" for call in CALLS for when in ("before", "after")]


@dataclass
class Street:
    """Cards that change, phones that hold them, and a worker that is killed again and again."""

    shop: Shop
    stream: Stream
    told: Path
    chance: random.Random
    cards: list[Card] = field(default_factory=list)
    phones: list[Registration] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    changes: int = 0

    def settle(self) -> None:
        """Cards, and phones that hold one or two of them; none is without a phone."""
        self.cards = [self.shop.card(self.shop.stamps) for _ in range(CARDS)]
        for number in range(PHONES):
            own, other = self.cards[number % CARDS], self.chance.choice(self.cards)
            for card in {own.id: own, other.id: other}.values():
                self.add(f"phone-{number}", card)

    def add(self, name: str, card: Card) -> None:
        """A phone that adds a pass has its newest state."""
        phone = Registration(
            device_id=DeviceId(f"{name}-{self.shop.key_id}"),
            card_id=card.id,
            push_token=PushToken(f"{name}-{self.shop.key_id}"),
            registered_at=runtime.now(),
        )
        runtime.devices().register(phone)
        fetch(self.told, phone)
        self.phones.append(phone)

    def change(self) -> None:
        """A few changes, and what the stream makes of them; now and then it says so twice."""
        for card in self.chance.choices(self.cards, k=self.chance.randrange(1, 3)):
            self.changes += 1
            earn(runtime.books(), self.shop.act(f"{self.changes}"), card.id, Gift(stamps=1))
        event = {"Records": self.stream.new()}
        for _ in range(self.chance.choice([1, 1, 2])):
            ledger_stream.queue_pushes(event, Context(function_name="queue_pushes"))

    def lost(self) -> set[tuple[DeviceId, CardId]]:
        """The phones whose last push was before their card's last change."""
        has: dict[tuple[DeviceId, CardId], int] = {}
        for line in self.told.read_text().splitlines():
            said = json.loads(line)
            has.update({(said["phone"], card): version for card, version in said["has"].items()})
        heads = runtime.ledger().heads(card.id for card in self.cards)
        return {
            (phone.device_id, phone.card_id)
            for phone in self.phones
            if has[phone.device_id, phone.card_id] < heads[phone.card_id].version
        }

    def steps_back(self) -> int:
        """How often a phone was told an older state after a newer one."""
        has: dict[tuple[str, str], int] = {}
        back = 0
        for line in self.told.read_text().splitlines():
            said = json.loads(line)
            for card, version in said["has"].items():
                back += version < has.get((said["phone"], card), 0)
                has[said["phone"], card] = version
        return back


class Worker:
    """The process of worker.py."""

    def __init__(self, process: subprocess.Popen[str], mutant: Mutant) -> None:
        self._process, self._mutant = process, mutant

    def run(self, step: str = "", *, nth: int = 0) -> bool:
        """Whether it was killed at that step, the nth time that it came there."""
        assert self._process.stdin
        assert self._process.stdout
        run = {"step": step, "nth": nth, "mutant": self._mutant}
        self._process.stdin.write(json.dumps(run) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        assert code in (0, -signal.SIGKILL)
        return code != 0


@contextmanager
def worker(told: Path, mutant: Mutant) -> Iterator[Worker]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker", str(told)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Worker(process, mutant)
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def street(
    world: World, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Street:
    # A message whose worker has died is seen again at once: nobody else is there to take it.
    attributes = {"FifoQueue": "true", "VisibilityTimeout": "0"}
    name = f"{tmp_path.name}.fifo"
    queue = client("sqs").create_queue(QueueName=name, Attributes=attributes)
    monkeypatch.setenv("WALLET_PUSH_QUEUE_URL", queue["QueueUrl"])
    runtime.push_queue.cache_clear()
    street = Street(
        shop=world.shop(),
        stream=world.stream(),
        told=tmp_path / "told",
        chance=random.Random(SEED),  # noqa: S311  to be repeated
    )
    street.settle()
    street.stream.new()
    return street


def rounds(street: Street, process: Worker, kills: int) -> None:
    """Changes and runs, until the worker has been killed so often; then one run to the end.

    Each step has its turn before any has another; the card or phone at which it is, is chance.
    """
    deck: list[str] = []
    while street.kills.total() < kills:
        deck = deck or street.chance.sample(STEPS, len(STEPS))
        if street.chance.random() < 0.7:
            street.change()
        if process.run(deck[-1], nth=street.chance.choice([1, 1, 1, 2])):
            street.kills[deck.pop()] += 1
    street.change()
    assert not process.run()


def test_a_worker_killed_anywhere_loses_no_push(street: Street) -> None:
    with worker(street.told, "") as process:
        rounds(street, process, KILLS)
    assert street.lost() == set()
    assert street.steps_back() == 0
    assert street.kills.keys() == set(STEPS)


@pytest.mark.parametrize(
    ("mutant", "step"), [("notes first", "before tell"), ("deletes first", "before heads")]
)
def test_a_worker_that_is_wrong_is_caught(street: Street, mutant: Mutant, step: str) -> None:
    with worker(street.told, mutant) as process:
        street.change()
        assert process.run(step, nth=1)
        assert not process.run()
    assert street.lost()
