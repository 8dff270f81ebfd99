"""A roll call, a card or a row that cannot be read stops nothing else, and somebody is told."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.wallet.services import made
from tests.wallet.services.test_roll_calls import BACK, PLAIN, SOON, WITH_BACK, idle_town, points
from tests.wallet.services.town import DAY, NOW, Finder, Town, programme
from wallet.domain.cards import Card
from wallet.domain.ids import CardId, ProgramId
from wallet.domain.programs import Program
from wallet.services.agenda import AGAIN, PAGE_SIZE, Appointment, RollCall
from wallet.services.birthdays import finders_of


def unreadable(place: Town, bad: CardId) -> Callable[[Iterable[CardId]], Mapping[CardId, Card]]:
    """The heads of a town of which one cannot be unpacked."""
    heads = place.ledger.heads

    def read(card_ids: Iterable[CardId]) -> Mapping[CardId, Card]:
        asked = list(card_ids)
        if bad in asked:
            raise ValueError(bad)
        return heads(asked)

    return read


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
    assert (kept.entries, kept.failed, kept.done) == (1, 1, False)
    assert place.program_alarms == [bad.program_id]
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


def test_a_head_that_cannot_be_read_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    place, cards = idle_town(PAGE_SIZE * 2 + 5)
    bad = cards[-50].id
    monkeypatch.setattr(place.ledger, "heads", unreadable(place, bad))
    place.ledger.broken = {bad}
    place.publish(WITH_BACK)
    kept = place.run(at=NOW + SOON)
    others = [card for card in cards if card.id != bad]
    assert points(place, others) == {17}
    assert (kept.entries, kept.failed, place.alarms) == (len(others), 1, [bad])
    assert {each.card_id: each.at for each in place.agenda.noted} == {bad: NOW + SOON + AGAIN}
    monkeypatch.undo()
    place.ledger.broken = set()
    place.run(at=NOW + SOON + AGAIN)
    assert points(place, cards) == {17}


def test_a_head_that_cannot_be_read_stops_no_birthday(monkeypatch: pytest.MonkeyPatch) -> None:
    place, (good, bad) = idle_town(2)
    begun = datetime(2026, 11, 24, 12, tzinfo=UTC)
    (finder,) = finders_of(Finder(), begun.date())
    place.agenda.births[finder] |= {good.id, bad.id}
    monkeypatch.setattr(place.ledger, "heads", unreadable(place, bad.id))
    place.run(at=begun - DAY / 24)
    assert place.agenda.noted == {
        Appointment(at=begun, card_id=card.id, birthday=begun.date()) for card in (good, bad)
    }
    place.ledger.broken = {bad.id}
    kept = place.run(at=begun)
    assert (kept.cards, kept.failed, place.alarms) == (2, 1, [bad.id])


def test_a_key_that_cannot_be_read_is_told_of_and_stops_no_roll_call() -> None:
    place, cards = idle_town(2)
    place.publish(WITH_BACK)
    place.agenda.unreadable = ["1795000000000"]
    kept = place.run(at=NOW + SOON)
    assert (kept.entries, kept.failed, kept.done) == (2, 1, False)
    assert place.program_alarms == [None]
    assert points(place, cards) == {17}


def test_a_place_that_cannot_be_read_is_begun_anew() -> None:
    place, cards = idle_town(PAGE_SIZE + 1)
    place.publish(WITH_BACK)
    (call,) = place.agenda.calls.values()
    place.agenda.put_roll_call(replace(call, after="garbage"))
    kept = place.run(at=NOW + SOON)
    assert (kept.roll_pages, kept.failed, kept.done) == (2, 0, True)
    assert place.program_alarms == [PLAIN.id]
    assert points(place, cards) == {17}


def test_a_version_that_comes_to_be_known_meanwhile_dates_nothing_of_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, (card,) = idle_town(1)
    place.publish(WITH_BACK)
    old = place.programs.newest(PLAIN.id)
    place.clock.now = NOW + made.SECOND
    place.publish(replace(PLAIN, rules=programme({**BACK, "days": 40}).rules))
    new = place.programs.newest(PLAIN.id)
    known = iter([old])
    monkeypatch.setattr(place.programs, "in_force", lambda *_: new)
    monkeypatch.setattr(place.programs, "current", lambda *_: next(known, new))
    place.run(at=NOW + SOON)
    given = place.told(card)[-1]
    assert old
    assert (given.program_version, given.occurred_at) == (old.version, NOW)
