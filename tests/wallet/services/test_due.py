"""What the calendar brings is done once, whatever happens in between."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.wallet.services import made
from tests.wallet.services.town import DAY, NOW, programme, town
from wallet.domain.ids import CardId
from wallet.domain.programs import Program
from wallet.services.agenda import AGAIN, Appointment
from wallet.services.keep_calendar import Kept
from wallet.services.redeem import capture_hold, hold_reward


@pytest.fixture
def yearly() -> Program:
    return programme(expiry={"months": 12, "remind_days": [30]})


def test_points_are_reminded_of_and_end_each_once(yearly: Program) -> None:
    place = town(yearly)
    card = place.buy(place.card(yearly))
    assert place.noted(card) == [datetime(2027, 10, 22, tzinfo=UTC)]
    first = place.run(at=datetime(2027, 10, 22, 0, 5, tzinfo=UTC))
    assert first == Kept(cards=1, entries=1, failed=0, done=True)
    assert place.noted(card) == [datetime(2027, 11, 22, tzinfo=UTC)]
    place.run(at=datetime(2027, 11, 21, 23, 59, 59, tzinfo=UTC))
    assert place.head(card).state.points == 10
    place.run(at=datetime(2027, 11, 22, tzinfo=UTC))
    place.run(at=datetime(2027, 11, 23, tzinfo=UTC))
    assert place.reasons(card)[1:] == ["remind:2027-10-22", "expire:2027-11-21"]
    assert (place.head(card).state.points, place.noted(card)) == (0, [])


def test_after_a_long_sleep_everything_is_done_in_its_order(yearly: Program) -> None:
    place = town(yearly)
    card = place.buy(place.card(yearly))
    kept = place.run(at=NOW + 800 * DAY)
    assert kept == Kept(cards=1, entries=2, failed=0, done=True)
    assert [each.occurred_at.date().isoformat() for each in place.told(card)[1:]] == [
        "2027-10-22",
        "2027-11-22",
    ]
    assert place.run() == Kept(cards=0, entries=0, failed=0, done=True)


def test_a_purchase_told_late_is_worked_through_though_its_day_has_been() -> None:
    program = programme(earning={"ripen_days": 7})
    place = town(program)
    card = place.buy(place.card(program), at=NOW - 8 * DAY)
    place.run()
    place.buy(card, 500, at=NOW - 8 * DAY)
    place.run(at=NOW + timedelta(minutes=5))
    assert place.reasons(card)[1::2] == ["ripen:2026-11-20", "ripen:2026-11-20"]
    assert (place.head(card).state.points, place.head(card).state.pending) == (15, 0)


def test_a_hold_comes_back_when_its_time_is_over() -> None:
    program = programme()
    place = town(program)
    held, kept = (place.buy(place.card(program)) for _ in range(2))
    for card in (held, kept):
        hold = hold_reward(place.books, place.act("hold"), card.id, "cup", minutes=10)
        place.note(card, hold.card)
        if card is kept:
            capture_hold(place.books, place.act("capture"), hold.entry.id)
    place.run(at=NOW + timedelta(minutes=11))
    assert [each.kind for each in place.told(held)] == ["earn", "hold", "release"]
    assert place.head(held).state.points == 10
    assert place.head(kept).state.points == 5
    assert (place.noted(held), place.noted(kept)) == ([], [])


def test_a_card_that_fails_stops_no_other_and_is_tried_again(yearly: Program) -> None:
    place = town(yearly)
    bad, good = (place.buy(place.card(yearly)) for _ in range(2))
    late = NOW + 500 * DAY
    place.ledger.broken = {bad.id}
    assert place.run(at=late) == Kept(cards=2, entries=2, failed=1, done=True)
    assert place.alarms == [bad.id]
    assert place.noted(bad) == [late + AGAIN]
    assert place.run(at=late + AGAIN - made.SECOND).cards == 0
    place.ledger.broken = set()
    assert place.run(at=late + AGAIN).entries == 2
    assert place.head(bad).state == place.head(good).state


def test_a_run_without_time_goes_on_where_it_was(yearly: Program) -> None:
    place = town(yearly)
    cards = [place.buy(place.card(yearly)) for _ in range(30)]
    place.clock.now = NOW + 500 * DAY
    looked_at = 0
    for _ in range(4):
        place.time_left = 9
        kept = place.run()
        looked_at += kept.cards
    assert (looked_at, kept.done) == (30, True)
    assert all(len(place.told(card)) == 3 for card in cards)


def test_days_long_past_are_not_walked_again(yearly: Program) -> None:
    place = town(yearly)
    place.run()
    asked: list[date] = []
    page = place.agenda.page

    def counted(day: date, *rest: object, **more: object) -> Sequence[Appointment]:
        asked.append(day)
        return page(day, *rest, **more)  # type: ignore[arg-type]

    place.agenda.page = counted  # type: ignore[method-assign]
    place.run(at=NOW + 40 * DAY)
    assert len(set(asked)) == 41
    asked.clear()
    place.run(at=NOW + 40 * DAY + timedelta(minutes=5))
    assert set(asked) == {(NOW + 40 * DAY).date()}


def test_a_clock_that_is_set_back_loses_nothing(yearly: Program) -> None:
    place = town(yearly)
    place.run(at=NOW + 900 * DAY)
    place.clock.now = NOW
    card = place.buy(place.card(yearly))
    place.run(at=NOW + timedelta(minutes=5))
    assert place.run(at=NOW + 500 * DAY).entries == 2
    assert place.head(card).state.points == 0


def test_a_card_that_is_gone_leaves_the_agenda(yearly: Program) -> None:
    place = town(yearly)
    ghost = Appointment(at=NOW, card_id=CardId(made.new_id()))
    place.agenda.add([ghost])
    assert place.run() == Kept(cards=1, entries=0, failed=0, done=True)
    assert place.agenda.noted == set()
