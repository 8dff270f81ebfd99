"""pass.json as Apple asks for it, in three languages, whatever a shop is called."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.domain.documents import NAMES, spoiled
from tests.wallet.domain.samples import BOOKS, CAFE, card, program
from wallet.apple.pass_json import Colors, Issuer, write_pass
from wallet.domain.cards import Card, HeldOffer, Lot, State, Status
from wallet.domain.program_document import LOCALES
from wallet.domain.programs import Program
from wallet.domain.sentences import nearest_reward, say_next
from wallet.domain.tokens import apple_token
from wallet.texts import texts

ISSUER = Issuer(
    pass_type="pass.test.stempel", team="TEAM123456", web_service_url="https://stempel.test/apple"
)
COLORS = Colors(background="#1f5b45", foreground="#ffffff", label="#dfe9e4")
GROUPS = {
    "headerFields": 3,
    "primaryFields": 1,
    "secondaryFields": 4,
    "auxiliaryFields": 4,
    "backFields": 99,
}
REQUIRED = {
    "formatVersion", "passTypeIdentifier", "serialNumber", "teamIdentifier", "organizationName",
    "description", "storeCard",
}  # fmt: skip
STYLES = {"storeCard", "generic", "coupon", "eventTicket", "boardingPass"}
FIELD_KEYS = {"key", "label", "value", "changeMessage"}
STATES = [State(), State(stamps=1, points=1), State(stamps=12, points=170), State(points=-5)]


def written(held: Card, shop: Program, locale: str = "en") -> dict[str, Any]:
    return dict(json.loads(_bytes(held, shop, locale)))


def _bytes(held: Card, shop: Program, locale: str = "en") -> bytes:
    return write_pass(
        held,
        shop,
        issuer=ISSUER,
        token=apple_token(held.secret),
        link="https://stempel.test/c/token",
        colors=COLORS,
        texts=texts(locale),
    )


def fields(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [field for group in document["storeCard"].values() for field in group]


def check(document: dict[str, Any]) -> None:
    """Apple's rules (its page "Pass", and apple/pass-builder's checks)."""
    assert set(document) >= REQUIRED
    assert len(set(document) & STYLES) == 1
    assert document["formatVersion"] == 1
    assert document["passTypeIdentifier"].startswith("pass.")
    assert document["webServiceURL"].startswith("https://")
    assert not document["webServiceURL"].endswith(("/", "/v1"))
    assert len(document["authenticationToken"]) >= 16
    for name in ("backgroundColor", "foregroundColor", "labelColor"):
        channels = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", document[name])
        assert channels
        assert all(int(channel) <= 255 for channel in channels.groups())
    for barcode in document["barcodes"]:
        assert barcode["format"] == "PKBarcodeFormatQR"
        assert barcode["message"].encode(barcode["messageEncoding"])
    check_fields(document)


def check_fields(document: dict[str, Any]) -> None:
    for group, held in document["storeCard"].items():
        assert len(held) <= GROUPS[group]
    keys = [field["key"] for field in fields(document)]
    assert len(keys) == len(set(keys))
    for field in fields(document):
        assert set(field) <= FIELD_KEYS
        assert all(isinstance(value, str) and value for value in field.values())
    telling = [field for field in fields(document) if "changeMessage" in field]
    assert [field["changeMessage"] for field in telling] == ["%@"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("document", [CAFE, BOOKS], ids=["stamps", "points"])
def test_a_pass_keeps_apples_rules(document: dict[str, Any], locale: str, state: State) -> None:
    shop = program(document)
    made = written(card(state=state), shop, locale)
    check(made)
    assert made["serialNumber"] == card().serial
    assert made["authenticationToken"] == apple_token(card().secret)
    assert made["barcodes"][0]["message"] == card().barcode
    assert made["barcodes"][0]["altText"] == card().code
    assert made["organizationName"] == made["logoText"] == shop.name


def test_a_programme_without_rewards_keeps_them_too() -> None:
    made = written(card(), program({**CAFE, "rewards": []}))
    check(made)
    assert made["storeCard"]["secondaryFields"] == []


def test_what_the_front_shows() -> None:
    stamps = written(card(state=State(stamps=12)), program(CAFE), "pl")["storeCard"]
    assert stamps["headerFields"] == [{"key": "balance", "label": "Pieczątki", "value": "12 / 10"}]
    points = written(card(state=State(points=-5)), program(BOOKS), "hu")["storeCard"]
    assert points["headerFields"] == [{"key": "balance", "label": "Pontok", "value": "-5"}]


@pytest.mark.parametrize(
    ("locale", "missing", "said"),
    [
        ("en", 1, "1 more stamp: Kawa"),
        ("en", 2, "2 more stamps: Kawa"),
        ("en", 12, "12 more stamps: Kawa"),
        ("pl", 1, "Jeszcze 1 pieczątka: Kawa"),
        ("pl", 2, "Jeszcze 2 pieczątki: Kawa"),
        ("pl", 5, "Jeszcze 5 pieczątek: Kawa"),
        ("pl", 12, "Jeszcze 12 pieczątek: Kawa"),
        ("pl", 22, "Jeszcze 22 pieczątki: Kawa"),
        ("hu", 1, "Még 1 pecsét: Kawa"),
        ("hu", 22, "Még 22 pecsét: Kawa"),
        ("pl", 0, "Czeka: Kawa. Pokaż kartę przy kasie."),
        ("hu", -1, "Vár rád: Kawa. Mutasd a kártyát a kasszánál."),
        ("en", -5, "Ready: Kawa. Show your card at the till."),
    ],
)
def test_what_is_missing_is_said_with_the_right_plural(
    locale: str, missing: int, said: str
) -> None:
    reward = {**CAFE["rewards"][0], "name": "Kawa", "cost": {"stamps": 22}}
    shop = program({**CAFE, "rewards": [reward]})
    held = card(state=State(stamps=22 - missing))
    assert say_next(held, shop, texts(locale)) == said
    news = [each for each in fields(written(held, shop, locale)) if each["key"] == "news"]
    assert news[0]["value"] == said


@pytest.mark.parametrize(
    ("locale", "points", "said"),
    [
        ("en", 49, "1 more point: A tote bag"),
        ("pl", 48, "Jeszcze 2 punkty: A tote bag"),
        ("pl", 0, "Jeszcze 50 punktów: A tote bag"),
        ("hu", -5, "Még 55 pont: A tote bag"),
        ("en", 50, "Ready: A tote bag. Show your card at the till."),
        ("en", 149, "Ready: A tote bag. Show your card at the till."),
        ("en", 150, "Ready: A paperback. Show your card at the till."),
    ],
)
def test_the_nearest_reward_is_the_one_spoken_of(locale: str, points: int, said: str) -> None:
    assert say_next(card(state=State(points=points)), program(BOOKS), texts(locale)) == said


def test_without_rewards_there_is_nothing_to_say() -> None:
    shop = program({**CAFE, "rewards": []})
    assert nearest_reward(card(), shop) is None
    assert say_next(card(), shop, texts("en")) == ""


def test_the_back_says_what_ends_and_which_offers_there_are() -> None:
    tea = {"id": "tea", "name": "Tea", "kind": "gift", "days": 5}
    shop = program({**BOOKS, "offers": [tea]})
    ends = datetime(2027, 3, 5, 12, tzinfo=UTC)
    state = State(
        points=7,
        lots=(Lot(units=7, expires_at=ends),),
        offers=(HeldOffer(id="A1", offer="tea", expires_at=ends),),
    )
    made = written(card(state=state), shop)
    check(made)
    back = {each["key"]: each["value"] for each in made["storeCard"]["backFields"]}
    assert back["ending"] == "7 points count until 05/03/2027"
    assert back["offers"] == "Tea: until 05/03/2027"
    assert {"ending", "offers"} & {each["key"] for each in fields(written(card(), shop))} == set()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("status", Status)
def test_only_the_pass_of_a_card_that_cannot_be_used_is_void(status: Status, locale: str) -> None:
    made = written(card(state=State(stamps=10, status=status)), program(CAFE), locale)
    check(made)
    assert made.get("voided", False) is (status is not Status.ACTIVE)
    (news,) = (each["value"] for each in fields(made) if each["key"] == "news")
    assert (news == texts(locale).gettext("This card is closed.")) is ("voided" in made)


HOSTILE = [
    "%@",
    "{count}",
    "{0.__class__}",
    "{",
    "}",
    '"',
    "\\",
    "<a href='x'>",
    "%s %d",
    "😀",
    "{}",
]


@given(
    NAMES | st.sampled_from(HOSTILE), NAMES | st.sampled_from(HOSTILE), st.sampled_from(LOCALES)
)
def test_names_stay_text(name: str, reward: str, locale: str) -> None:
    shop = program(spoiled(spoiled(CAFE, "name", name), "rewards.0.name", reward))
    for state in (State(stamps=3), State(stamps=10)):
        made = written(card(state=state), shop, locale)
        check(made)
        assert made["organizationName"] == name
        assert name in made["description"]
        shown = {field["key"]: field["value"] for field in fields(made)}
        assert shown["reward"] == reward
        assert reward in shown["news"]
        assert shown["rewards"].startswith(f"{reward}: ")


@given(st.integers(-100, 10_000), st.sampled_from(LOCALES))
def test_the_same_card_gives_the_same_bytes(points: int, locale: str) -> None:
    held = card(state=State(points=points))
    assert _bytes(held, program(BOOKS), locale) == _bytes(held, program(BOOKS), locale)


def test_any_change_that_shows_changes_the_bytes() -> None:
    held, shop = card(state=State(stamps=3)), program(CAFE)
    others = [
        _bytes(card(state=State(stamps=4)), shop),
        _bytes(held, program({**CAFE, "name": "Other"})),
        _bytes(held, program(spoiled(CAFE, "rewards.0.name", "Other"))),
        _bytes(held, program(spoiled(CAFE, "stamps.target", 9))),
        _bytes(held, shop, "pl"),
    ]
    assert len({_bytes(held, shop), *others}) == len(others) + 1
