"""The reader of golden cases takes nothing that it does not know, and a runner looks at all of
it.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.golden import pure
from tests.golden.account import Account, Made
from tests.golden.cases import Case, CaseError, read_file
from tests.golden.shop import Shop

_STEP = {"at": "2027-03-02 10:00:00", "buy": 1250}
_CASE: dict[str, Any] = {
    "name": "a case",
    "program": {
        "kind": "points",
        "rules": [{"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}],
    },
    "history": [_STEP],
}


def _read(path: Path, case: dict[str, Any]) -> Case:
    path.write_text(yaml.safe_dump([case]), "utf-8")
    (read,) = read_file(path)
    return read


@pytest.mark.parametrize(
    "change",
    [
        {"than": {"balance": 12}},
        {"then": {"balanse": 12}},
        {"then": {"lines": {"spend": 12}}},
        {"programs": []},
        {"history": [{**_STEP, "amount": 5}]},
        {"history": [{**_STEP, "give": 5}]},
        {"history": [{"at": "2027-03-02 10:00:00"}]},
        {"history": [{"buy": 5}]},
        {"history": [{**_STEP, "minutes": 5}]},
        {"history": [{**_STEP, "expect": {"entries": 1}}]},
        {"history": [{**_STEP, "expect": {"points": 1, "stamps": 1}}]},
        {"history": [_STEP, {**_STEP, "at": "2027-03-02 09:59:59"}]},
        {"history": [{**_STEP, "at": "2027-03-28 02:30:00"}]},
        {"history": [{**_STEP, "at": "2027-10-31 02:30:00"}]},
    ],
)
def test_a_slip_of_the_pen_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(CaseError, match="a case"):
        _read(tmp_path / "slip.yaml", {**_CASE, **change})


@pytest.mark.parametrize(
    "text",
    [
        "- {name: a, name: b}",
        "- {name: a, program: {kind: points}, history: [{at: 2027-03-02 10:00:00, buy: 5}]}",
    ],
)
def test_what_yaml_itself_would_let_pass_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "slip.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(CaseError):
        list(read_file(path))


def test_a_local_time_is_that_of_the_programmes_zone(tmp_path: Path) -> None:
    program = {**_CASE["program"], "time_zone": "America/New_York"}
    read = _read(tmp_path / "zone.yaml", {**_CASE, "program": program})
    assert read.history[0].at.isoformat() == "2027-03-02T15:00:00+00:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": 13},
        {"lines": {"spend": 13}},
        {"lines": {}},
        {"version": 2},
        {"replayed": True},
        {"error": "cool-down"},
        {"reason": "why not"},
        {"balance": 13},
        {"pending": 1},
        {"owed": 1},
        {"carry": 51},
        {"lots": {"2027-12-31": 12}},
        {"offers": ["coffee"]},
        {"visits": 2},
        {"status": "closed"},
    ],
)
def test_a_wrong_expectation_of_a_step_is_noticed(tmp_path: Path, wrong: dict[str, Any]) -> None:
    case = {**_CASE, "history": [{**_STEP, "expect": wrong}]}
    with pytest.raises(AssertionError, match="step 1"):
        pure.run(_read(tmp_path / "wrong.yaml", case))


@pytest.mark.parametrize(
    "wrong", [{"entries": 2}, {"kinds": ["redeem"]}, {"balance": 1}, {"other": {"balance": 1}}]
)
def test_a_wrong_expectation_of_the_end_is_noticed(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="in the end"):
        pure.run(_read(tmp_path / "wrong.yaml", {**_CASE, "then": wrong}))


def test_an_explanation_is_looked_at_where_there_is_one(tmp_path: Path) -> None:
    def explain(_shop: Shop, _account: Account, one: Made) -> str:
        return f"{one.entry.points} points"

    case = {**_CASE, "history": [{**_STEP, "expect": {"explain": "12 points"}}]}
    pure.run(_read(tmp_path / "right.yaml", case), explain)
    case = {**_CASE, "history": [{**_STEP, "expect": {"explain": "13 points"}}]}
    with pytest.raises(AssertionError, match="12 points"):
        pure.run(_read(tmp_path / "wrong.yaml", case), explain)
