"""The rules in plain sentences, in all three languages."""

from typing import Any

import pytest
from hypothesis import given

from chalice_app.rule_words import rules_in_words
from tests.wallet.domain.documents import DOCUMENTS, spoiled
from tests.wallet.domain.rich_samples import BAKERY, MARKET
from tests.wallet.domain.samples import BOOKS, program
from wallet.domain.program_document import LOCALES

Z = "\u00a0zł"
SAID: list[tuple[dict[str, Any], str, str, str]] = [
    (
        {"kind": "points_per_purchase", "points": 1},
        "Each purchase is 1 point.",
        "Każdy zakup to 1 punkt.",
        "Minden vásárlás 1 pont.",
    ),
    (
        {"kind": "points_per_purchase", "points": 4, "when": {"weekdays": ["sat", "sun"]}},
        "Each purchase is 4 points at weekends.",
        "Każdy zakup to 4 punkty w weekendy.",
        "Minden vásárlás 4 pont hétvégén.",
    ),
    (
        {"kind": "points_per_purchase", "points": 5, "when": {"minimum": 2050}},
        "5 points for purchases of PLN20.50 or more.",
        f"5 punktów przy zakupach od 20,50{Z}.",
        "5 pont legalább 20,50\u00a0PLN értékű vásárlásnál.",
    ),
    (
        {"kind": "points_per_item", "points": 22, "items": {"categories": ["Kawa", "Tort"]}},
        "22 points for each of these: Kawa or Tort.",
        "22 punkty za każdą sztukę: Kawa lub Tort.",
        "Darabonként 22 pont: Kawa vagy Tort.",
    ),
    (
        {"kind": "points_per_amount", "step": 1000, "points": 1},
        "1 point for every PLN10.",
        f"1 punkt za każde 10{Z}.",
        "Minden 10\u00a0PLN után 1 pont.",
    ),
    (
        {"kind": "points_per_amount", "step": 500, "points": 2, "items": {"skus": ["A-1"]}},
        "2 points for every PLN5 spent on: certain goods.",
        f"2 punkty za każde 5{Z} wydane na: wybrane produkty.",
        "Minden 5\u00a0PLN után 2 pont, ha erre költöd: bizonyos termékek.",
    ),
    (
        {
            "kind": "multiplier",
            "percent": 200,
            "when": {
                "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                "from": "14:00",
                "to": "16:00",
            },
        },
        "Double points on weekdays from 14:00 to 16:00.",
        "Podwójne punkty w dni powszednie od 14:00 do 16:00.",
        "Dupla pont hétköznap 14:00 és 16:00 között.",
    ),
    (
        {"kind": "multiplier", "percent": 300, "when": {"weekdays": ["tue", "wed", "fri"]}},
        "Triple points on Tuesdays, Wednesdays and Fridays.",
        "Potrójne punkty we wtorki, w środy i w piątki.",
        "Tripla pont kedden, szerdán és pénteken.",
    ),
    (
        {"kind": "multiplier", "percent": 150},
        "1.5 times the points.",
        "Punkty \u00d7 1,5.",
        "Pontok \u00d7 1,5.",
    ),
    (
        {"kind": "bonus", "points": 1, "when": {"visit": 1, "from_day": "2027-03-01"}},
        "1 point more from 1 Mar 2027 on, for the first purchase.",
        "1 punkt więcej od 1 mar 2027, przy pierwszym zakupie.",
        "1 ponttal több ettől: 2027. márc. 1., az első vásárláskor.",
    ),
    (
        {"kind": "bonus", "points": 3, "offer": "juice"},
        "Each purchase: 3 points more and Sok gratis.",
        "Każdy zakup: 3 punkty więcej i Sok gratis.",
        "Minden vásárlás: 3 ponttal több és Sok gratis.",
    ),
    (
        {
            "kind": "bonus",
            "offer": "juice",
            "when": {
                "from_day": "2027-03-01",
                "to_day": "2027-03-31",
                "items": {"categories": ["Tort"], "skus": ["A"]},
                "locations": ["x"],
                "visit": 10,
            },
        },
        (
            "Sok gratis from 1 Mar 2027 until 31 Mar 2027, for purchase no. 10, when you buy: "
            "Tort or certain goods, in some of the shops."
        ),
        (
            "Sok gratis od 1 mar 2027 do 31 mar 2027, przy zakupie nr 10, gdy kupujesz: Tort lub "
            "wybrane produkty, w wybranych sklepach."
        ),
        (
            "Sok gratis 2027. márc. 1. és 2027. márc. 31. között, 10. vásárláskor, ha ezt veszed: "
            "Tort vagy bizonyos termékek, egyes üzletekben."
        ),
    ),
    (
        {"kind": "milestone", "step": 5000, "points": 5},
        "Each time you have spent PLN50: 5 points more.",
        f"Za każde wydane 50{Z}: 5 punktów więcej.",
        "Minden elköltött 50\u00a0PLN után: 5 ponttal több.",
    ),
    (
        {"kind": "challenge", "visits": 3, "days": 14, "points": 50},
        "3 visits in 14 days: 50 points more.",
        "3 wizyty w 14 dni: 50 punktów więcej.",
        "3 vásárlás 14 napon belül: 50 ponttal több.",
    ),
    (
        {"kind": "challenge", "visits": 5, "days": 30, "offer": "juice"},
        "5 visits in 30 days: Sok gratis.",
        "5 wizyt w 30 dni: Sok gratis.",
        "5 vásárlás 30 napon belül: Sok gratis.",
    ),
    (
        {"kind": "action", "action": "first_review", "points": 1},
        "For “first review”: 1 point.",
        "Za „first review”: 1 punkt.",
        "Ezért: „first review” \u2013 1 pont.",
    ),
    (
        {"kind": "welcome", "points": 1250},
        "To welcome you: 1,250 points.",
        "Na powitanie: 1\u00a0250 punktów.",
        "Üdvözlésül: 1\u00a0250 pont.",
    ),
    (
        {"kind": "birthday", "offer": "juice"},
        "On your birthday: Sok gratis.",
        "W twoje urodziny: Sok gratis.",
        "A születésnapodon: Sok gratis.",
    ),
    (
        {"kind": "win_back", "days": 1, "points": 2},
        "After 1 day without a visit: 2 points.",
        "Po 1 dniu bez wizyty: 2 punkty.",
        "1 nap vásárlás nélkül: 2 pont.",
    ),
    (
        {"kind": "win_back", "days": 60, "points": 20},
        "After 60 days without a visit: 20 points.",
        "Po 60 dniach bez wizyty: 20 punktów.",
        "60 nap vásárlás nélkül: 20 pont.",
    ),
]
STAMPS_SAID: list[tuple[dict[str, Any], str, str, str]] = [
    (
        {"kind": "stamps_per_purchase", "stamps": 1, "when": {"weekdays": ["mon"]}},
        "Each purchase is a stamp on Mondays.",
        "Każdy zakup to pieczątka w poniedziałki.",
        "Minden vásárlás egy pecsét hétfőn.",
    ),
    (
        {"kind": "stamps_per_amount", "step": 500_000, "stamps": 2},
        "2 stamps for every HUF5,000.",
        "2 pieczątki za każde 5\u00a0000\u00a0HUF.",
        "Minden 5\u00a0000\u00a0Ft után 2 pecsét.",
    ),
    (
        {"kind": "multiplier", "percent": 200, "when": {"to_day": "2027-03-31"}},
        "Double stamps until 31 Mar 2027.",
        "Podwójne pieczątki do 31 mar 2027.",
        "Dupla pecsét eddig: 2027. márc. 31.",
    ),
    (
        {"kind": "multiplier", "percent": 10_000},
        "100 times the stamps.",
        "Pieczątki \u00d7 100.",
        "Pecsétek \u00d7 100.",
    ),
    (
        {"kind": "bonus", "stamps": 5, "when": {"from": "22:00", "to": "02:00"}},
        "5 stamps more from 22:00 to 02:00.",
        "5 pieczątek więcej od 22:00 do 02:00.",
        "5 pecséttel több 22:00 és 2:00 között.",
    ),
]


def sentences(document: Any, language: str) -> list[str]:
    return rules_in_words(program(document), language)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    ("sample", "said"),
    [*((MARKET, said) for said in SAID), *((BAKERY, said) for said in STAMPS_SAID)],
)
def test_a_rule_is_a_sentence(sample: Any, said: tuple[Any, ...], language: str) -> None:
    rule, *expected = said
    bare = {key: value for key, value in sample.items() if key != "limits"}
    document = spoiled(bare, "rules", [{"id": "x", **rule}])
    assert sentences(document, language) == [expected[("en", "pl", "hu").index(language)]]


def test_a_limit_of_one_rule_stands_with_it() -> None:
    assert sentences(MARKET, "en")[8] == "For “review”: 10 points. At most 10 points a month."


@given(DOCUMENTS)
def test_every_programme_can_be_said(document: dict[str, Any]) -> None:
    for language in LOCALES:
        said = sentences(document, language)
        assert len(said) == len(document["rules"])
        assert all(each.endswith(".") and not each.startswith(" ") for each in said)


def test_a_name_with_braces_is_only_a_name() -> None:
    rules = [{"id": "a", "kind": "points_per_item", "points": 1, "items": {"categories": ["{x}"]}}]
    assert sentences({**BOOKS, "rules": rules}, "en") == ["1 point for each of these: {x}."]
