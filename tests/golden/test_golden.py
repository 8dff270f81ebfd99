"""The golden table: every case, and what holds for the table as a whole."""

from collections import Counter

import pytest

from tests.golden import pure
from tests.golden.cases import SENTENCES, Case, all_cases
from tests.golden.telling import english

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_pure_core_does_what_the_case_says(case: Case) -> None:
    pure.run(case, english)


def test_there_are_two_hundred_cases() -> None:
    assert len(CASES) >= 200


def test_names_are_unique() -> None:
    repeated = [name for name, times in Counter(case.name for case in CASES).items() if times > 1]
    assert not repeated


@pytest.mark.parametrize("sentence", sorted(SENTENCES))
def test_each_sentence_of_the_design_has_three_cases(sentence: str) -> None:
    shown = [case.name for case in CASES if sentence in case.rules]
    assert len(shown) >= 3, SENTENCES[sentence]


def test_cases_name_sentences_that_there_are() -> None:
    named = {rule for case in CASES for rule in case.rules if rule.startswith("8.")}
    assert named <= set(SENTENCES)
