"""docs/program.schema.json says of every document what `read_terms` says of it.

But for what its description names: distinct ids, time zones, fractions, and texts that are cleaned
before they are measured.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.wallet.domain.documents import (
    DOCUMENTS,
    DROP,
    POINTS_DOCUMENTS,
    STAMPS_DOCUMENTS,
    spoiled,
)
from tests.wallet.domain.samples import BOOKS, CAFE
from tests.wallet.domain.test_program_faults import FAULTS, POINTS_FAULTS
from wallet.domain import program_document, programs
from wallet.domain.errors import InvalidProgramError
from wallet.domain.program_document import clean_text, read_terms, write_terms
from wallet.domain.times import read_time

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "program.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def readable(document: Mapping[str, Any]) -> bool:
    try:
        read_terms(document)
    except InvalidProgramError:
        return False
    return True


def valid(document: object) -> bool:
    return VALIDATOR.is_valid(document)


def test_the_schema_is_one_and_its_examples_hold() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for example in SCHEMA["examples"]:
        assert valid(example)
        assert read_terms({key: example[key] for key in example if key != "effective_at"})


def test_every_field_is_described() -> None:
    for name, schema in SCHEMA["properties"].items():
        assert schema.get("description"), name


@given(DOCUMENTS)
def test_what_is_valid_is_readable(document: dict[str, Any]) -> None:
    assert valid(document)
    assert readable(document)
    assert valid(write_terms(read_terms(document)))


SPOILERS = [None, True, 0, -1, 1, 31, 0.5, 10**40, "", "x", "a" * 61, [], {}, [None], {"a": 1}]
PATHS = [
    "name", "kind", "locale", "currency", "rules", "rewards", "design", "stamps", "stamps.target",
    "rules.0", "rules.0.id", "rules.0.kind", "rules.0.stamps", "rules.0.step", "rules.0.points",
    "rewards.0", "rewards.0.id", "rewards.0.name", "rewards.0.kind", "rewards.0.cost",
    "rewards.0.cost.points", "rewards.0.cost.stamps", "design.color", "design.style",
    "design.picture", "more", "design.more", "rules.0.more", "rewards.0.more",
]  # fmt: skip


@given(DOCUMENTS, st.sampled_from(PATHS), st.sampled_from([*SPOILERS, DROP]))
def test_a_spoilt_document_has_the_same_verdict_from_both(
    document: dict[str, Any], path: str, value: object
) -> None:
    try:
        spoilt = spoiled(document, path, value)
    except (KeyError, IndexError):
        return
    assert valid(spoilt) == readable(spoilt)


@given(STAMPS_DOCUMENTS, POINTS_DOCUMENTS, st.sampled_from(sorted(CAFE)))
def test_a_field_of_another_document_has_the_same_verdict_from_both(
    one: dict[str, Any], other: dict[str, Any], name: str
) -> None:
    for taker, giver in ((one, other), (other, one)):
        mixed = spoiled({**taker, name: 0}, name, giver.get(name, DROP))
        assert valid(mixed) == readable(mixed)


CASES = [
    *[(CAFE, path, value) for path, value, _ in FAULTS],
    *[(BOOKS, path, value) for path, value, _ in POINTS_FAULTS],
]


@pytest.mark.parametrize(("document", "path", "value"), CASES)
def test_the_schema_refuses_what_the_reader_refuses(
    document: Mapping[str, Any], path: str, value: object
) -> None:
    assert not valid(spoiled(document, path, value))


@given(st.text(max_size=70))
def test_a_text_that_needs_no_cleaning_has_the_same_verdict_from_both(text: str) -> None:
    if clean_text(text) == text:
        named = spoiled(CAFE, "name", text)
        assert valid(named) == readable(named)


@given(st.text(alphabet=" \n\t\u202e\u2028\u200fab", max_size=12))
def test_a_text_that_is_cleaned_may_be_said_either_way(text: str) -> None:
    named = spoiled(CAFE, "name", text)
    assert valid(named) == readable(named)


@pytest.mark.parametrize(
    "said", ["2027-01-01T00:00:00Z", "2027-01-01t00:00:00.5+01:00", "2027-01-01", "soon", "", 1]
)
def test_effective_at(said: object) -> None:
    assert valid({**CAFE, "effective_at": said}) == (
        isinstance(said, str) and read_time(said) is not None
    )


def test_the_choices_and_limits_are_the_codes() -> None:
    fields, parts = SCHEMA["properties"], SCHEMA["$defs"]
    rule = parts["rule"]
    said = {
        "kind": fields["kind"]["enum"],
        "locale": fields["locale"]["enum"],
        "style": fields["design"]["properties"]["style"]["enum"],
        "picture": fields["design"]["properties"]["picture"]["enum"],
        "rule": rule["properties"]["kind"]["enum"],
        "reward": parts["reward"]["properties"]["kind"]["enum"],
    }
    assert said == {
        "kind": list(programs.ProgramKind),
        "locale": list(program_document.LOCALES),
        "style": list(programs.StampStyle),
        "picture": list(programs.Picture),
        "rule": list(programs.RuleKind),
        "reward": list(programs.RewardKind),
    }
    costs = parts["reward"]["properties"]["cost"]["properties"]
    assert fields["stamps"]["properties"]["target"]["maximum"] == programs.STAMPS_TARGET_MAX
    assert rule["then"]["properties"]["step"]["maximum"] == program_document.STEP_MAX
    assert rule["then"]["properties"]["points"]["maximum"] == program_document.PER_PURCHASE_MAX
    assert rule["else"]["properties"]["stamps"]["maximum"] == program_document.PER_PURCHASE_MAX
    assert {cost["maximum"] for cost in costs.values()} == {program_document.COST_MAX}
    assert fields["rules"]["maxItems"] == program_document.RULES_MAX
    assert fields["rewards"]["maxItems"] == program_document.REWARDS_MAX
    assert parts["text"]["maxLength"] == program_document.NAME_CHARS_MAX
