"""A rule that is new reaches every idle card exactly once, however often the worker is killed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.faults.due_worker import Run
from tests.faults.test_due_kills import Worker, worker_process
from tests.wallet.services import made
from tests.world import POINTS, Services, Shop, World
from wallet import runtime
from wallet.domain.cards import State
from wallet.domain.ids import CardId, ProgramId
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program
from wallet.domain.times import to_millis
from wallet.services.agenda import PAGE_SIZE, Appointment, shard_of
from wallet.services.put_program import put_program
from wallet.storage.ledger_rows import head_row
from wallet.storage.rows.cards import HeadRow
from wallet.storage.rows.members import MemberRow

CARDS = 2 * PAGE_SIZE + 50
# In the order in which a run comes to them.
STEPS = ("add", "put_roll_call", "append", "remove", "end_roll_call")
MINUTE = timedelta(minutes=1)
BACK = {"id": "back", "kind": "win_back", "days": 30, "points": 7}
SPEND = {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}


@pytest.fixture
def worker(services: Services) -> Iterator[Worker]:
    assert services.push_queue
    with worker_process() as worker:
        yield worker


def published(shop: Shop, *rules: object, at: datetime) -> Program:
    """A version that is in force since then."""
    program_id = ProgramId(f"late-{shop.merchant_id}")
    act = replace(shop.act(f"{at}"), now=at)
    terms = read_terms({**POINTS, "rules": [SPEND, *rules]})
    return put_program(runtime.programs(), act, program_id, terms).program


def enrolled(program: Program, used_at: datetime) -> list[CardId]:
    """Members whose cards were used once, written without their history."""
    cards = [
        replace(made.card(program, now=used_at), state=State(used_at=used_at))
        for _ in range(CARDS)
    ]
    with HeadRow.batch_write() as heads, MemberRow.batch_write() as members:
        for number, card in enumerate(cards):
            heads.save(head_row(card))
            row = MemberRow(f"U#{card.member_id}", "H", merchant=card.merchant_id)
            row.program, row.card, row.sealed = program.id, card.id, b"sealed"
            # Many joined in one millisecond.
            row.created = to_millis(used_at) + number // 70
            members.save(row)
    return [card.id for card in cards]


def test_killed_at_every_step_each_is_won_back_once(
    world: World, shop: Shop, worker: Worker
) -> None:
    now = runtime.now()
    used_at = (now - timedelta(days=60)).replace(microsecond=0)
    cards = enrolled(published(shop, at=now - 20 * MINUTE), used_at)
    published(shop, BACK, at=now - 3 * MINUTE)
    for step in STEPS:
        commits = 20 if step == "append" else 0
        worker.run(Run(step=f"before {step}", commits=commits))
        worker.run(Run(step=f"after {step}", commits=commits))
    worker.run(Run())
    given = [runtime.ledger().entries(card_id, before=None, limit=10)[0] for card_id in cards]
    assert {len(entries) for entries in given} == {1}
    assert {entry.points for (entry,) in given} == {7}
    assert not [key for key in world.all_keys() if key[0].startswith(("Y#rolls", "Y#2"))]


def noted_later(card_id: CardId) -> list[Appointment]:
    """When the card is looked at again, within the hour to come."""
    until = runtime.now() + timedelta(hours=1)
    days = {runtime.now().date(), until.date()}
    pages = (
        runtime.agenda().page(day, shard_of(card_id), until=until, after=None) for day in days
    )
    return [each for page in pages for each in page if each.card_id == card_id]


@pytest.mark.usefixtures("world")
def test_a_head_that_cannot_be_unpacked_keeps_nobody_out(shop: Shop, worker: Worker) -> None:
    now = runtime.now()
    used_at = (now - timedelta(days=60)).replace(microsecond=0)
    bad, *others = enrolled(published(shop, at=now - 20 * MINUTE), used_at)
    row = HeadRow.get(f"C#{bad}", "H")
    row.state = b"no state"
    row.save()
    published(shop, BACK, at=now - 3 * MINUTE)
    worker.run(Run())
    heads = runtime.ledger().heads(others)
    assert {card.state.points for card in heads.values()} == {7}
    again = noted_later(bad)
    assert len(again) == 1
    # Other tests look at the whole agenda.
    runtime.agenda().remove(again)
