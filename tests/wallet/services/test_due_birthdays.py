"""Birthdays: one bonus a year, on the day where the shop is."""

from datetime import UTC, date, datetime, timedelta

from tests.wallet.services import made
from tests.wallet.services.town import Finder, Town, programme, town
from wallet.domain.cards import Card, State, Status
from wallet.domain.programs import Program
from wallet.services.birthdays import birthday_of, finders_of

CAKE = {"id": "cake", "kind": "birthday", "points": 50}


def born(place: Town, program: Program, birthday: str) -> Card:
    """A card of somebody with that birthday, as an enrolment leaves it."""
    card = place.card(program)
    kept = birthday_of(Finder(), card, program, birthday, now=place.clock())
    place.agenda.births[kept.finder].add(card.id)
    place.agenda.add(kept.soon)
    return card


def days(place: Town, until: datetime) -> None:
    """Runs every six hours until then."""
    while place.clock.now < until:
        place.run(at=place.clock.now + timedelta(hours=6))


def test_a_birthday_is_paid_on_its_day_where_the_shop_is() -> None:
    """In Kiritimati the first of March begins 14 hours before it does in UTC."""
    programs = [
        programme(CAKE, time_zone=zone)
        for zone in ("Pacific/Kiritimati", "Europe/Warsaw", "Pacific/Niue")
    ]
    place = town(*programs)
    cards = [born(place, program, "03-01") for program in programs]
    days(place, datetime(2027, 3, 3, 12, tzinfo=UTC))
    told = [place.told(card) for card in cards]
    assert [[each.reason for each in entries] for entries in told] == [["birthday:2027"]] * 3
    assert [entries[0].occurred_at.isoformat()[:16] for entries in told] == [
        "2027-02-28T10:00",
        "2027-02-28T23:00",
        "2027-03-01T11:00",
    ]
    assert [place.head(card).state.points for card in cards] == [50, 50, 50]
    assert place.agenda.noted == set()


def test_once_a_year_and_every_year_also_for_who_was_born_on_a_leap_day() -> None:
    program = programme(CAKE)
    place = town(program)
    card = born(place, program, "02-29")
    for year in (2027, 2028, 2029):
        place.clock.now = datetime(year, 2, 25, tzinfo=UTC)
        days(place, datetime(year, 3, 4, tzinfo=UTC))
    assert [each.occurred_at.date().isoformat() for each in place.told(card)] == [
        "2027-02-28",
        "2028-02-29",
        "2029-02-28",
    ]


def test_all_birthday_rules_give_in_one_entry() -> None:
    program = programme(CAKE, {"id": "candle", "kind": "birthday", "points": 1})
    place = town(program)
    card = born(place, program, "03-01")
    days(place, datetime(2027, 3, 2, tzinfo=UTC))
    (entry,) = place.told(card)
    assert [line.rule_id for line in entry.lines] == ["cake", "candle"]


def test_a_day_worked_through_again_pays_nobody_twice() -> None:
    program = programme(CAKE)
    place = town(program)
    card = born(place, program, "03-01")
    days(place, datetime(2027, 3, 2, tzinfo=UTC))
    place.agenda.reach("birthdays", date(2027, 2, 26))
    days(place, datetime(2027, 3, 4, tzinfo=UTC))
    assert len(place.told(card)) == 1


def test_who_joins_on_the_birthday_or_shortly_before_is_paid() -> None:
    program = programme(CAKE, time_zone="Pacific/Niue")
    place = town(program)
    place.clock.now = datetime(2027, 3, 1, 6, tzinfo=UTC)
    place.run()
    cards = [born(place, program, birthday) for birthday in ("02-28", "03-01", "03-02", "02-27")]
    days(place, datetime(2027, 3, 5, tzinfo=UTC))
    assert [len(place.told(card)) for card in cards] == [1, 1, 1, 0]


def test_without_a_rule_nothing_is_written() -> None:
    program = programme()
    place = town(program)
    card = born(place, program, "03-01")
    days(place, datetime(2027, 3, 2, tzinfo=UTC))
    assert (place.told(card), place.agenda.noted) == ([], set())


def test_who_was_merged_is_paid_once_on_the_card_that_is_left() -> None:
    program = programme(CAKE)
    place = town(program)
    left = born(place, program, "03-01")
    gone = place.card(program, State(status=Status.MERGED, merged_into=left.id))
    place.agenda.births[birthday_of(Finder(), gone, program, "03-01", now=made.NOW).finder].add(
        gone.id
    )
    closed = place.card(program, State(status=Status.CLOSED))
    place.agenda.births[finders_of(Finder(), date(2027, 3, 1))[0]].add(closed.id)
    days(place, datetime(2027, 3, 2, tzinfo=UTC))
    assert [len(place.told(card)) for card in (left, gone, closed)] == [1, 0, 0]
    assert place.alarms == []


def test_finders_of_a_leap_day() -> None:
    def asked(day: date) -> list[str]:
        return [each[-5:] for each in finders_of(Finder(), day)]

    assert asked(date(2027, 2, 28)) == ["02-28", "02-29"]
    assert asked(date(2028, 2, 28)) == ["02-28"]
    assert asked(date(2028, 2, 29)) == ["02-29"]
    assert asked(date(2027, 3, 29)) == ["03-29"]
