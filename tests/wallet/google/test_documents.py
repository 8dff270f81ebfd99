"""Every body that we send, held against Google's own discovery document."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.domain.documents import NAMES
from tests.wallet.domain.samples import BOOKS, cafe, card, program
from tests.wallet.google.official import (
    BASE,
    CAFE,
    ISSUER,
    NEWS,
    SHOP,
    class_body,
    faults,
    object_body,
    patched,
)
from wallet.domain.cards import State, Status
from wallet.domain.ids import ProgramId
from wallet.domain.program_document import LOCALES
from wallet.google.loyalty_object import News, as_update

HOSTILE = [
    "<script>alert(1)</script>",
    "مقهى الزيزفون والكتب القديمة",
    "👩‍👩‍👧‍👦" * 30,
    "a" * 60,
    '"},"id":"x',
    "\u202eevil",
    "ő\u0301" * 30,
]


@pytest.mark.parametrize("target", range(1, 31))
def test_a_stamp_card_in_every_state(target: int) -> None:
    shop = cafe(target=target)
    assert faults("LoyaltyClass", class_body(shop)) == []
    for stamps in range(-1, target + 3):
        body = object_body(card(state=State(stamps=stamps)), shop)
        assert body["loyaltyPoints"]["balance"] == {"string": f"{stamps} / {target}"}
        assert faults("LoyaltyObject", body) == []
        assert faults("LoyaltyObject", patched(body)) == []


@pytest.mark.parametrize(
    ("points", "balance"),
    [
        (0, {"int": 0}),
        (-5, {"int": -5}),
        (2**31 - 1, {"int": 2**31 - 1}),
        (2**31, {"string": "2147483648"}),
        (-(2**31) - 1, {"string": "-2147483649"}),
    ],
)
def test_points_fit_google_s_integer_or_are_words(points: int, balance: dict[str, Any]) -> None:
    body = object_body(card(state=State(points=points)), SHOP)
    assert body["loyaltyPoints"]["balance"] == balance
    assert faults("LoyaltyObject", body) == []
    assert faults("LoyaltyObject", patched(body)) == []


def test_an_update_takes_the_other_form_of_the_balance_away() -> None:
    few, many = (object_body(card(state=State(points=each)), SHOP) for each in (7, 2**31))
    assert updated_balance(few) == {"string": None, "int": 7}
    assert updated_balance(many) == {"string": "2147483648", "int": None}


def updated_balance(body: dict[str, Any]) -> object:
    update: Any = as_update(body, notify=True)
    return update["loyaltyPoints"]["balance"]


def test_only_an_update_may_notify() -> None:
    body = object_body()
    assert "notifyPreference" not in body
    assert "notifyPreference" not in as_update(body, notify=False)
    assert as_update(body, notify=True)["notifyPreference"] == "NOTIFY_ON_UPDATE"
    assert "notifyPreference" not in body


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("shop", [CAFE, SHOP], ids=["stamps", "points"])
def test_three_languages_with_labels_that_are_shown_whole(locale: str, shop: Any) -> None:
    body = object_body(card(locale=locale, state=State(stamps=4, points=4)), shop)
    points = body["loyaltyPoints"]
    assert points["localizedLabel"]["defaultValue"] == {
        "language": locale,
        "value": points["label"],
    }
    assert 0 < len(points["label"]) <= 9
    assert "…" not in points["label"]
    assert len(body["linksModuleData"]["uris"][0]["description"]) <= 20
    assert faults("LoyaltyObject", body) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_every_kind(name: str) -> None:
    shop = replace(SHOP, name=name)
    body = class_body(shop, issuer_name=name)
    assert faults("LoyaltyClass", body) == []
    news = News(reward=name, sentence=name)
    assert faults("LoyaltyObject", object_body(card(), shop, news)) == []


@given(name=NAMES, issuer_name=NAMES, reward=NAMES)
def test_any_name_gives_a_sound_class_and_object(name: str, issuer_name: str, reward: str) -> None:
    shop = program({**BOOKS, "name": name})
    assert faults("LoyaltyClass", json.loads(json.dumps(class_body(shop, issuer_name)))) == []
    body = object_body(card(), shop, News(reward=reward, sentence=reward * 20))
    assert faults("LoyaltyObject", body) == []
    assert all(
        len(module["localizedBody"]["defaultValue"]["value"]) <= 500 * 4
        for module in body["textModulesData"]
    )


@given(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))
def test_any_program_id_may_stand_in_a_class_id(program_id: str) -> None:
    shop = program(BOOKS, id=ProgramId(program_id))
    body = class_body(shop)
    assert body["id"] == f"{ISSUER}.{program_id}"
    assert object_body(card(), shop)["classId"] == body["id"]
    assert faults("LoyaltyClass", body) == []


def test_the_class_is_always_under_review_and_belongs_to_its_first_saver() -> None:
    body = class_body()
    assert body["reviewStatus"] == "UNDER_REVIEW"
    assert body["multipleDevicesAndHoldersAllowedStatus"] == "ONE_USER_ALL_DEVICES"
    assert body["callbackOptions"] == {"url": f"{BASE}/google/callback"}
    assert "rewardsTier" not in body


@pytest.mark.parametrize(("locale", "country"), [("pl", "PL"), ("hu", "HU"), ("en", None)])
def test_the_country_follows_the_language_where_there_is_one(
    locale: str, country: str | None
) -> None:
    body = class_body(program(BOOKS, locale=locale))
    assert body.get("countryCode") == country
    assert body["localizedProgramName"]["defaultValue"]["language"] == locale
    assert faults("LoyaltyClass", body) == []


def test_the_front_shows_fields_that_the_object_has() -> None:
    rows = class_body()["classTemplateInfo"]["cardTemplateOverride"]["cardRowTemplateInfos"]
    paths = [item["firstValue"]["fields"][0]["fieldPath"] for item in rows[0]["twoItems"].values()]
    modules = {each["id"] for each in object_body()["textModulesData"]}
    assert paths == ["object.loyaltyPoints.balance", "object.textModulesData['reward']"]
    assert modules == {"reward", "next"}


def test_a_programme_without_rewards_has_no_empty_texts() -> None:
    body = object_body(news=News())
    assert body["textModulesData"] == []
    assert faults("LoyaltyObject", body) == []


def test_the_picture_says_what_it_shows() -> None:
    def described(stamps: int) -> str:
        hero = object_body(card(state=State(stamps=stamps)))["heroImage"]
        return str(hero["contentDescription"]["defaultValue"]["value"])

    assert described(4) == "4 of 10 stamps"
    assert described(12) == "10 of 10 stamps"  # drawn full; the balance beside it says 12 / 10


def test_the_code_is_that_of_the_card() -> None:
    held = card()
    assert object_body(held)["barcode"] == {
        "type": "QR_CODE",
        "renderEncoding": "UTF_8",
        "value": held.barcode,
        "alternateText": held.code,
    }
    assert object_body(held)["state"] == "ACTIVE"
    link = object_body(held)["linksModuleData"]["uris"][0]["uri"]
    assert link.startswith(f"{BASE}/c/{held.id}-")


@pytest.mark.parametrize("status", Status)
def test_only_a_card_that_can_be_used_is_active(status: Status) -> None:
    body = object_body(card(state=State(stamps=4, status=status)))
    assert body["state"] == ("ACTIVE" if status is Status.ACTIVE else "INACTIVE")
    assert faults("LoyaltyObject", body) == []
    assert faults("LoyaltyObject", patched(body)) == []
    assert patched(body)["state"] == body["state"]


SPOILED = [
    ("LoyaltyObject", {"loyaltyPoint": {}}),
    ("LoyaltyObject", {"state": "active"}),
    ("LoyaltyObject", {"state": None}),
    ("LoyaltyObject", {"id": "3388000000022222222"}),
    ("LoyaltyObject", {"id": "3388000000022222222.a b"}),
    ("LoyaltyObject", {"loyaltyPoints": {"label": "x"}}),
    ("LoyaltyObject", {"loyaltyPoints": {"balance": {"int": 1, "string": "1"}}}),
    ("LoyaltyObject", {"loyaltyPoints": {"balance": {"int": "1"}}}),
    ("LoyaltyObject", {"loyaltyPoints": {"balance": {"int": 2**31}}}),
    ("LoyaltyObject", {"notifyPreference": "notifyOnUpdate"}),
    ("LoyaltyObject", {"textModulesData": [{"id": "a.b", "body": "x"}]}),
    ("LoyaltyObject", {"heroImage": {}}),
    ("LoyaltyObject", {"heroImage": {"sourceUri": {"uri": "stempel.test/x.png"}}}),
    ("LoyaltyObject", {"messages": [{}] * 11}),
    ("LoyaltyClass", {"reviewStatus": "APPROVED"}),
    ("LoyaltyClass", {"reviewStatus": "underReview"}),
    ("LoyaltyClass", {"wideLogo": {}}),
    (
        "LoyaltyClass",
        {"classTemplateInfo": {"cardTemplateOverride": {"cardRowTemplateInfos": [{}]}}},
    ),
]


@pytest.mark.parametrize(("name", "change"), SPOILED)
def test_the_rules_would_find_our_mistakes(name: str, change: dict[str, Any]) -> None:
    body = class_body() if name == "LoyaltyClass" else object_body()
    assert faults(name, body) == []
    assert faults(name, body | change)


@pytest.mark.parametrize("key", ["id", "classId", "state"])
def test_the_rules_know_what_is_required(key: str) -> None:
    body = object_body()
    del body[key]
    assert faults("LoyaltyObject", body)


def test_the_same_card_gives_the_same_body() -> None:
    assert json.dumps(object_body()) == json.dumps(object_body(news=NEWS))
