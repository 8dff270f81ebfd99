"""What an entry did, in words: every kind, in every language, never its raw name."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalice_app.deeds import deed
from chalice_app.entry_words import entry_lines
from chalice_app.history import happenings
from tests.wallet.services import made
from tests.wallet.services.fakes import FakePrograms
from wallet.domain.cards import HeldOffer, State, Status
from wallet.domain.entries import Entry, EntryKind, Line
from wallet.domain.ids import EntryId
from wallet.domain.vocabulary import ProgramKind

MORE: dict[str, Any] = {
    "offers": [{"id": "juice", "name": "Free juice", "kind": "free_product", "days": 14}],
}
POINTS = made.program(ProgramKind.POINTS, **MORE)
STAMPS = made.program(ProgramKind.STAMPS, **MORE)
REVIEW = made.program(rules=[{"id": "review", "kind": "action", "action": "review", "points": 5}])
HELD = HeldOffer(id="AAAA0000", offer="juice", expires_at=made.NOW + timedelta(days=1))
LANGUAGES = ("en", "hu", "pl")


def entry(kind: EntryKind, **changes: Any) -> Entry:
    card = made.card(POINTS)
    return Entry(
        id=EntryId(f"{card.id}-{made.new_id()}"),
        card_id=card.id,
        seq=1,
        kind=kind,
        points=changes.pop("points", 0),
        stamps=0,
        after=changes.pop("after", State()),
        stamps_target=None,
        program_version=1,
        actor="key:x",
        occurred_at=made.NOW,
        created_at=made.NOW,
        card_version=2,
        **changes,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EntryKind)
@pytest.mark.parametrize("program", [POINTS, STAMPS], ids=["points", "stamps"])
def test_every_kind_has_its_words(kind: EntryKind, program: Any, language: str) -> None:
    bare = entry(kind)
    (line,) = entry_lines(
        [bare], program, lambda _: program, hands={}, taken={}, language=language
    )
    (happening,) = happenings([bare], program, FakePrograms(program), language, now=made.NOW)
    for said in (line.what, happening.what):
        assert said[0].isupper()
        assert said.lower() != kind.value
        assert language == "en" or said != deed_in_english(bare, program)


def deed_in_english(bare: Entry, program: Any) -> str:
    return "Taken back" if bare.kind is EntryKind.REVERSE else deed(bare, program, "en")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (entry(EntryKind.EARN, amount=1250, currency="EUR"), "Purchase, €12.50"),
        (entry(EntryKind.EARN, amount=0, currency="EUR"), "Visit"),
        (entry(EntryKind.EARN, points=5), "Points added"),
        (entry(EntryKind.REDEEM, reward_id="cup"), "Reward: Cup"),
        (entry(EntryKind.REDEEM, reward_id="juice", offer_id="x"), "Reward: Free juice"),
        (entry(EntryKind.REDEEM, reward_id="gone"), "Reward"),
        (entry(EntryKind.REDEEM, amount=300, currency="EUR"), "Money off, €3.00"),
        (entry(EntryKind.REDEEM, points=-3), "Points spent"),
        (entry(EntryKind.CAPTURE, reward_id="cup"), "Reward: Cup"),
        (entry(EntryKind.HOLD, reward_id="cup"), "Put by: Cup"),
        (entry(EntryKind.RELEASE, reward_id="cup"), "No longer put by: Cup"),
        (entry(EntryKind.EXPIRE, reason="expire:2026-11-21"), "Points expired"),
        (entry(EntryKind.EXPIRE, reason="idle:2026-11-21"), "Points expired"),
        (entry(EntryKind.EXPIRE, reason="offer:AAAA0000"), "An offer has ended"),
        (entry(EntryKind.BONUS, reason="welcome"), "A welcome"),
        (entry(EntryKind.BONUS, reason="birthday:2026"), "For the birthday"),
        (entry(EntryKind.BONUS, reason="win_back:back:2026-11-21"), "For coming back"),
        (entry(EntryKind.BONUS, reason="referral:friend"), "For bringing a friend"),
        (entry(EntryKind.BONUS, after=State(offers=(HELD,))), "An offer: Free juice"),
        (entry(EntryKind.BONUS), "A bonus"),
        (entry(EntryKind.MERGE), "Another card was added to this one"),
        (entry(EntryKind.MERGE, after=State(status=Status.MERGED)), "Moved to another card"),
        (entry(EntryKind.CLOSE, after=State(status=Status.CLOSED)), "Card closed"),
        (entry(EntryKind.CLOSE, after=State(status=Status.VOID)), "Made void"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_the_words(told: Entry, said: str) -> None:
    assert deed(told, POINTS, "en") == said


def test_an_action_is_no_purchase() -> None:
    line = Line(rule_id="review", points=5, stamps=0)
    assert deed(entry(EntryKind.EARN, lines=(line,)), REVIEW, "en") == "For taking part"


def test_the_shop_reads_why_and_what_can_be_taken_back() -> None:
    told = {
        EntryKind.ADJUST: ("typed twice", "typed twice", True),
        EntryKind.CLOSE: ("lost", "lost", True),
        EntryKind.EXPIRE: ("expire:2026-11-21", "", False),
        EntryKind.EARN: ("cool-down overridden", "given in spite of the pause", True),
        EntryKind.MERGE: ("0" * 22, "", True),
        EntryKind.HOLD: (None, "", False),
    }
    for kind, (reason, note, is_open) in told.items():
        (line,) = entry_lines(
            [replace(entry(kind), reason=reason)],
            POINTS,
            lambda _: POINTS,
            hands={},
            taken={},
            language="en",
        )
        assert (line.note, line.is_open) == (note, is_open), kind


@pytest.mark.parametrize("actor", ["calendar", "referral"])
def test_what_comes_by_itself_comes_by_nobodys_hand(actor: str) -> None:
    told = replace(entry(EntryKind.BONUS, reason="referral:friend"), actor=actor)
    (line,) = entry_lines([told], POINTS, lambda _: POINTS, hands={}, taken={}, language="en")
    assert (line.by, line.note) == ("", "")
