"""What the agenda promises: in memory and in DynamoDB alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.wallet.services import made
from tests.wallet.services.fake_agenda import FakeAgenda
from wallet import runtime
from wallet.domain.ids import CardId, ProgramId
from wallet.services.agenda import PAGE_SIZE, Agenda, Appointment, RollCall, shard_of
from wallet.storage.agenda import AgendaBook, birthday_row
from wallet.storage.rows.cards import AgendaRow

AT = datetime(2027, 3, 1, 23, 59, 59, 999_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["memory", "dynamodb"])
def agenda(request: pytest.FixtureRequest) -> Iterator[Agenda]:
    """The agenda in memory, then in DynamoDB."""
    if request.param == "memory":
        yield FakeAgenda()
        return
    request.getfixturevalue("world")
    yield runtime.agenda()


def noted(at: datetime = AT, *, birthday: date | None = None) -> Appointment:
    return Appointment(at=at, card_id=CardId(made.new_id()), birthday=birthday)


def of(agenda: Agenda, each: Appointment, *, until: datetime = AT) -> list[Appointment]:
    """What the agenda has of that card."""
    shard = shard_of(each.card_id)
    page = agenda.page(each.at.date(), shard, until=until, after=None)
    return [found for found in page if found.card_id == each.card_id]


def test_what_is_added_is_found_until_it_is_removed(agenda: Agenda) -> None:
    plain = noted()
    birthday = replace(plain, birthday=date(2027, 3, 1))
    agenda.add([plain, birthday, plain])
    agenda.add([plain])
    assert of(agenda, plain) == [plain, birthday]
    agenda.remove([plain, noted()])
    assert of(agenda, plain) == [birthday]


def test_only_what_is_due_by_then_is_found_on_its_own_day(agenda: Agenda) -> None:
    each = noted()
    agenda.add([each])
    assert of(agenda, each, until=AT - timedelta(milliseconds=1)) == []
    assert of(agenda, each, until=AT) == [each]
    shard = shard_of(each.card_id)
    tomorrow = agenda.page(date(2027, 3, 2), shard, until=AT + SECOND, after=None)
    assert each not in tomorrow


def test_pages_follow_each_other_in_order(agenda: Agenda) -> None:
    card_id = CardId(made.new_id())
    all_of_it = [
        Appointment(at=AT - timedelta(seconds=number), card_id=card_id)
        for number in range(PAGE_SIZE + 5)
    ]
    agenda.add(all_of_it)
    found: list[Appointment] = []
    sizes = []
    after = None
    while page := agenda.page(AT.date(), shard_of(card_id), until=AT, after=after):
        found += [each for each in page if each.card_id == card_id]
        sizes.append(len(page))
        after = page[-1]
    assert found == sorted(all_of_it, key=lambda each: each.at)
    assert max(sizes) == PAGE_SIZE


def test_roll_calls_stand_in_order_with_their_places_until_they_end(agenda: Agenda) -> None:
    late = RollCall(at=AT, program_id=ProgramId("shop-1"))
    early = RollCall(at=AT - SECOND, program_id=ProgramId("shop-2"), after="17#member")
    agenda.put_roll_call(late)
    agenda.put_roll_call(early)
    assert list(agenda.roll_calls(until=AT)) == [early, late]
    assert list(agenda.roll_calls(until=AT - SECOND)) == [early]
    reached = replace(late, after="18#another")
    agenda.put_roll_call(reached)
    agenda.end_roll_call(early)
    assert list(agenda.roll_calls(until=AT)) == [reached]
    agenda.end_roll_call(late)
    agenda.end_roll_call(late)
    assert list(agenda.roll_calls(until=AT)) == []


def test_so_many_roll_calls_are_read_at_once(agenda: Agenda) -> None:
    for number in range(PAGE_SIZE + 1):
        agenda.put_roll_call(RollCall(at=AT + SECOND, program_id=ProgramId(f"{number:03}")))
    found = agenda.roll_calls(until=AT + SECOND)
    assert [each.program_id for each in found] == [f"{number:03}" for number in range(PAGE_SIZE)]


@pytest.mark.usefixtures("world")
def test_keys_of_no_roll_call_are_told_and_passed_over() -> None:
    agenda = runtime.agenda()
    call = RollCall(at=AT, program_id=ProgramId("shop"))
    keys = [f"{'0' * 12}{number:03}" for number in range(PAGE_SIZE)]
    keys += ["1234", "1234567890123", "1234567890123#", "123456789012x#shop", "12#shop"]
    for key in keys:
        AgendaRow("Y#rolls", key).save()
    agenda.put_roll_call(call)
    try:
        assert list(agenda.roll_calls(until=AT)) == [call]
        assert agenda.unreadable_roll_calls(until=AT) == sorted(keys)
    finally:
        agenda.end_roll_call(call)
        for key in keys:
            AgendaRow("Y#rolls", key).delete()


def test_a_place_is_begun_once_and_moves(agenda: Agenda) -> None:
    assert agenda.place("birthdays") is None
    agenda.begin("birthdays", date(2027, 3, 1))
    agenda.begin("birthdays", date(2027, 2, 1))
    assert agenda.place("birthdays") == date(2027, 3, 1)
    agenda.reach("birthdays", date(2027, 3, 2))
    agenda.begin("birthdays", date(2027, 2, 1))
    assert (agenda.place("birthdays"), agenda.place("due")) == (date(2027, 3, 2), None)


@pytest.mark.usefixtures("world")
def test_another_process_does_not_begin_again() -> None:
    runtime.agenda().begin("due", date(2027, 3, 5))
    other = AgendaBook()
    other.begin("due", date(2027, 3, 9))
    assert other.place("due") == date(2027, 3, 5)


@pytest.mark.usefixtures("world")
def test_birthdays_are_found_page_by_page() -> None:
    agenda = runtime.agenda()
    cards = sorted(CardId(made.new_id()) for _ in range(PAGE_SIZE + 1))
    for card_id in cards:
        birthday_row("finder", card_id).save()
    first = agenda.born_on("finder", after=None)
    assert list(first) == cards[:PAGE_SIZE]
    assert list(agenda.born_on("finder", after=first[-1])) == cards[PAGE_SIZE:]
    assert list(agenda.born_on("another", after=None)) == []


def test_cards_spread_over_all_shards() -> None:
    shards = {shard_of(CardId(made.new_id())) for _ in range(400)}
    assert shards == set(range(16))
