"""Tiers in all three languages: from what sum each is had, and how long it is kept."""

from typing import Any

import pytest

from chalice_app.tier_words import tiers_in_words
from tests.wallet.domain.samples import BOOKS, program

LANGUAGES = ("en", "pl", "hu")


def tiered(**said: Any) -> dict[str, Any]:
    return {**BOOKS, "tiers": {"levels": [{"id": "gold", "name": "Gold", "from": 500}], **said}}


def cheaper(percent: int) -> dict[str, Any]:
    gold = {"id": "gold", "name": "Gold", "from": 50_000, "percent": percent}
    return tiered(count="amount", period="year", levels=[gold])


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            tiered(count="units", period="month"),
            (
                "Gold: from 500 points in a month.",
                "Gold: co najmniej 500 punktów w miesiącu.",
                "Gold: legalább 500 pont egy hónapban.",
            ),
        ),
        (
            tiered(count="visits", period="quarter"),
            (
                "Gold: from 500 visits in a quarter.",
                "Gold: co najmniej 500 wizyt w kwartale.",
                "Gold: legalább 500 látogatás egy negyedévben.",
            ),
        ),
        (
            cheaper(5),
            (
                "Gold: from €500 in a year; every purchase is 5 percent cheaper.",
                "Gold: co najmniej 500\u00a0€ w roku; każdy zakup jest tańszy o 5 procent.",
                "Gold: legalább 500\u00a0EUR egy évben; minden vásárlás 5 százalékkal olcsóbb.",
            ),
        ),
    ],
)
def test_from_what_sum_a_tier_is_had(document: dict[str, Any], said: tuple[str, ...]) -> None:
    shop = program(document)
    assert tuple(tiers_in_words(shop, language)[0] for language in LANGUAGES) == said


@pytest.mark.parametrize(
    ("language", "grace_days", "end"),
    [
        ("en", 0, "the rest of the period and for all of the next."),
        ("en", 1, "all of the next, and for 1 day more."),
        ("en", 30, "all of the next, and for 30 days more."),
        ("pl", 0, "do końca okresu i przez cały następny."),
        ("pl", 1, "przez cały następny, a potem jeszcze 1 dzień."),
        ("pl", 30, "przez cały następny, a potem jeszcze 30 dni."),
        ("hu", 0, "az időszak végéig és a következőben is él."),
        ("hu", 30, "a következő végéig, és utána még 30 napig él."),
    ],
)
def test_how_long_a_tier_is_kept(language: str, grace_days: int, end: str) -> None:
    grace = {"grace_days": grace_days} if grace_days else {}
    shop = program(tiered(count="units", period="year", **grace))
    assert tiers_in_words(shop, language)[-1].endswith(end)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_programme_without_tiers_says_nothing_of_them(language: str) -> None:
    assert tiers_in_words(program(BOOKS), language) == []
