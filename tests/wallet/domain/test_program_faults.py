"""Every fault of a document is named with its path, all of them in one answer, and no other."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.domain.documents import DROP, spoiled
from tests.wallet.domain.samples import BOOKS, CAFE
from wallet.domain.errors import InvalidProgramError
from wallet.domain.program_document import read_terms

STAMPS_RULE = CAFE["rules"][0]
STAMPS_REWARD = CAFE["rewards"][0]
POINTS_RULE = BOOKS["rules"][0]
HUGE = 10**40
# What no text, no choice and no count may be.
NO_TEXT: list[object] = [None, True, 1, [], {}, ""]
NO_COUNT: list[object] = [None, True, False, 0, -1, HUGE, 1.5, "1", [1], {}]

# What may not stand at a path, where that is the only fault.
WRONG: dict[str, list[object]] = {
    "name": [*NO_TEXT, " \n", "\u202e", "x" * 61],
    "kind": [*NO_TEXT, "Stamps", "points ", DROP],
    "locale": [*NO_TEXT, "de", "PL", "pl-PL", DROP],
    "currency": [*NO_TEXT, "pln", "ZŁT", "EURO", DROP],
    "time_zone": [*NO_TEXT, "../../etc/passwd", "/etc/localtime", "UTC\x00", "\ud800", DROP],
    "rules": [None, {}, "", 1, [STAMPS_RULE] * 41, DROP],
    "rewards": [None, {}, "", 1, [STAMPS_REWARD] * 41, DROP],
    "stamps.target": [*NO_COUNT, 31],
    "stamps.size": [1],
    "rules.0.id": [*NO_TEXT, "A", "_a", "a b", "ą", "x" * 25, DROP],
    "rules.0.kind": [*NO_TEXT, "stamps", "Bonus", DROP],
    "rules.0.stamps": [*NO_COUNT, 1001, DROP],
    "rules.0.step": [1],
    "rules.0.x y": [None],
    "rewards.0.id": [*NO_TEXT, "-a", "x" * 25, DROP],
    "rewards.0.name": [*NO_TEXT, "\t", "x" * 61, DROP],
    "rewards.0.kind": [*NO_TEXT, "Gift", DROP],
    "rewards.0.cost": [{}, {"points": 1, "stamps": 1}],
    "rewards.0.cost.stamps": [*NO_COUNT, 1_000_001],
    "rewards.0.price": [1],
    "design.color": [*NO_TEXT, "1f5b45", "#1f5b4", "#1f5b4g", "red", DROP],
    "design.style": [*NO_TEXT, "PAD", DROP],
    "design.picture": [*NO_TEXT, "cup ", DROP],
    "design.font": ["x"],
    "colour": ["#000000"],
}
POINTS_WRONG: dict[str, list[object]] = {
    "stamps": [{"target": 10}, None],
    "rules.0.step": [*NO_COUNT, 1_000_000_001, DROP],
    "rules.0.points": [*NO_COUNT, 1001, DROP],
    "rules.0.stamps": [1],
}


def _each(wrong: dict[str, list[object]]) -> list[tuple[str, object, list[str]]]:
    return [
        (path, value, [re.sub(r"\.(\d+)", r"[\1]", path)])
        for path, values in wrong.items()
        for value in values
    ]


FAULTS: list[tuple[str, object, list[str]]] = [
    *_each(WRONG),
    ("stamps", DROP, ["stamps", "stamps.target"]),
    ("design", DROP, ["design", "design.color", "design.style", "design.picture"]),
    ("rewards.0.cost", {"stamps": 1, "euros": 1}, ["rewards[0].cost.euros", "rewards[0].cost"]),
    ("rules", [1], ["rules[0]", "rules[0].id", "rules[0].kind"]),
    # What has no place in a stamps programme.
    ("rules.0", POINTS_RULE, ["rules[0].points"]),
    ("rewards.0.cost", {"points": 5}, ["rewards[0].cost"]),
]
POINTS_FAULTS: list[tuple[str, object, list[str]]] = [
    *_each(POINTS_WRONG),
    ("rules.0", STAMPS_RULE, ["rules[0].stamps"]),
    ("rewards.0.cost", {"stamps": 5}, ["rewards[0].cost"]),
    ("rules", [POINTS_RULE, {**POINTS_RULE, "id": "b"}], ["rules[1]"]),
]

# What docs/program.schema.json cannot say, or Python's `$` (which lets a newline pass) not read.
BEYOND_SCHEMA: list[tuple[str, object, list[str]]] = [
    ("name", "\ud800", ["name"]),
    ("currency", "PLN\n", ["currency"]),
    ("time_zone", "Europe", ["time_zone"]),
    ("time_zone", "Europe/Lipowa", ["time_zone"]),
    ("time_zone", "x" * 100_000, ["time_zone"]),
    ("rules.0.id", "a\n", ["rules[0].id"]),
    ("rules.0.stamps", 1.0, ["rules[0].stamps"]),
    ("rules", [STAMPS_RULE, STAMPS_RULE], ["rules[1].id"]),
    ("rewards", [STAMPS_REWARD, STAMPS_REWARD], ["rewards[1].id"]),
    ("design.color", "#1f5b45\n", ["design.color"]),
    # A part of the request, not of the programme.
    ("effective_at", "2027-01-01T00:00:00Z", ["effective_at"]),
]


def faults(document: Any) -> list[str]:
    with pytest.raises(InvalidProgramError) as caught:
        read_terms(document)
    found = caught.value.faults
    assert all(fault.reason for fault in found)
    assert (caught.value.field, caught.value.reason) == (found[0].path, found[0].reason)
    return [fault.path for fault in found]


@pytest.mark.parametrize(("path", "value", "expected"), [*FAULTS, *BEYOND_SCHEMA])
def test_a_fault_of_a_stamps_programme(path: str, value: object, expected: list[str]) -> None:
    assert faults(spoiled(CAFE, path, value)) == expected


@pytest.mark.parametrize(("path", "value", "expected"), POINTS_FAULTS)
def test_a_fault_of_a_points_programme(path: str, value: object, expected: list[str]) -> None:
    assert faults(spoiled(BOOKS, path, value)) == expected


def test_all_faults_at_once() -> None:
    spoilt = spoiled(CAFE, "name", "")
    for path, value in [("rules.0.stamps", 0), ("rewards.0.cost.stamps", -1), ("x", 1)]:
        spoilt = spoiled(spoilt, path, value)
    expected = {"name", "rules[0].stamps", "rewards[0].cost.stamps", "x"}
    assert set(faults(spoilt)) == expected
    assert len(faults(spoilt)) == len(expected)


@pytest.mark.parametrize("document", [None, [], "", 1, [CAFE]])
def test_what_is_no_object(document: object) -> None:
    assert faults(document)[0] == "$"


def test_deep_nesting_is_a_fault_like_any_other() -> None:
    deep: Any = {}
    for _ in range(50_000):
        deep = [deep]
    assert faults(spoiled(CAFE, "rules", deep)) == ["rules[0]", "rules[0].id", "rules[0].kind"]
    assert faults(spoiled(CAFE, "name", deep)) == ["name"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*CAFE, "id", "cost", "points"]), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*CAFE, "other"]), JSON))
def test_no_document_does_more_than_be_refused(document: dict[str, Any]) -> None:
    assert json.dumps(faults(document))
