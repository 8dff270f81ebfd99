"""Which changes of a card are noted in the agenda."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.wallet.services import made
from tests.wallet.services.fakes import FakePrograms
from tests.wallet.services.town import DAY, NOW, programme, town
from wallet.domain.purchases import Gift
from wallet.services.agenda import PAGE_SIZE
from wallet.services.earn import earn
from wallet.services.note_dues import note_again, note_dues

BACK = {"id": "back", "kind": "win_back", "days": 30, "points": 7}


def test_what_only_postpones_writes_nothing_and_moves_when_it_is_found() -> None:
    program = programme(BACK)
    place = town(program)
    card = place.buy(place.card(program))
    due = datetime(2026, 12, 21, tzinfo=UTC)
    assert place.noted(card) == [due]
    place.clock.now += 10 * DAY
    place.buy(card)
    assert place.noted(card) == [due]
    assert place.run(at=due).entries == 0
    assert place.noted(card) == [due + 10 * DAY]
    assert place.run(at=due + 10 * DAY).entries == 1
    assert place.head(card).state.points == 27
    assert place.noted(card) == []


def test_a_rule_added_later_is_noticed_at_the_next_change() -> None:
    plain = programme()
    late = replace(
        made.next_version(plain, rules=programme(BACK).rules), effective_at=NOW + 2 * DAY
    )
    place = town(plain, late)
    card = place.buy(place.card(plain))
    assert place.noted(card) == []
    place.clock.now = NOW + 3 * DAY
    place.buy(card)
    assert place.noted(card) == [datetime(2026, 12, 24, tzinfo=UTC)]


def test_a_version_that_a_process_did_not_know_yet_loses_nothing() -> None:
    old = programme()
    new = replace(
        made.next_version(old, rules=programme(BACK).rules),
        effective_at=NOW - timedelta(seconds=30),
    )
    place = town(old)
    card = place.buy(place.card(old))
    place.programs = FakePrograms(old, new)
    place.clock.now += 5 * DAY
    place.buy(card)
    assert place.noted(card) == [datetime(2026, 12, 26, tzinfo=UTC)]


def test_several_changes_in_one_batch_count_as_one() -> None:
    yearly = programme(expiry={"months": 12})
    place = town(yearly)
    card = made.card(yearly)
    place.ledger.put(card)
    first = earn(place.books, place.act("1"), card.id, Gift(points=3)).card
    second = earn(place.books, place.act("2"), card.id, Gift(points=3)).card
    turns = [(None, card), (card, first), (first, second)]
    note_dues(place.agenda, place.programs, turns, now=NOW)
    assert len(place.noted(card)) == 1
    assert place.agenda.places.keys() == {"due"}


def test_what_the_stream_lost_is_noted_again() -> None:
    yearly = programme(expiry={"months": 12})
    place = town(yearly)
    cards = [place.buy(place.card(yearly)) for _ in range(PAGE_SIZE + 3)]
    before = set(place.agenda.noted)
    place.agenda.noted.clear()
    ids = [card.id for card in cards]
    note_again(place.agenda, place.ledger, place.programs, ids, now=place.clock())
    assert place.agenda.noted == before
    assert len(before) == PAGE_SIZE + 3
