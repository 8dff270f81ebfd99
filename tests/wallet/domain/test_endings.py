"""What a card says of what ends, in three languages; each reminder in other words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.wallet.services import made
from tests.wallet.services.town import programme
from wallet.domain.cards import Card, HeldOffer, Lot, State
from wallet.domain.endings import next_ending, say_ending, say_news, say_offers
from wallet.domain.lapse import due_now, lapse
from wallet.domain.programs import Program
from wallet.domain.sentences import say_next
from wallet.domain.vocabulary import ProgramKind
from wallet.texts import texts

ENDS = datetime(2027, 3, 5, 23, 59, 59, tzinfo=UTC)
LATER = datetime(2027, 6, 30, 23, 59, 59, tzinfo=UTC)
LOTS = (Lot(units=2, expires_at=ENDS), Lot(units=5, expires_at=LATER))


def shop() -> Program:
    return programme(expiry={"months": 12, "remind_days": [60, 30, 7]})


def held(program: Program, **state: object) -> Card:
    return replace(made.card(program), state=State(**{"points": 7, "lots": LOTS, **state}))  # type: ignore[arg-type]


def reminded(program: Program, card: Card, now: datetime) -> Card:
    """The card after the next thing that is due."""
    due = due_now(program, card.state, now)
    assert due
    return replace(card, state=lapse(program, card, due, digest=made.new_id()).after)


@pytest.mark.parametrize(
    ("locale", "units", "said"),
    [
        ("en", 1, "1 point counts until 05/03/2027"),
        ("en", 2, "2 points count until 05/03/2027"),
        ("pl", 1, "1 punkt jest ważny do 05.03.2027"),
        ("pl", 2, "2 punkty są ważne do 05.03.2027"),
        ("pl", 5, "5 punktów jest ważnych do 05.03.2027"),
        ("hu", 5, "5 pont érvényes eddig: 2027. 03. 05."),
    ],
)
def test_what_ends_next_is_said_with_the_right_plural(locale: str, units: int, said: str) -> None:
    program = shop()
    card = held(program, points=units, lots=(Lot(units=units, expires_at=ENDS),))
    assert say_ending(card, program, texts(locale)) == said


def test_stamps_have_their_own_words() -> None:
    program = replace(made.program(ProgramKind.STAMPS), expiry=shop().expiry)
    card = held(program, points=0, stamps=7)
    assert say_ending(card, program, texts("pl")) == "2 pieczątki są ważne do 05.03.2027"


def test_each_reminder_says_it_in_other_words_until_the_card_is_used() -> None:
    program, language = shop(), texts("en")
    card = held(program)
    said = [say_news(card, program, language)]
    for _ in range(3):
        card = reminded(program, card, ENDS)
        said.append(say_news(card, program, language))
    assert said == [
        say_next(card, program, language),
        "2 points count until 05/03/2027",
        "Soon: 2 points count until 05/03/2027",
        "Last days: 2 points count until 05/03/2027",
    ]
    used = replace(card, state=replace(card.state, used_at=ENDS))
    assert say_news(used, program, language) == said[0]


def test_once_they_have_ended_the_next_lot_is_no_news() -> None:
    program = shop()
    card = held(program)
    for _ in range(4):
        card = reminded(program, card, LATER)
    ending = next_ending(card, program)
    assert ending
    assert (ending.units, ending.day.isoformat()) == (5, "2027-06-30")
    assert say_news(card, program, texts("en")) == say_next(card, program, texts("en"))


def test_idleness_ends_everything_that_is_held() -> None:
    program = programme(expiry={"idle_months": 6})
    lots = (Lot(units=7, expires_at=None),)
    card = held(program, lots=lots, used_at=datetime(2026, 9, 5, 12, tzinfo=UTC))
    assert say_ending(card, program, texts("en")) == "7 points count until 05/03/2027"
    assert say_ending(held(program, points=0, lots=()), program, texts("en")) == ""


def test_a_while_that_was_over_before_its_rule_is_said_and_reminded_of_as_it_counts() -> None:
    program = programme(expiry={"idle_months": 6, "remind_days": [30]})
    begun = datetime(2026, 9, 5, 12, tzinfo=UTC)
    late = replace(program, effective_at=begun, timed_since=begun)
    card = held(late, lots=(), used_at=begun.replace(year=2024))
    assert say_ending(card, late, texts("en")) == "7 points count until 05/03/2027"
    card = reminded(late, card, ENDS)
    assert say_news(card, late, texts("en")) == "7 points count until 05/03/2027"


def test_idleness_that_comes_before_the_end_of_a_lot_is_what_is_said() -> None:
    program = programme(expiry={"idle_months": 6, "remind_days": [30]})
    used_at = datetime(2026, 9, 5, 12, tzinfo=UTC)
    card = held(program, lots=(Lot(units=7, expires_at=LATER),), used_at=used_at)
    assert say_ending(card, program, texts("en")) == "7 points count until 05/03/2027"
    late = replace(card, state=replace(card.state, used_at=LATER))
    assert say_ending(late, program, texts("en")) == "7 points count until 30/06/2027"


def test_offers_stand_a_line_each_with_their_last_day() -> None:
    tea = {"id": "tea", "name": "Tea", "kind": "gift", "days": 5}
    program = programme(offers=[tea])
    offers = [HeldOffer(id=f"{n}", offer=of, expires_at=ENDS) for n, of in enumerate(["tea", "x"])]
    card = held(program, offers=tuple(offers))
    assert say_offers(card, program, texts("hu")) == "Tea: eddig: 2027. 03. 05."
    assert say_offers(held(program), program, texts("en")) == ""
