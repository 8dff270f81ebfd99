"""docs/program.schema.json says of every document what `read_terms` says of it.

But for what its description names: distinct ids, references, what must be less than something
else, time zones, fractions, and texts that are cleaned before they are measured.
"""

import json
import re
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
    paths_of,
    spoiled,
)
from tests.wallet.domain.rich_samples import BAKERY, MARKET
from tests.wallet.domain.samples import BOOKS, CAFE
from tests.wallet.domain.test_engine_faults import CASES as MARKET_FAULTS
from tests.wallet.domain.test_engine_faults import STAMPS_CASES, WRONG
from tests.wallet.domain.test_program_faults import FAULTS, POINTS_FAULTS
from wallet.domain import designs, program_document, programs, vocabulary
from wallet.domain.document.rules import RULE
from wallet.domain.document.shapes import WEEKDAYS
from wallet.domain.errors import InvalidProgramError
from wallet.domain.program_document import clean_text, read_terms, write_terms
from wallet.domain.times import read_time

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "program.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


# The beginnings of reasons that no schema can give.
BEYOND = (
    "stands twice in r",
    "stands twice in levels",
    "must be more than that",
    "is the id of none",
    "gives no ",
    "a multiplier gives nothing",
    "must differ from",
    "lies before",
    "must be at most days",
    "is no time zone",
    "is no day",
)


def readable(document: Mapping[str, Any]) -> bool:
    """Whether the reader finds no fault that a schema can find."""
    try:
        read_terms(document)
    except InvalidProgramError as error:
        return all(fault.reason.startswith(BEYOND) for fault in error.faults)
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


SPOILERS = [
    None, True, 0, -1, 1, 31, 61, 0.5, 10**40, "", "x", "a" * 61, [], {}, [None], {"a": 1}, "gift",
    "external", "bonus", "welcome", "multiplier", "points_per_amount", "visit", "points", "23:59",
]  # fmt: skip


@given(DOCUMENTS, st.data())
def test_a_spoilt_document_has_the_same_verdict_from_both(
    document: dict[str, Any], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(paths_of(document)))
    spoilt = spoiled(document, path, data.draw(st.sampled_from([*SPOILERS, DROP])))
    assert valid(spoilt) == readable(spoilt)


FIELDS = ["stamps", "points", "offer", "items", "when", "step", "amount", "often", "end_of", "x"]


@given(DOCUMENTS, st.data(), st.sampled_from(FIELDS))
def test_a_field_too_many_has_the_same_verdict_from_both(
    document: dict[str, Any], data: st.DataObject, name: str
) -> None:
    objects = [path for path in paths_of(document) if isinstance(found(document, path), dict)]
    path = data.draw(st.sampled_from(objects))
    value = data.draw(st.sampled_from([1, "x", {"weekdays": ["mon"]}, {"skus": ["x"]}, "month"]))
    spoilt = spoiled(document, path, {**found(document, path), name: value})
    assert valid(spoilt) == readable(spoilt)


def found(document: Any, path: str) -> Any:
    for step in path.split("."):
        document = document[int(step) if step.isdigit() else step]
    return document


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
    *[(MARKET, path, value) for path, value, _ in MARKET_FAULTS],
    *[(BAKERY, path, value) for path, value, _ in STAMPS_CASES],
    *[(MARKET, path, value) for path, values in WRONG.items() for value in values],
]


@pytest.mark.parametrize(("document", "path", "value"), CASES)
def test_the_schema_refuses_what_the_reader_refuses_if_it_can(
    document: Mapping[str, Any], path: str, value: object
) -> None:
    spoilt = spoiled(document, path, value)
    assert valid(spoilt) == readable(spoilt)


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


def test_the_choices_are_the_codes() -> None:
    fields, parts = SCHEMA["properties"], SCHEMA["$defs"]
    said = {
        "kind": fields["kind"]["enum"],
        "locale": fields["locale"]["enum"],
        "style": fields["design"]["properties"]["style"]["enum"],
        "picture": fields["design"]["properties"]["picture"]["enum"],
        "rule": parts["rule"]["properties"]["kind"]["enum"],
        "reward": parts["reward_kind"]["enum"],
        "per": parts["limit"]["properties"]["per"]["enum"],
        "weekday": parts["times"]["properties"]["weekdays"]["items"]["enum"],
    }
    assert said == {
        "kind": list(vocabulary.ProgramKind),
        "locale": list(program_document.LOCALES),
        "style": list(designs.StampStyle),
        "picture": list(designs.Picture),
        "rule": list(vocabulary.RuleKind),
        "reward": list(vocabulary.RewardKind),
        "per": list(vocabulary.Per),
        "weekday": list(WEEKDAYS),
    }


def test_each_kind_of_rule_has_its_fields_and_a_sentence() -> None:
    told = {
        each["if"]["properties"]["kind"]["const"]: each["then"]
        for each in SCHEMA["$defs"]["rule"]["allOf"]
    }
    gives = set(SCHEMA["$defs"]["gives"]["properties"])
    fields = {
        kind: {"id", "kind", *then.get("properties", ())} | (gives if "$ref" in then else set())
        for kind, then in told.items()
    }
    assert fields == {
        kind: {field.name for field in record.fields} for kind, record in RULE.records.items()
    }
    assert all(then["description"] for then in told.values())


# The least and the greatest of every number that a document can have.
BOUNDS: list[tuple[Mapping[str, Any], str, int, int]] = [
    (CAFE, "stamps.target", 1, programs.STAMPS_TARGET_MAX),
    (CAFE, "rules.0.stamps", 1, 1_000),
    (CAFE, "rewards.0.cost.stamps", 1, 1_000_000),
    (MARKET, "rewards.0.cost.points", 1, 1_000_000),
    (MARKET, "rules.0.step", 1, 1_000_000_000),
    (MARKET, "rules.2.points", 1, 1_000),
    (MARKET, "rules.2.when.minimum", 1, 1_000_000_000),
    (MARKET, "rules.4.percent", 101, 10_000),
    (MARKET, "rules.5.points", 1, 1_000_000),
    (MARKET, "rules.5.when.visit", 1, 1_000_000),
    (MARKET, "rules.7.visits", 2, 31),
    (MARKET, "rules.7.days", 2, 62),
    (MARKET, "rules.11.days", 1, 3_650),
    (MARKET, "rules.12.referrer.points", 1, 1_000_000),
    (BAKERY, "rules.4.stamps", 1, 1_000),
    (MARKET, "rewards.0.amount", 1, 1_000_000_000),
    (MARKET, "rewards.1.stock", 1, 1_000_000_000),
    (MARKET, "rewards.1.often.count", 1, 1_000),
    (MARKET, "rewards.2.points", 1, 1_000_000),
    (MARKET, "offers.1.percent", 1, 100),
    (MARKET, "offers.1.days", 1, 3_650),
    (MARKET, "limits.0.points", 1, 1_000_000),
    (BAKERY, "limits.0.stamps", 1, 1_000_000),
    (MARKET, "limits.2.purchases", 1, 1_000_000),
    (MARKET, "earning.minimum", 1, 1_000_000_000),
    (MARKET, "earning.percent_max", 101, 10_000),
    (MARKET, "earning.cool_down_minutes", 1, 1_440),
    (MARKET, "earning.ripen_days", 1, 90),
    (MARKET, "expiry.months", 0, 120),
    (BAKERY, "expiry.idle_months", 1, 120),
    (MARKET, "expiry.remind_days.0", 1, 365),
    (MARKET, "money_off.points", 1, 1_000_000),
    (MARKET, "money_off.amount", 1, 1_000_000_000),
]


@pytest.mark.parametrize(("sample", "path", "least", "most"), BOUNDS)
def test_the_bounds_of_a_number_are_the_same_in_both(
    sample: Mapping[str, Any], path: str, least: int, most: int
) -> None:
    for number in (least - 1, least, most, most + 1):
        changed = spoiled(sample, path, number)
        assert valid(changed) == (least <= number <= most), number
        assert readable(changed) == (least <= number <= most), number


def test_every_number_of_a_document_has_its_bounds_here() -> None:
    numbers = {
        path
        for sample in (MARKET, BAKERY)
        for path in paths_of(sample)
        if type(found(sample, path)) is int
    }
    without_index = {re.sub(r"\.\d+", "", path) for _, path, _, _ in BOUNDS}
    assert {re.sub(r"\.\d+", "", path) for path in numbers} == without_index


@pytest.mark.parametrize(
    ("path", "most"), [("rules", 40), ("rewards", 40), ("offers", 40), ("limits", 40)]
)
def test_how_much_a_list_holds(path: str, most: int) -> None:
    bare = {**BOOKS, "limits": [{"id": "l", "per": "day", "points": 1}]}
    one = MARKET["offers"][0] if path == "offers" else found(bare, path)[0]
    one = {"id": "w", "kind": "welcome", "points": 1} if path == "rules" else one
    for count in (most, most + 1):
        filled = {**bare, path: [{**one, "id": f"x{n}"} for n in range(count)]}
        assert valid(filled) == readable(filled) == (count == most)
