"""What explanations say, in three languages: every sentence, plurals, money, days."""

from collections.abc import Mapping
from typing import Any

import pytest

from chalice_app.explanation_sentences import sentences
from chalice_app.explanation_words import explanation_texts
from tests.golden.cases import all_cases
from tests.golden.telling import played, run, stories
from wallet.domain.explanation.explain import explain
from wallet.domain.explanation.steps import Days, Minutes, Say, Units, step
from wallet.domain.program_document import LOCALES
from wallet.domain.vocabulary import ProgramKind

SPEND = {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}


def said(
    program: Mapping[str, Any], *history: Mapping[str, Any], language: str = "en"
) -> list[str]:
    """What is said of the newest entry, but for the version."""
    steps = [
        {"at": f"2027-03-02 10:0{place}:00", **each} if "until" not in each else each
        for place, each in enumerate(history)
    ]
    newest = list(stories(played({"program": program, "history": steps})))[-1]
    explained = explain(newest)
    assert explained.agrees
    first, *rest = explanation_texts(explained.steps, language)
    assert "1" in first
    return [text.replace("\u00a0", " ").replace("\u00d7", "x") for text in rest]


def points(*rules: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    return {"kind": "points", "rules": list(rules), **more}


def multiplier(percent: int, **more: Any) -> Mapping[str, Any]:
    return {"id": f"x{percent}", "kind": "multiplier", "percent": percent, **more}


def test_inputs_carry_and_rounding_are_said() -> None:
    program = points(SPEND, multiplier(150))
    assert said(program, {"buy": 1250}, {"buy": 1270}) == [
        "Purchase: PLN12.70. Of this counts: PLN12.70.",
        (
            "For the amount: PLN12.70 + PLN0.50 kept from before = PLN13.20. "
            "Whole steps of PLN1.00: 13. Kept for next time: PLN0.20. 13 x 1 point = 13 points."
        ),
        "Multiplier x 1.5: 13 points x 1.5 = 19.5. Rounded down: 19 points. This adds: 6 points.",
    ]


def test_what_does_not_count_is_said() -> None:
    program = points(
        SPEND, earning={"basis": "net", "exclude": {"categories": ["tobacco"]}, "minimum": 500}
    )
    goods = [{"category": "tobacco", "amount": 400}]
    assert said(program, {"buy": 1400, "items": goods, "tax": 280})[:3] == [
        "Purchase: PLN14.00. Of this counts: PLN8.00.",
        "Goods that do not count: PLN4.00.",
        "Tax that does not count: PLN2.00.",
    ]
    assert said(program, {"buy": 899, "items": goods})[-1] == (
        "This is less than the minimum of PLN5.00, so it gives nothing."
    )


def test_a_limit_says_what_it_allowed() -> None:
    program = points(SPEND, limits=[{"id": "day", "per": "day", "points": 15}])
    assert said(program, {"buy": 1200}, {"buy": 1200})[-1] == (
        "Limit per day: at most 15 points. Room was left for: 3 points. Cut off: 9 points."
    )
    program = points(SPEND, limits=[{"id": "day", "per": "day", "purchases": 1}])
    assert said(program, {"buy": 1200}, {"buy": 1200})[-1] == (
        "Purchases that count per day: at most 1. This one is beyond that and gives nothing."
    )


def test_multipliers_say_how_they_stack() -> None:
    best = points(SPEND, multiplier(200), multiplier(300))
    assert said(best, {"buy": 500})[-2:] == [
        "Multiplier x 2: the highest counts alone, so this one adds nothing.",
        "Multiplier x 3: 5 points x 3 = 15. This adds: 10 points.",
    ]
    together = {"stacking": "sum", "percent_max": 350}
    summed = points(SPEND, multiplier(200), multiplier(300), earning=together)
    assert said(summed, {"buy": 500})[-2:] == [
        "Multiplier x 2: 5 points x 2 = 10. This adds: 5 points.",
        (
            "Multiplier x 3, together with those before x 3.5: 5 points x 3.5 = 17.5. "
            "At most x 3.5 is allowed. Rounded down: 17 points. This adds: 7 points."
        ),
    ]


def test_a_rule_says_when_it_counts() -> None:
    rule = {"id": "first", "kind": "bonus", "points": 2, "when": {"visit": 1}}
    assert said(points(rule), {"buy": 500})[-1] == (
        "Bonus. It gives: 2 points. It counts for the first purchase."
    )
    assert said(points(rule), {"buy": 500}, {"buy": 500})[-1] == (
        "No rule gives anything for this."
    )


def test_a_refund_says_what_it_took_from_where() -> None:
    program = points(SPEND, multiplier(200), refunds={"debt": "owed"})
    cake = {"id": "cake", "name": "Cake", "kind": "gift", "cost": {"points": 20}}
    program = {**program, "rewards": [cake]}
    history: list[dict[str, Any]] = [{"buy": 1250}, {"redeem": "cake"}]
    history += [{"refund": [1, 100]}, {"refund": [1, 300]}]
    assert said(program, *history) == [
        (
            "Purchase of 2 Mar 2027: PLN12.50. Refunded now: PLN3.00, before: PLN1.00. "
            "Left of it: PLN8.50."
        ),
        (
            "For the amount: PLN0.50 waited on the card; the refund takes PLN3.00. Whole steps of "
            "PLN1.00 taken back: 3. Kept for next time: PLN0.50. Taken back: 3 points."
        ),
        "At the multiplier of that purchase, x 2. Taken back: 3 points.",
        "The balance did not reach; owed, and paid by what comes next: 4 points.",
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pl", {1: "1 punkt", 2: "2 punkty", 5: "5 punktów", 22: "22 punkty"}),
        ("hu", {1: "1 pont", 2: "2 pont", 5: "5 pont", 22: "22 pont"}),
        ("en", {1: "1 point", 2: "2 points", 5: "5 points", 22: "22 points"}),
    ],
)
def test_plurals_of_points(language: str, words: Mapping[int, str]) -> None:
    for count, word in words.items():
        text = said(points(SPEND), {"buy": count * 100}, language=language)[-1]
        assert text.endswith(f" = {word}.")


def test_polish_plurals_of_what_is_counted() -> None:
    texts = {
        count: explanation_texts(
            [
                step(Say.SPENT, units=Units(count, ProgramKind.STAMPS)),
                step(Say.WIN_BACK, span=Days(count)),
                step(Say.COOL_DOWN, pause=Minutes(count)),
            ],
            "pl",
        )
        for count in (1, 2, 5, 22)
    }
    ends = {count: [text.split(" ") for text in each] for count, each in texts.items()}
    assert [ends[count][0][-1] for count in ends] == [
        "pieczątka.", "pieczątki.", "pieczątek.", "pieczątki."
    ]  # fmt: skip
    assert [ends[count][1][-1] for count in ends] == ["dzień.", "dni.", "dni.", "dni."]
    minutes = [next(word for word in ends[count][2] if "minut" in word) for count in ends]
    assert minutes == ["minuta);", "minuty);", "minut);", "minuty);"]


@pytest.mark.parametrize("language", LOCALES)
def test_every_sentence_is_there(language: str) -> None:
    said = sentences(language)
    assert set(said) == set(Say)
    if language != "en":
        same = {say for say in Say if said[say] == sentences("en")[say]}
        assert same <= {Say.PER_ITEM, Say.PIECES, Say.EACH, Say.BONUS}


@pytest.mark.parametrize("language", LOCALES)
def test_every_entry_of_the_golden_table_can_be_said(language: str) -> None:
    for case in all_cases():
        for story in stories(run(case)):
            for text in explanation_texts(explain(story).steps, language):
                assert "{" not in text
                assert "  " not in text
                assert text == text.strip()
