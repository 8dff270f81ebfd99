"""What is due is done exactly once, however often the worker is killed, and in flat memory.

The long form has 100,000 cards: `make long`. `CARDS=20000 pytest tests/faults/test_due_kills.py`
says otherwise.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import pytest

from tests.engine import ROOT
from tests.faults.due_worker import Ran, Run
from tests.wallet.services import made
from tests.world import MASTER, POINTS, Services, Shop, World
from wallet import runtime
from wallet.clients.vault import MemberVault
from wallet.domain.calendar import day_end, day_start, local_day
from wallet.domain.cards import Card, HeldOffer, Lot, Ripening, State
from wallet.domain.ids import CardId, ProgramId
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program
from wallet.services.agenda import Appointment
from wallet.services.birthdays import finders_of
from wallet.services.put_program import put_program
from wallet.storage.agenda import birthday_row
from wallet.storage.ledger_rows import head_row
from wallet.storage.rows.cards import AgendaRow, HeadRow

LONG_CARDS, SHORT_CARDS = 100_000, 300
CARDS = int(os.environ.get("CARDS", LONG_CARDS if os.environ.get("STEMPEL_LONG") else SHORT_CARDS))
KILLS = 10
CALLS = ("append", "head", "add", "remove", "page")
STEPS = [f"{when} {call}" for call in CALLS for when in ("before", "after")]
DAY = timedelta(days=1)
# What Python's own memory may differ by from run to run.
KILOBYTES_MORE = 16_000

RULES = [
    {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
    {"id": "back", "kind": "win_back", "days": 30, "points": 7},
    {"id": "cake", "kind": "birthday", "points": 50},
]
OFFERS = [{"id": "tea", "name": "Tea", "kind": "gift", "days": 5}]
TERMS: Mapping[str, object] = {
    **POINTS,
    "rules": RULES,
    "offers": OFFERS,
    "earning": {"ripen_days": 3},
    "expiry": {"months": 12},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A card as it was laid out, and what is to have happened to it: reasons, and points then."""

    card: Card
    reasons: frozenset[str]
    points: int


class Kinds:
    """Cards that have something due: each kind something else, one of them two things."""

    def __init__(self, program: Program, now: datetime) -> None:
        self._program = program
        # Of three days ago some, of this day the others: two buckets at least.
        self.today = local_day(now, program.time_zone)
        self._ended = day_end(self.today - 3 * DAY, program.time_zone)
        self._begun = day_start(self.today, program.time_zone)
        self._used = self._begun - 40 * DAY

    def card(self, number: int) -> Awaited:
        """The card of that number."""
        card = made.card(self._program, now=self._used)
        state, reasons, points = self._states()[number % 5]
        return Awaited(card=replace(card, state=state), reasons=reasons, points=points)

    def _states(self) -> Sequence[tuple[State, frozenset[str], int]]:
        ended, today = self.today - 3 * DAY, self.today
        win_back = local_day(self._used, self._program.time_zone) + 30 * DAY
        lot = Lot(units=10, expires_at=self._ended)
        ripe = Ripening(units=5, ripens_at=self._begun, expires_at=None)
        tea = HeldOffer(id="TEA00000", offer="tea", expires_at=self._ended)
        return (
            (State(points=10, lots=(lot,)), frozenset({f"expire:{ended}"}), 0),
            (State(ripening=(ripe,)), frozenset({f"ripen:{today}"}), 5),
            (State(offers=(tea,)), frozenset({"offer:TEA00000"}), 0),
            (State(used_at=self._used), frozenset({f"win_back:back:{win_back}"}), 7),
            (
                State(points=10, lots=(lot,)),
                frozenset({f"birthday:{today.year}", f"expire:{ended}"}),
                50,
            ),
        )

    def noted(self, number: int, card_id: CardId) -> Appointment:
        """Where the agenda has it."""
        at = self._begun if number % 5 == 1 else self._ended + made.SECOND
        return Appointment(at=at, card_id=card_id)


def lay_out(shop: Shop, count: int) -> tuple[Kinds, list[CardId]]:
    """So many cards in a programme of their own, written without their history."""
    program_id = ProgramId(f"due-{made.new_id()}")
    act = shop.act(program_id)
    terms = read_terms(TERMS)
    program = put_program(runtime.programs(), act, program_id, terms).program
    kinds = Kinds(program, runtime.now())
    cards = []
    vault = MemberVault(lambda: MASTER, os.urandom)
    (finder, *_) = finders_of(vault, kinds.today)
    with HeadRow.batch_write() as heads, AgendaRow.batch_write() as births:
        for number in range(count):
            card = kinds.card(number).card
            heads.save(head_row(card))
            cards.append(card.id)
            if number % 5 == 4:
                births.save(birthday_row(finder, card.id))
    runtime.agenda().reach("due", kinds.today - 4 * DAY)
    runtime.agenda().reach("birthdays", kinds.today - DAY)
    runtime.agenda().add([kinds.noted(number, each) for number, each in enumerate(cards)])
    return kinds, cards


def faults(kinds: Kinds, cards: Sequence[CardId]) -> Iterator[tuple[CardId, object]]:
    """Each card to which not just what was due has happened, and what has."""
    for number, card_id in enumerate(cards):
        entries, _ = runtime.ledger().entries(card_id, before=None, limit=10)
        awaited = kinds.card(number)
        reasons = sorted(str(each.reason) for each in entries)
        points = entries[0].after.points if entries else awaited.card.state.points
        if (reasons, points) != (sorted(awaited.reasons), awaited.points):
            yield card_id, (reasons, points)


class Worker:
    """The process of due_worker.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, run: Run) -> Ran:
        """Runs once, to the end or to its death."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(run)) + "\n")
        self._process.stdin.flush()
        ran = Ran(**json.loads(self._process.stdout.readline()))
        assert ran.code == (-signal.SIGKILL if run.step else 0)
        return ran


@pytest.fixture
def worker(services: Services) -> Iterator[Worker]:
    assert services.push_queue
    with worker_process() as worker:
        yield worker


@contextmanager
def worker_process() -> Iterator[Worker]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.due_worker"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Worker(process)
        assert process.stdin
        process.stdin.close()


def test_killed_ten_times_each_is_done_once_in_flat_memory(
    world: World, shop: Shop, worker: Worker, capsys: pytest.CaptureFixture[str]
) -> None:
    few_kinds, few = lay_out(shop, 10)
    idle = worker.run(Run()).kilobytes
    assert list(faults(few_kinds, few)) == []
    kinds, cards = lay_out(shop, CARDS)
    begun = time.monotonic()
    runs = [worker.run(Run(step=step, commits=CARDS // (KILLS + 1))) for step in STEPS]
    runs.append(worker.run(Run()))
    seconds, most = time.monotonic() - begun, max(ran.kilobytes for ran in runs)
    if CARDS > SHORT_CARDS:
        with capsys.disabled():
            print(f"{CARDS} cards, {seconds:.0f} s, {most} KB at most, {idle} KB idle")  # noqa: T201  figures of a long run
    assert len(runs) == KILLS + 1
    assert list(faults(kinds, cards)) == []
    assert most < idle + KILOBYTES_MORE
    if CARDS == SHORT_CARDS:
        assert_further(world, kinds, cards)


def assert_further(world: World, kinds: Kinds, cards: Sequence[CardId]) -> None:
    """What was due is out of the agenda, and what a win-back gave is in it: it ends in a year."""
    noted = [(pk, sk) for pk, sk in world.all_keys() if pk.startswith("Y#2")]
    assert min(pk for pk, _ in noted) > f"Y#{kinds.today + DAY}"
    assert set(cards[3::5]) <= {sk.split("#")[1] for _, sk in noted}


def test_a_worker_that_is_wrong_is_caught(shop: Shop, worker: Worker) -> None:
    kinds, cards = lay_out(shop, 30)
    worker.run(Run(step="before append", commits=3, mutant="removes first"))
    worker.run(Run())
    assert list(faults(kinds, cards))
