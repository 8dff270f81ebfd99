"""A version by which other things are due reaches every card once it is in force, idle ones
too.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.wallet.services import made
from tests.wallet.services.town import DAY, NOW, Town, programme, town
from wallet.domain.cards import Card
from wallet.domain.ids import ProgramId
from wallet.domain.programs import Program
from wallet.services.agenda import PAGE_SIZE, RollCall
from wallet.services.keep_calendar import AGAIN, ROLL_PAGES_MAX, Kept

BACK = {"id": "back", "kind": "win_back", "days": 30, "points": 7}
PLAIN = programme()
WITH_BACK = replace(PLAIN, rules=programme(BACK).rules)
MINUTE = timedelta(minutes=1)
SOON = 2 * MINUTE


def idle_town(count: int, *, days: int = 100) -> tuple[Town, list[Card]]:
    """A town whose cards were last used so many days ago, and what was due till now is done."""
    place = town(PLAIN)
    place.clock.now = NOW - days * DAY
    cards = [place.buy(place.card(PLAIN)) for _ in range(count)]
    place.run(at=NOW)
    return place, cards


def points(place: Town, cards: list[Card]) -> set[int]:
    return {place.head(card).state.points for card in cards}


def test_the_idle_are_won_back_once_by_a_rule_that_is_new() -> None:
    place, cards = idle_town(3)
    place.publish(WITH_BACK)
    assert place.run(at=NOW + SOON - made.SECOND).rolls == 0
    kept = place.run(at=NOW + SOON)
    assert kept == Kept(cards=3, entries=3, failed=0, done=True, rolls=1)
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
    place, cards = idle_town(PAGE_SIZE * 3 + 1)
    place.publish(WITH_BACK)
    place.clock.now = NOW + SOON
    seen = []
    for _ in range(4):
        place.time_left = 1
        seen.append((place.run().rolls, len(place.agenda.noted)))
    assert seen == [(1, 100), (1, 200), (1, 300), (1, 301)]
    place.time_left = 1_000
    assert place.run().entries == len(cards)
    assert points(place, cards) == {17}


def test_a_run_goes_through_so_many_pages_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    place, _ = idle_town(1)
    place.publish(WITH_BACK)
    monkeypatch.setattr(place, "cards", lambda *_, **__: ([], "further"))
    kept = place.run(at=NOW + SOON)
    assert (kept.rolls, kept.done) == (ROLL_PAGES_MAX, False)


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
    steps = ("add", "put_roll_call", "add", "end_roll_call", "add", "remove")
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


def test_a_programme_whose_roll_fails_stops_no_other_and_is_tried_again() -> None:
    place, cards = idle_town(1)
    place.publish(WITH_BACK)
    bad = RollCall(at=NOW, program_id=ProgramId("bad"))
    place.agenda.put_roll_call(bad)
    in_force = place.programs.in_force

    def flaky(program_id: ProgramId, now: datetime) -> Program | None:
        if program_id == bad.program_id:
            raise RuntimeError("this programme cannot be read")
        return in_force(program_id, now)

    place.programs.in_force = flaky  # type: ignore[method-assign]
    kept = place.run(at=NOW + SOON)
    assert (kept.entries, kept.failed, place.alarms) == (1, 1, [bad.program_id])
    assert points(place, cards) == {17}
    assert list(place.agenda.calls.values()) == [replace(bad, at=NOW + SOON + AGAIN)]
    place.programs.in_force = in_force  # type: ignore[method-assign]
    place.run(at=NOW + SOON + AGAIN)
    assert place.agenda.calls == {}


def test_a_card_that_cannot_be_judged_is_looked_at_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    place, (bad, *others) = idle_town(3)
    monkeypatch.setattr("wallet.services.note_members.next_due", broken(place.head(bad)))
    place.ledger.broken = {bad.id}
    place.publish(WITH_BACK)
    place.run(at=NOW + SOON)
    assert points(place, others) == {10}
    assert len(place.noted(bad)) == 1


def broken(card: Card) -> Callable[..., datetime | None]:
    def next_due(_program: Program, state: object) -> datetime | None:
        if state is card.state:
            raise OverflowError
        return None

    return next_due


def test_of_several_roll_calls_of_a_programme_the_last_does_for_all_from_its_start() -> None:
    place, _ = idle_town(PAGE_SIZE + 1)
    first = RollCall(at=NOW, program_id=PLAIN.id)
    last = RollCall(at=NOW + MINUTE, program_id=PLAIN.id, after=str(PAGE_SIZE))
    place.agenda.put_roll_call(first)
    place.agenda.put_roll_call(last)
    assert place.run(at=NOW + SOON).rolls == 2
    assert place.agenda.calls == {}
