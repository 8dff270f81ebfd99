"""Names, times and amounts as a till writes them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalice_app import formats
from chalice_app.till_faces import card_face, rests_sentence, short_name
from tests.wallet.domain import samples
from tests.wallet.services.made import MERCHANT, program
from wallet.domain.cards import State
from wallet.domain.ids import EntryId, MemberId
from wallet.domain.merchants import Member
from wallet.domain.programs import Cost
from wallet.domain.tills import TillId
from wallet.domain.vocabulary import ProgramKind
from wallet.services import till_roll
from wallet.services.counter import Seen
from wallet.services.sessions import Kept
from wallet.services.till_roll import LINES_MAX, Line
from wallet.texts import texts

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TILL = TillId("till")


@pytest.mark.parametrize(
    ("name", "hungarian", "shown"),
    [
        ("Marta Kowalska", False, "Marta K."),
        ("Marta K.", False, "Marta K."),
        ("marta", False, "marta"),
        ("Anna Maria de la Cruz", False, "Anna C."),
        ("Nagy Anna", True, "Anna N."),
        ("Anna N.", True, "Anna N."),
        ("  ", False, "A card without a name"),
        (None, False, "A card without a name"),
        ("x" * 80, False, "x" * 24 + "…"),
        ("Ada 👋", False, "Ada 👋."),
        ("שרה לוי", False, "שרה ל."),
    ],
)
def test_only_first_name_and_initial_face_the_queue(
    name: str | None, hungarian: bool, shown: str
) -> None:
    member = Member(merchant_id=MERCHANT, name=name)
    assert short_name(member, texts("en"), hungarian=hungarian) == shown


def test_a_forgotten_member_has_no_name() -> None:
    assert short_name(None, texts("pl")) == "Karta bez imienia"


@pytest.mark.parametrize(
    ("kind", "seconds", "language", "said"),
    [
        (ProgramKind.STAMPS, 5, "en", "This card got a stamp just now. Add another?"),
        (ProgramKind.STAMPS, -1, "en", "This card got a stamp just now. Add another?"),
        (ProgramKind.STAMPS, 65, "hu", "Ez a kártya 1 perce kapott pecsétet. Jöhet még egy?"),
        (ProgramKind.POINTS, 5, "en", "This card got points just now. Add more?"),
        (ProgramKind.POINTS, 119, "pl", "Ta karta dostała punkty 1 min temu. Dodać więcej?"),
    ],
)
def test_the_question_says_how_long_ago(
    kind: ProgramKind, seconds: int, language: str, said: str
) -> None:
    since = NOW - timedelta(seconds=seconds)
    assert rests_sentence(since, program(kind), texts(language), NOW) == said


@pytest.mark.parametrize(
    ("points", "notes"),
    [(0, ["Még 1\u00a0250 pont", "Még 50 pont"]), (1250, ["1\u00a0250 pont", "50 pont"])],
)
def test_what_a_reward_costs_is_written_as_the_language_writes_numbers(
    points: int, notes: list[str]
) -> None:
    tote, book = samples.books().rewards
    dear = [replace(book, cost=Cost(points=1250)), tote]
    seen = Seen(
        card=samples.card(state=State(points=points)),
        program=samples.program(samples.BOOKS, rewards=tuple(dear)),
        member=None,
        rests_since=None,
        last_at=None,
    )
    face = card_face(seen, texts("hu"), language="hu", shown="", now=NOW)
    assert [reward.note for reward in face.rewards] == notes


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("38,50", "PLN", 3850),
        ("38.5", "PLN", 3850),
        (" 1 500 ", "HUF", 150_000),
        ("1\u00a0500", "HUF", 150_000),
        ("0", "EUR", 0),
        ("12.345", "EUR", None),
        ("1.500", "HUF", None),
        ("1,500", "PLN", None),
        ("1,5", "HUF", 150),
        ("1,000.00", "EUR", None),
        ("-1", "EUR", None),
        ("1e3", "EUR", None),
        ("٣", "EUR", None),
        ("", "EUR", None),
        ("9" * 13, "EUR", None),
    ],
)
def test_typed_amounts(typed: str, currency: str, minor: int | None) -> None:
    assert formats.read_amount(typed, currency) == minor


def test_forints_are_typed_whole() -> None:
    assert (formats.typed_digits("HUF"), formats.typed_digits("PLN")) == (0, 2)


class Shelf:
    """The edge table, as far as the roll uses it."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}

    def put(self, key: str, kept: Kept) -> None:
        self.kept[key] = kept

    def get(self, key: str) -> Kept | None:
        return self.kept.get(key)

    def put_once(self, key: str, kept: Kept) -> bool:
        raise NotImplementedError

    def take(self, key: str) -> Kept | None:
        raise NotImplementedError

    def count(self, key: str, expires_at: datetime) -> int:
        raise NotImplementedError


def line(number: int) -> Line:
    return Line(
        entry_id=EntryId(f"entry-{number}"),
        member_id=MemberId("member"),
        locale="pl",
        zone="Europe/Warsaw",
        points=0,
        stamps=1,
        reward=None,
        at=NOW,
    )


def test_the_roll_keeps_the_newest_lines_each_once() -> None:
    edge = Shelf()
    for number in (*range(LINES_MAX + 2), LINES_MAX + 1):
        lines = till_roll.add_line(edge, MERCHANT, TILL, line(number), now=NOW)
    newest = [f"entry-{number}" for number in reversed(range(2, LINES_MAX + 2))]
    assert [each.entry_id for each in lines] == newest
    assert till_roll.read_roll(edge, TILL, now=NOW) == list(lines)
    left = till_roll.drop_line(edge, MERCHANT, TILL, newest[0], now=NOW)
    assert [each.entry_id for each in left] == newest[1:]


def test_the_roll_is_forgotten_after_a_day_and_holds_no_name() -> None:
    edge = Shelf()
    till_roll.add_line(edge, MERCHANT, TILL, line(1), now=NOW)
    (kept,) = edge.kept.values()
    assert set(kept.data) == {"form", "lines"}
    assert till_roll.read_roll(edge, TILL, now=NOW + timedelta(hours=24)) == ()
