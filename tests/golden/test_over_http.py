"""The golden table through the HTTP API of a world of its own: every case is played once.

All cases stand on one time-line, which is played by whichever worker asks first. In `make test`
it goes from the winter of 2026 to the spring of 2028; in `make long` from the first case to the
last.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.golden.api_acts import is_playable
from tests.golden.api_client import Client
from tests.golden.cases import SENTENCES, Case, _case, all_cases
from tests.golden.over_http import begin_of, end_of, play
from tests.local_world import running

# Each day of a world's clock takes a while, and few cases take years.
_BEGIN, _END = datetime(2026, 12, 1, tzinfo=UTC), datetime(2028, 6, 1, tzinfo=UTC)
_ALL = all_cases()
_PLAYABLE = [case for case in _ALL if is_playable(case)]
CASES = [
    case
    for case in _PLAYABLE
    if os.environ.get("STEMPEL_LONG") or _BEGIN <= begin_of(case) <= end_of(case) < _END
]

_STEP = {"at": "2027-03-02 10:00:00", "buy": 1250}
_PROGRAM = {
    "kind": "points",
    "rules": [{"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}],
}
_WRONG: tuple[Mapping[str, Any], ...] = (
    {"points": 13},
    {"lines": {"spend": 13}},
    {"version": 2},
    {"replayed": True},
    {"error": "cool-down"},
    {"explain": "13 points"},
    {"reason": "why not"},
    {"balance": 13},
    {"pending": 1},
    {"owed": 1},
    {"carry": 51},
    {"lots": {"2027-12-31": 12}},
    {"offers": ["coffee"]},
    {"visits": 2},
    {"status": "closed"},
    {"tier": "gold"},
)
_WRONG_ENDS: tuple[Mapping[str, Any], ...] = ({"entries": 2}, {"kinds": ["redeem"]})


def _spoiled(expect: Mapping[str, Any], then: Mapping[str, Any]) -> Case:
    said = {"name": f"{expect}{then}", "program": _PROGRAM, "then": then}
    return _case("spoiled", {**said, "history": [{**_STEP, "expect": expect}]})


SPOILED = [_spoiled(wrong, {}) for wrong in _WRONG] + [_spoiled({}, end) for end in _WRONG_ENDS]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Mapping[str, str | None]:
    """What went wrong with each case."""
    folder = tmp_path_factory.getbasetemp()
    # Workers of one run have a folder each, side by side.
    shared = folder if worker_id == "master" else folder.parent
    kept = shared / "golden-verdicts.json"
    with (shared / "golden.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            with running(tmp_path_factory.mktemp("golden") / "home") as demo:
                kept.write_text(json.dumps(play(Client(demo), [*CASES, *SPOILED])))
    found: Mapping[str, str | None] = json.loads(kept.read_text())
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_api_does_what_the_case_says(case: Case, verdicts: Mapping[str, str | None]) -> None:
    verdict = verdicts[str(case)]
    assert not verdict, verdict


@pytest.mark.parametrize("case", SPOILED, ids=str)
def test_a_wrong_expectation_is_noticed(case: Case, verdicts: Mapping[str, str | None]) -> None:
    verdict = verdicts[str(case)]
    assert verdict
    assert verdict.startswith(("step 1", "in the end"))


def test_every_theme_and_every_sentence_is_played() -> None:
    assert {case.file for case in CASES} == {case.file for case in _ALL}
    shown = {rule for case in CASES for rule in case.rules}
    assert shown >= set(SENTENCES)
    assert len(CASES) > 0.9 * len(_ALL)
