"""What bringing a friend gives, in all three languages: on the rules page and to either side."""

from typing import Any

import pytest

from chalice_app.referral_words import friends_part_in_words
from chalice_app.rule_words import referrals_in_words, rules_in_words
from tests.wallet.domain.documents import spoiled
from tests.wallet.domain.rich_samples import BAKERY, MARKET
from tests.wallet.domain.samples import program
from wallet.domain.program_document import LOCALES

Z = "\u00a0zł"
# A rule; what its holder reads in English, Polish and Hungarian; what the friend reads.
SAID: list[tuple[dict[str, Any], tuple[str, str, str], tuple[str, str, str]]] = [
    (
        {"points": 20, "referrer": {"points": 50}},
        (
            "50 points for you and 20 points for the friend with their first purchase.",
            "50 punktów dla ciebie i 20 punktów dla niej przy jej pierwszym zakupie.",
            "Neked 50 pont, neki 20 pont az első vásárlásakor.",
        ),
        (
            "20 points more with your first purchase",
            "20 punktów więcej przy pierwszym zakupie",
            "20 ponttal több az első vásárlásodkor",
        ),
    ),
    (
        {"referrer": {"points": 1, "offer": "juice"}, "when": {"visit": 1}},
        (
            "1 point and Sok gratis for you with their first purchase.",
            "1 punkt i Sok gratis dla ciebie przy jej pierwszym zakupie.",
            "Neked 1 pont és Sok gratis az első vásárlásakor.",
        ),
        ("", "", ""),
    ),
    (
        {"offer": "juice", "when": {"minimum": 2000, "weekdays": ["sat", "sun"]}},
        (
            "Sok gratis for the friend with their first purchase of PLN20 or more at weekends.",
            f"Sok gratis dla niej przy jej pierwszym zakupie od 20{Z} w weekendy.",
            "Neki Sok gratis az első, legalább 20\u00a0PLN értékű vásárlásakor hétvégén.",
        ),
        (
            "Sok gratis with your first purchase of PLN20 or more at weekends",
            f"Sok gratis przy pierwszym zakupie od 20{Z} w weekendy",
            "Sok gratis az első, legalább 20\u00a0PLN értékű vásárlásodkor hétvégén",
        ),
    ),
    (
        {"points": 2, "when": {"visit": 3, "minimum": 500}},
        (
            "2 points for the friend with their purchase no. 3, for purchases of PLN5 or more.",
            f"2 punkty dla niej przy jej zakupie nr 3, przy zakupach od 5{Z}.",
            "Neki 2 pont a sorban 3. vásárlásakor, legalább 5\u00a0PLN értékű vásárlásnál.",
        ),
        (
            "2 points more with your purchase no. 3, for purchases of PLN5 or more",
            f"2 punkty więcej przy zakupie nr 3, przy zakupach od 5{Z}",
            "2 ponttal több a sorban 3. vásárlásodkor, legalább 5\u00a0PLN értékű vásárlásnál",
        ),
    ),
    (
        {"points": 5, "when": {"items": {"categories": ["kawa"]}}},
        (
            "5 points for the friend with their first purchase, if it includes: kawa.",
            "5 punktów dla niej przy jej pierwszym zakupie, jeśli obejmuje: kawa.",
            "Neki 5 pont az első vásárlásakor, ha van benne: kawa.",
        ),
        (
            "5 points more with your first purchase, if it includes: kawa",
            "5 punktów więcej przy pierwszym zakupie, jeśli obejmuje: kawa",
            "5 ponttal több az első vásárlásodkor, ha van benne: kawa",
        ),
    ),
    (
        {
            "points": 5,
            "when": {"weekdays": ["sat", "sun"], "items": {"skus": ["1"], "categories": ["kawa"]}},
        },
        (
            (
                "5 points for the friend with their first purchase at weekends, if it includes: "
                "kawa or certain goods."
            ),
            (
                "5 punktów dla niej przy jej pierwszym zakupie w weekendy, jeśli obejmuje: "
                "kawa lub wybrane produkty."
            ),
            (
                "Neki 5 pont az első vásárlásakor hétvégén, ha van benne: "
                "kawa vagy bizonyos termékek."
            ),
        ),
        (
            (
                "5 points more with your first purchase at weekends, if it includes: "
                "kawa or certain goods"
            ),
            (
                "5 punktów więcej przy pierwszym zakupie w weekendy, jeśli obejmuje: "
                "kawa lub wybrane produkty"
            ),
            (
                "5 ponttal több az első vásárlásodkor hétvégén, ha van benne: "
                "kawa vagy bizonyos termékek"
            ),
        ),
    ),
]
TITLES = {"en": "Bring a friend: ", "pl": "Zaproś znajomą osobę: ", "hu": "Hozz egy barátot: "}


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("said", SAID)
def test_a_referral_is_a_sentence_to_each_side(said: Any, language: str) -> None:
    rule, *sides = said
    bare = {key: value for key, value in MARKET.items() if key != "limits"}
    made = program(spoiled(bare, "rules", [{"id": "x", "kind": "referral", **rule}]))
    to_holder, to_friend = (side[("en", "pl", "hu").index(language)] for side in sides)
    assert referrals_in_words(made, language) == [to_holder]
    assert friends_part_in_words(made, language) == to_friend
    (shown,) = rules_in_words(made, language)
    assert shown.lower() == (TITLES[language] + to_holder).lower()


def test_stamps_are_given_as_stamps() -> None:
    rule = {"id": "x", "kind": "referral", "stamps": 1, "referrer": {"stamps": 2}}
    made = program(spoiled(BAKERY, "rules", [rule]))
    assert referrals_in_words(made, "en") == [
        "2 stamps for you and 1 stamp for the friend with their first purchase."
    ]
    assert friends_part_in_words(made, "en") == "1 stamp more with your first purchase"


def test_the_limit_of_a_referral_stands_with_it_and_no_other_rule_does() -> None:
    limit = {"id": "cap", "per": "month", "points": 100, "rule": "friend"}
    made = program({**MARKET, "limits": [limit]})
    assert referrals_in_words(made, "en") == [
        (
            "20 points and Sok gratis for you and 5 points for the friend with their first "
            "purchase of PLN20 or more. At most 100 points a month."
        )
    ]


def test_a_friend_may_get_several_things() -> None:
    rules = [
        {"id": "a", "kind": "referral", "points": 5},
        {"id": "b", "kind": "referral", "offer": "juice", "when": {"minimum": 5000}},
    ]
    made = program({**MARKET, "rules": rules, "limits": []})
    assert friends_part_in_words(made, "en") == (
        "5 points more with your first purchase and Sok gratis with your first purchase of PLN50 "
        "or more"
    )


def test_a_name_with_braces_is_only_a_name() -> None:
    offers = [{**MARKET["offers"][0], "name": "{yours} {x}"}]
    rule = {"id": "x", "kind": "referral", "offer": "juice", "referrer": {"offer": "juice"}}
    made = program({**MARKET, "rules": [rule], "offers": offers, "limits": []})
    assert referrals_in_words(made, "en") == [
        "{yours} {x} for you and {yours} {x} for the friend with their first purchase."
    ]
