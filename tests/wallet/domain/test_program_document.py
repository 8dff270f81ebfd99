"""The document of a programme: what is read is what was written, in one canonical form."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.domain.documents import DOCUMENTS, spoiled
from tests.wallet.domain.rich_samples import BAKERY, MARKET
from tests.wallet.domain.samples import BOOKS, CAFE
from wallet.domain.program_document import (
    NAME_CHARS_MAX,
    clean_text,
    face,
    read_terms,
    write_terms,
)

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
BREAKS = "\x00\t\n\r\x1b\x7f\x85\u2028\u2029"


@given(DOCUMENTS)
def test_what_is_written_is_what_was_read(document: dict[str, Any]) -> None:
    color = document["design"]["color"]
    assert write_terms(read_terms(document)) == spoiled(document, "design.color", color.lower())


@given(DOCUMENTS)
def test_the_canonical_form_is_its_own(document: dict[str, Any]) -> None:
    written = write_terms(read_terms(document))
    stored = json.loads(json.dumps(written))
    assert write_terms(read_terms(stored)) == written
    assert read_terms(stored) == read_terms(document)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("  Lipowa ", "Lipowa"),
        ("Lip\u202eowa", "Lipowa"),
        (f"{BIDI}Lipowa{BREAKS}", "Lipowa"),
        ("Lip\ud800owa", "Lipowa"),
        ("\u00a0Kávéház\u3000", "Kávéház"),
        ("👩‍👩‍👧‍👦 Café", "👩‍👩‍👧‍👦 Café"),
        ("é" * NAME_CHARS_MAX, "é" * NAME_CHARS_MAX),
        ("😀" * NAME_CHARS_MAX, "😀" * NAME_CHARS_MAX),
        (" " * 500 + "a" + "\n" * 500, "a"),
        ("{name} %@ %s <b>&amp;", "{name} %@ %s <b>&amp;"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_its_tricks(given_name: str, kept: str) -> None:
    assert read_terms(spoiled(CAFE, "name", given_name)).name == kept
    assert read_terms(spoiled(CAFE, "rewards.0.name", given_name)).rewards[0].name == kept


@given(st.text())
def test_cleaned_text_is_clean_and_can_be_written(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert not set(cleaned) & set(BIDI + BREAKS)
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize("document", [CAFE, BOOKS], ids=["stamps", "points"])
def test_the_face_is_what_a_pass_shows(document: dict[str, Any]) -> None:
    unseen = {"rules", "currency", "time_zone"}
    shown = {key: value for key, value in document.items() if key not in unseen}
    assert face(read_terms(document)) == shown


@pytest.mark.parametrize("document", [MARKET, BAKERY], ids=["market", "bakery"])
def test_of_all_else_a_pass_shows_the_names_of_offers(document: dict[str, Any]) -> None:
    shown = face(read_terms(document))
    seen = {"name", "kind", "locale", "stamps", "rewards", "offers", "design"}
    assert set(shown) == set(document) & seen
    assert shown["rewards"] == [
        {key: reward[key] for key in ("id", "name", "kind", "cost")}
        for reward in document["rewards"]
    ]
    assert shown["offers"] == [
        {key: offer[key] for key in ("id", "name", "kind")} for offer in document["offers"]
    ]


@pytest.mark.parametrize(
    ("path", "value", "shows"),
    [
        ("offers.0.name", "Woda", True),
        ("offers.0.days", 3, False),
        ("rewards.1.stock", 1, False),
        ("rewards.0.amount", 1, False),
        ("rewards.1.when", {"weekdays": ["sun"]}, False),
        ("limits", [], False),
        ("earning.minimum", 1, False),
        ("expiry.months", 1, False),
        ("refunds.debt", "zero", False),
        ("money_off.amount", 1, False),
        ("rules.4.when.to", "17:00", False),
    ],
)
def test_a_change_of_the_engine_is_seen_only_in_names(
    path: str, value: object, *, shows: bool
) -> None:
    changed = face(read_terms(spoiled(MARKET, path, value)))
    assert (changed != face(read_terms(MARKET))) == shows


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("offers", []),
        ("limits", []),
        ("earning", {}),
        ("earning", {"basis": "gross", "stacking": "best"}),
        ("refunds", {"debt": "negative", "returned": "old_expiry"}),
        ("rewards.0.confirm", False),
        ("design.logo", None),
    ],
)
def test_what_stands_at_its_default_is_left_out(path: str, said: object) -> None:
    assert write_terms(read_terms(spoiled(CAFE, path, said))) == CAFE


@pytest.mark.parametrize(
    ("path", "said", "kept"),
    [
        ("rules.4.when.weekdays", ["sun", "wed", "mon"], ["mon", "wed", "sun"]),
        ("expiry.remind_days", [1, 30, 7], [30, 7, 1]),
        ("expiry", {"months": 0, "end_of": "year"}, {"months": 0, "end_of": "year"}),
        ("rules.1.items.categories", [" fish\n", "Fish"], ["fish", "Fish"]),
        ("rewards.1.cause", "\u202eLas ", "Las"),
    ],
)
def test_one_way_to_say_a_thing(path: str, said: object, kept: object) -> None:
    written = write_terms(read_terms(spoiled(MARKET, path, said)))
    assert written == spoiled(MARKET, path, kept)


def test_documents_of_the_first_release_are_stored_as_they_were() -> None:
    order = ["name", "kind", "locale", "currency", "time_zone", "rules", "rewards", "design"]
    assert list(write_terms(read_terms(BOOKS))) == order
    assert list(write_terms(read_terms(CAFE))) == [*order, "stamps"]


@pytest.mark.parametrize(
    ("path", "value", "shows"),
    [
        ("name", "Other", True),
        ("design.color", "#000000", True),
        ("design.style", "rosette", True),
        ("rewards.0.name", "Herbata", True),
        ("rewards.0.cost.stamps", 9, True),
        ("stamps.target", 9, True),
        ("rewards", [], True),
        ("rules.0.stamps", 2, False),
        ("rules", [], False),
        ("currency", "EUR", False),
        ("time_zone", "UTC", False),
        ("design.color", "#1F5B45", False),
    ],
)
def test_a_change_that_no_pass_shows_leaves_the_face(
    path: str, value: object, *, shows: bool
) -> None:
    changed = face(read_terms(spoiled(CAFE, path, value)))
    assert (changed != face(read_terms(CAFE))) == shows


@pytest.mark.parametrize("target", range(1, 31))
def test_every_target_from_1_to_30(target: int) -> None:
    terms = read_terms(spoiled(CAFE, "stamps.target", target))
    assert terms.stamps_target == target
    assert write_terms(terms)["stamps"] == {"target": target}


def test_a_points_programme_has_no_target() -> None:
    terms = read_terms(BOOKS)
    assert terms.stamps_target is None
    assert "stamps" not in write_terms(terms)
