"""A version by which other things are due reaches every card once it is in force, idle ones
too.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.wallet.services import made
from tests.wallet.services.town import DAY, NOW, Town, programme, town
from wallet.domain.cards import Card, State
from wallet.domain.ids import CardId, ProgramId
from wallet.services.agenda import PAGE_SIZE, Appointment, RollCall
from wallet.services.keep_calendar import Kept

BACK = {"id": "back", "kind": "win_back", "days": 30, "points": 7}
PLAIN = programme()
# Another programme, of whose cards something is due by itself.
LASTING = replace(PLAIN, id=ProgramId("lasting"), expiry=programme(expiry={"months": 1}).expiry)
WITH_BACK = replace(PLAIN, rules=programme(BACK).rules)
MINUTE = timedelta(minutes=1)
SOON = 2 * MINUTE


def idle_town(count: int, *, days: int = 100) -> tuple[Town, list[Card]]:
    """A town whose cards were last used so many days ago, and what was due till now is done."""
    place = town(PLAIN, LASTING)
    place.clock.now = NOW - days * DAY
    cards = [place.buy(place.card(PLAIN)) for _ in range(count)]
    place.run(at=NOW)
    return place, cards


def points(place: Town, cards: list[Card]) -> set[int]:
    return {place.head(card).state.points for card in cards}


def test_the_idle_are_won_back_once_by_a_rule_that_is_new() -> None:
    place, cards = idle_town(3)
    place.publish(WITH_BACK)
    assert place.run(at=NOW + SOON - made.SECOND).roll_pages == 0
    kept = place.run(at=NOW + SOON)
    assert kept == Kept(cards=3, entries=3, failed=0, done=True, roll_pages=1)
    place.run(at=NOW + DAY)
    assert points(place, cards) == {17}
    assert place.agenda.calls == {}
    assert {place.told(card)[-1].occurred_at for card in cards} == {NOW}


def test_who_is_not_idle_for_so_long_is_won_back_at_the_time() -> None:
    place, (card,) = idle_town(1, days=10)
    place.publish(WITH_BACK)
    assert place.run(at=NOW + SOON).cards == 0
    (at,) = place.noted(card)
    assert at.date() == (NOW + 20 * DAY).date()
    place.run(at=at)
    assert points(place, [card]) == {17}


def test_a_version_to_come_is_waited_for() -> None:
    place, cards = idle_town(2)
    place.publish(WITH_BACK, at=NOW + 5 * DAY)
    assert place.run(at=NOW + 5 * DAY + MINUTE) == Kept(cards=0, entries=0, failed=0, done=True)
    assert place.run(at=NOW + 5 * DAY + SOON).entries == 2
    assert points(place, cards) == {17}


def test_a_version_that_took_the_place_of_one_to_come_is_compared_with_neither() -> None:
    place, cards = idle_town(2)
    place.publish(WITH_BACK, at=NOW + 5 * DAY)
    place.publish(replace(WITH_BACK, name="Renamed"), at=NOW + 2 * DAY)
    assert place.run(at=NOW + 2 * DAY + SOON).entries == 2
    assert points(place, cards) == {17}


def test_what_makes_nothing_else_due_calls_no_roll() -> None:
    place, _ = idle_town(1)
    place.publish(replace(PLAIN, name="Renamed"))
    assert place.agenda.calls == {}


def test_a_programme_that_is_new_calls_no_roll() -> None:
    place = town()
    place.publish(WITH_BACK)
    assert place.programs.newest(PLAIN.id)
    assert place.agenda.calls == {}


def test_many_members_take_several_runs_and_hold_up_no_other_card() -> None:
    place, cards = idle_town(PAGE_SIZE * 3)
    other = place.buy(place.card(LASTING))
    (ends,) = place.noted(other)
    place.publish(WITH_BACK)
    for minutes in (-5, 0, 5):
        place.time_left = PAGE_SIZE - 30
        kept = place.run(at=ends + minutes * MINUTE)
        assert (kept.roll_pages, kept.done) == (1, False)
        assert len(place.agenda.noted) <= PAGE_SIZE
        assert place.head(other).state.points == (10 if minutes < 0 else 0)
    place.time_left = 1_000
    assert place.run().done
    assert points(place, cards) == {17}


def test_cards_that_are_due_have_all_the_time_there_is() -> None:
    place, cards = idle_town(3)
    place.publish(WITH_BACK)
    for each in cards:
        place.agenda.add([Appointment(at=NOW, card_id=each.id)])
    place.time_left = 2
    kept = place.run(at=NOW + SOON)
    assert (kept.cards, kept.roll_pages, kept.done) == (2, 0, False)


def test_roll_calls_of_two_programmes_go_on_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    place, _ = idle_town(1)
    asked: list[str] = []

    def cards(program_id: ProgramId, *, after: str, limit: int) -> tuple[list[CardId], str]:
        del limit
        asked.append(program_id)
        return [], "" if len(after) == 2 else f"{after}x"

    monkeypatch.setattr(place, "cards", cards)
    for name in ("one", "two"):
        place.agenda.put_roll_call(RollCall(at=NOW, program_id=ProgramId(name)))
    assert place.run(at=NOW + SOON).done
    assert asked == ["one", "two"] * 3


def test_more_programmes_than_a_page_holds_are_all_gone_through() -> None:
    place, _ = idle_town(1)
    for number in range(PAGE_SIZE + 50):
        place.agenda.put_roll_call(RollCall(at=NOW, program_id=ProgramId(f"p{number:03}")))
    place.time_left = PAGE_SIZE
    kept = place.run(at=NOW + SOON)
    assert (kept.roll_pages, kept.done, len(place.agenda.calls)) == (PAGE_SIZE, False, 50)
    place.time_left = PAGE_SIZE
    assert place.run().done
    assert place.agenda.calls == {}


def test_a_version_with_a_time_that_has_been_is_waited_for_as_well() -> None:
    place, _ = idle_town(1)
    place.publish(WITH_BACK, at=NOW - MINUTE)
    assert place.run(at=NOW + SOON - made.SECOND).roll_pages == 0
    assert place.run(at=NOW + SOON).roll_pages == 1


def test_what_was_due_on_a_day_that_is_done_is_noted_for_today(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, (card,) = idle_town(1)
    monkeypatch.setattr("wallet.services.note_members.next_due", lambda *_: NOW - 50 * DAY)
    place.agenda.put_roll_call(RollCall(at=NOW, program_id=PLAIN.id))
    place.time_left = 1
    place.run(at=NOW + SOON)
    assert place.noted(card) == [NOW + SOON]


def test_the_first_run_of_all_begins_with_a_roll_call() -> None:
    place = town(PLAIN)
    card = made.card(PLAIN, now=NOW - 100 * DAY)
    card = replace(card, state=State(used_at=NOW - 100 * DAY))
    place.ledger.put(card)
    place.members.append(card.id)
    place.publish(WITH_BACK)
    assert place.agenda.places == {}
    assert place.run(at=NOW + SOON).entries == 1


class Killed(BaseException):
    """The process died."""


def mortal(call: Callable[..., Any], dies: list[str], step: str) -> Callable[..., Any]:
    """The call, in which a run dies when the step is the first of those to come."""

    def called(*given: object, **named: object) -> Any:
        if dies and dies[0] == f"before {step}":
            raise Killed(dies.pop(0))
        answer = call(*given, **named)
        if dies and dies[0] == f"after {step}":
            raise Killed(dies.pop(0))
        return answer

    return called


def test_a_run_that_dies_anywhere_is_gone_on_with() -> None:
    place, cards = idle_town(PAGE_SIZE * 2 + 5)
    place.publish(WITH_BACK)
    place.clock.now = NOW + SOON
    steps = ("add", "put_roll_call", "add", "remove", "end_roll_call")
    dies = [f"{when} {step}" for step in steps for when in ("before", "after")]
    for step in set(steps):
        setattr(place.agenda, step, mortal(getattr(place.agenda, step), dies, step))
    deaths = 0
    while dies:
        with pytest.raises(Killed):
            place.run()
        deaths += 1
        place.clock.now += 5 * MINUTE
    place.run()
    assert deaths == 2 * len(steps)
    assert all(len(place.told(card)) == 2 for card in cards)
    assert points(place, cards) == {17}
    assert (place.agenda.calls, place.agenda.noted) == ({}, set())


def test_of_those_that_have_not_begun_the_last_does_for_all() -> None:
    place, _ = idle_town(PAGE_SIZE + 1)
    for minutes in range(3):
        place.agenda.put_roll_call(RollCall(at=NOW + minutes * MINUTE, program_id=PLAIN.id))
    place.time_left = 1
    place.run(at=NOW + SOON)
    last = RollCall(at=NOW + SOON, program_id=PLAIN.id, after=str(PAGE_SIZE))
    assert list(place.agenda.calls.values()) == [last]


def test_one_that_has_begun_comes_to_its_end_and_the_last_of_the_others_begins() -> None:
    place, cards = idle_town(PAGE_SIZE * 2)
    place.publish(WITH_BACK)
    begun = RollCall(at=NOW, program_id=PLAIN.id, after=str(PAGE_SIZE))
    place.agenda.put_roll_call(begun)
    place.agenda.put_roll_call(RollCall(at=NOW + MINUTE, program_id=PLAIN.id))
    place.time_left = 1
    place.run(at=NOW + SOON)
    (waits,) = place.agenda.calls.values()
    assert waits == RollCall(at=NOW + SOON, program_id=PLAIN.id)
    assert {len(place.noted(card)) for card in cards[:PAGE_SIZE]} == {1}
    assert {len(place.noted(card)) for card in cards[PAGE_SIZE:]} == {0}
    place.time_left = 1_000
    assert place.run().done
    assert points(place, cards) == {17}


def test_a_programme_that_is_edited_all_the_time_is_gone_through_to_its_end() -> None:
    place, cards = idle_town(PAGE_SIZE * 4)
    edits = 0
    while points(place, cards) != {17} and edits < 20:
        edits += 1
        place.clock.now += 5 * MINUTE
        place.publish(replace(PLAIN, rules=programme({**BACK, "days": 30 + edits}).rules))
        place.time_left = PAGE_SIZE + 2
        place.run()
    assert edits <= 8
    assert len(place.agenda.calls) <= 2 + 1
