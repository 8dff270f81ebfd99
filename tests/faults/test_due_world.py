"""Points that end are taken once in a one-machine world that is killed again and again.

The world and its engine are killed as a whole. The long form has 100,000 cards and ten kills:
`make long`. `CARDS=20000 pytest tests/faults/test_due_world.py` says otherwise.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.faults.due_worker import Careless
from tests.faults.due_world import (
    POINTS,
    SOME,
    TERMS,
    Crowd,
    Life,
    at_rest,
    faults,
    lay_out,
    skip_stream,
    with_own,
)
from tests.world import MASTER, Shop
from wallet import runtime
from wallet.clients.vault import MemberVault
from wallet.domain.ids import CardId, ProgramId
from wallet.domain.program_document import read_terms
from wallet.domain.purchases import Gift
from wallet.services.agenda import Appointment
from wallet.services.earn import earn
from wallet.services.keep_calendar import Office, keep_calendar
from wallet.services.put_program import put_program
from wallet.storage.rows.cards import EntryRow

LONG_CARDS, SHORT_CARDS = 100_000, 200
CARDS = int(os.environ.get("CARDS", LONG_CARDS if os.environ.get("STEMPEL_LONG") else SHORT_CARDS))
IS_LONG = CARDS > SHORT_CARDS
FEW = 20
OWN = 3
KILLS = 10 if IS_LONG else 3
TRIES = 240 if IS_LONG else 5
PAUSE = 0.25 if IS_LONG else 0.01
# What the memory of the process may differ by between the first tenth and the last, or between a
# few cards and very many.
KILOBYTES_MORE = 16_000
PROGRAM = ProgramId("due")
DAY = timedelta(days=1)
# On any day of the year: what is earned now ends some days from now.
AGO = 25 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Kilobytes after a few cards, and at each tenth of the last life of the world."""

    few: int
    tenths: Sequence[int]
    engine: int


def enrol(home: Path) -> list[CardId]:
    """A programme and its first cards, through the API: the stream notes when they are due."""
    with Life(home, tries=TRIES) as life:
        life.sign_a_pass()
        then = datetime.now(UTC) - AGO
        life.set_clock(then)
        life.ask("PUT", f"/programs/{PROGRAM}", TERMS)
        cards = [
            life.ask("POST", f"/programs/{PROGRAM}/cards", {"member": {}})["id"]
            for _ in range(OWN)
        ]
        purchase = {"amount": POINTS * 100, "currency": TERMS["currency"]}
        for card_id in cards:
            life.ask("POST", f"/cards/{card_id}/earn", {"purchase": purchase})
        life.set_clock(then + DAY)
        life.stop()
    return cards


def go_through(home: Path, few: Crowd, crowd: Crowd) -> Figures:
    """The day when a few cards end, and the day when all others do, with kills in its midst."""
    kilobytes = 0
    for kill in range(KILLS):
        with Life(home, tries=TRIES) as life:
            if not kill:
                life.set_clock(few.due + DAY / 2)
                kilobytes = life.kilobytes()
            life.begin_jump(crowd.due + DAY / 2)
            life.await_done(crowd.after((kill + 1) / KILLS / 2), pause=PAUSE)
            assert not life.is_done(crowd.cards[-1])
            life.kill()
    with Life(home, tries=TRIES) as life:
        life.begin_jump(crowd.due + DAY / 2)
        tenths = []
        for tenth in range(1, 11):
            life.await_done(crowd.after((1 + tenth / 10) / 2), pause=PAUSE)
            tenths.append(life.kilobytes())
        life.finish_jump()
        tenths.append(life.kilobytes())
        figures = Figures(few=kilobytes, tenths=tenths, engine=life.engine_kilobytes())
        life.stop()
    return figures


def test_killed_again_and_again_each_card_ends_once_in_flat_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    own = enrol(home)
    with at_rest(home):
        few = lay_out(PROGRAM, own[0], FEW, earlier=DAY)
        crowd = with_own(lay_out(PROGRAM, own[0], CARDS, earlier=0 * DAY), own)
        skip_stream(home)
    begun = time.monotonic()
    figures = go_through(home, few, crowd)
    if IS_LONG:
        with capsys.disabled():
            print(f"{CARDS} cards, {KILLS} kills, {time.monotonic() - begun:.0f} s, {figures}")  # noqa: T201  figures of a long run
    with at_rest(home):
        assert list(faults(few)) == []
        assert list(faults(crowd)) == []
        lapsed = runtime.statistics().total(PROGRAM).lapsed
    # The functions of the stream have seen every entry, too.
    assert lapsed == POINTS * (FEW + len(crowd.cards))
    assert max(figures.tenths) < figures.tenths[0] + KILOBYTES_MORE
    assert max(figures.tenths) < figures.few + KILOBYTES_MORE


@pytest.fixture
def crowd(shop: Shop) -> Iterator[Crowd]:
    """Some cards of the same kind in tables of the test's, on the day after they are due."""
    program_id = ProgramId(f"due-{shop.merchant_id}")
    program = put_program(
        runtime.programs(), shop.act(program_id), program_id, read_terms(TERMS)
    ).program
    card = shop.card(program)
    earn(runtime.books(), shop.act("earn"), card.id, Gift(points=POINTS))
    crowd = lay_out(program_id, card.id, 2 * SOME, earlier=0 * DAY)
    runtime.agenda().reach("due", (crowd.due - DAY).date())
    runtime.use_clock(lambda: crowd.due + DAY / 2)
    yield crowd
    runtime.use_clock(lambda: datetime.now(UTC))


def office_of(has_time: Callable[[], bool] = lambda: True) -> Office:
    """What the calendar's work needs, with a master key of the test's."""
    return replace(runtime.office(has_time), vault=MemberVault(lambda: MASTER, os.urandom))


def forget(card_id: CardId) -> None:
    """As if a card had been passed over."""
    for row in EntryRow.query(f"C#{card_id}", EntryRow.sk.startswith("L#")):
        row.delete()


def repeat(card_id: CardId) -> None:
    """As if a card had been ended twice."""
    (row,) = EntryRow.query(f"C#{card_id}", EntryRow.sk.startswith("L#"))
    row.sk, row.seq = f"{row.sk[:-1]}{'0' if row.sk[-1] == '1' else '1'}", 2
    row.save()


def note_again(card_id: CardId) -> None:
    """As if a card stood in the agenda still."""
    at = runtime.now() - DAY / 2
    runtime.agenda().add([Appointment(at=at, card_id=card_id)])


@pytest.mark.parametrize("spoil", [forget, repeat, note_again])
def test_a_card_that_is_wrong_is_found(crowd: Crowd, spoil: Callable[[CardId], None]) -> None:
    keep_calendar(office_of())
    assert list(faults(crowd)) == []
    spoil(crowd.cards[7])
    assert {card_id for card_id, _ in faults(crowd)} == {crowd.cards[7]}


def test_a_card_that_is_lost_from_the_agenda_is_found(crowd: Crowd) -> None:
    keep_calendar(office_of())
    lost = min(crowd.lasting)
    runtime.agenda().remove([Appointment(at=crowd.later, card_id=lost)])
    assert list(faults(crowd)) == [(lost, "later")]


def test_a_worker_that_forgets_is_found(crowd: Crowd) -> None:
    looked = count()
    office = office_of(lambda: next(looked) < SOME)
    keep_calendar(replace(office, agenda=Careless(office.agenda)))
    keep_calendar(office_of())
    assert list(faults(crowd))
