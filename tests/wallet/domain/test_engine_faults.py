"""The faults of rules, rewards, offers, limits and of what holds for every purchase."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.wallet.domain.documents import DROP, paths_of, spoiled
from tests.wallet.domain.rich_samples import BAKERY, MARKET
from tests.wallet.domain.test_program_faults import HUGE, NO_COUNT, NO_TEXT, faults
from wallet.domain.errors import InvalidProgramError
from wallet.domain.program_document import read_terms, write_terms
from wallet.domain.vocabulary import RuleKind

NO_LIST: Final[list[object]] = [None, {}, "x", 1, True]
NO_OBJECT: Final[list[object]] = [None, [], "x", 1, True]
NO_ID: Final = [*NO_TEXT, "A", "_a", "a b", "ą", "x" * 25]
NO_GOODS: Final = [*NO_LIST, [], ["x"] * 2, [f"{n}" for n in range(101)]]
MANY_OFFERS: Final = [{"id": f"o{n}", "name": "x", "kind": "gift", "days": 1} for n in range(41)]
MANY_LIMITS: Final = [{"id": f"l{n}", "per": "day", "points": 1} for n in range(41)]

# What may not stand at a path of MARKET; every fault lies there.
WRONG: Mapping[str, list[object]] = {
    "rules.0.step": [*NO_COUNT, 1_000_000_001, DROP],
    "rules.0.percent": [200],
    "rules.1.items": [*NO_OBJECT, {}],
    "rules.1.items.categories": NO_GOODS,
    "rules.1.items.categories.0": [*NO_TEXT, " ", "\u202e", "x" * 201],
    "rules.1.items.names": [["x"]],
    "rules.2.points": [*NO_COUNT, 1001, DROP],
    "rules.2.when": [*NO_OBJECT, {}],
    "rules.2.when.minimum": [*NO_COUNT, 1_000_000_001],
    "rules.2.when.tier": ["gold"],
    "rules.3.items": [*NO_OBJECT, DROP],
    "rules.3.items.skus": NO_GOODS,
    "rules.4.percent": [*NO_COUNT, 100, 10_001, DROP],
    "rules.4.points": [1],
    "rules.4.when.weekdays": [*NO_LIST, [], ["mon"] * 8],
    "rules.4.when.weekdays.0": [*NO_TEXT, 0, "Mon", "monday"],
    "rules.4.when.from": [
        *NO_TEXT, "14", "24:00", "7:00", "14:60", "14:00:00", "\u0661\u0664:00", DROP,
    ],
    "rules.4.when.to": [*NO_TEXT, "24:00", 960, "14:00", DROP],
    "rules.5.points": [*NO_COUNT, 1_000_001],
    "rules.5.offer": [*NO_ID, "no-such"],
    "rules.5.when.from_day": [*NO_TEXT, "2027-3-1", "20270301", "2027-W09-1", 1.5],
    "rules.5.when.to_day": [*NO_TEXT, "2027-02-29", "2027-13-01", "0000-01-01", "2027-02-28"],
    "rules.5.when.visit": [*NO_COUNT, 1_000_001],
    "rules.5.when.items": [*NO_OBJECT, {}],
    "rules.5.when.locations": [*NO_LIST, [], ["a", "a"], ["a b"], [""], ["x" * 65]],
    "rules.6.step": [*NO_COUNT, DROP],
    "rules.6.when": [{"visit": 1}],
    "rules.7.visits": [*NO_COUNT, 1, 32, 15, DROP],
    "rules.7.days": [*NO_COUNT, 63, DROP],
    "rules.7.offer": [*NO_ID, "no-such"],
    "rules.8.action": [*NO_TEXT, "A", "a b", "x" * 41, DROP],
    "rules.9.days": [1],
    "rules.11.days": [*NO_COUNT, 3_651, DROP],
    "rewards.0.amount": [*NO_COUNT, 1_000_000_001],
    "rewards.0.percent": [5],
    "rewards.0.when": [{"minimum": 1}, {"visit": 1}, {"items": {"skus": ["x"]}}, {}],
    "rewards.1.amount": [*NO_COUNT, DROP],
    "rewards.1.cause": [*NO_TEXT, " ", "x" * 61, DROP],
    "rewards.1.stock": [*NO_COUNT, 1_000_000_001],
    "rewards.1.often": [*NO_OBJECT],
    "rewards.1.often.count": [*NO_COUNT, 1_001, DROP],
    "rewards.1.often.per": [*NO_TEXT, "visit", "hour", DROP],
    "rewards.1.confirm": [None, 0, 1, "true", [], {}],
    "rewards.2.points": [*NO_COUNT, 1_000_001, DROP],
    "rewards.3.url": [
        *NO_TEXT, "http://film.example", "https://", "https://me:pass@film.example", "//x", DROP,
        "https://film.example/a b", "https://film.example/ą", "javascript:x", "https://x/" * 51,
    ],
    "offers": [*NO_LIST, MANY_OFFERS],
    "offers.1.percent": [*NO_COUNT, 101],
    "offers.1.days": [*NO_COUNT, 3_651, DROP],
    "offers.1.cost": [{"points": 1}],
    "limits": [*NO_LIST, MANY_LIMITS],
    "limits.0.per": [*NO_TEXT, "hour", DROP],
    "limits.0.points": [*NO_COUNT, 1_000_001],
    "limits.0.stamp": [1],
    "limits.1.rule": [*NO_ID, "no-such", "happy", "birthday"],
    "limits.2.per": ["visit"],
    "limits.2.rule": ["spend"],
    "earning": NO_OBJECT,
    "earning.basis": [*NO_TEXT, "tax"],
    "earning.exclude": [*NO_OBJECT, {}],
    "earning.minimum": NO_COUNT,
    "earning.stacking": [*NO_TEXT, "worst"],
    "earning.percent_max": [*NO_COUNT, 100, 10_001],
    "earning.cool_down_minutes": [*NO_COUNT, 1_441],
    "earning.ripen_days": [*NO_COUNT, 91],
    "earning.more": [1],
    "expiry.months": [None, True, -1, HUGE, 1.5, "1", 121, DROP],
    "expiry.end_of": [*NO_TEXT, "week"],
    "expiry.remind_days": [*NO_LIST, [1, 1], [4, 3, 2, 1], [0], [366], ["7"]],
    "refunds": NO_OBJECT,
    "refunds.debt": [*NO_TEXT, "never"],
    "refunds.returned": [*NO_TEXT, "old"],
    "money_off.points": [*NO_COUNT, 1_000_001, DROP],
    "money_off.amount": [*NO_COUNT, 1_000_000_001, DROP],
}  # fmt: skip
CASES: list[tuple[str, object, list[str]]] = [
    ("rules.0", {"id": "x", "kind": "welcome"}, ["rules[0]"]),
    ("rules.5", {"id": "x", "kind": "bonus", "when": {"visit": 1}}, ["rules[5]"]),
    ("rules.5.when.from_day", "2027-04-01", ["rules[5].when.to_day"]),
    ("rules.4.when.weekdays.1", "mon", ["rules[4].when.weekdays[1]"]),
    ("rules.1", {"id": "b", "kind": "points_per_amount", "step": 1, "points": 1}, ["rules[1]"]),
    ("rules.2.id", "spend", ["rules[2].id"]),
    ("limits.0.id", "spend", ["limits[0].id"]),
    ("limits.1.id", "a-day", ["limits[1].id"]),
    ("offers.1.id", "juice", ["offers[1].id"]),
    ("offers.1.id", "tree", ["offers[1].id"]),
    ("offers.0.id", "x", ["rules[7].offer", "rules[10].offer", "rules[12].referrer.offer"]),
    ("rules.12.referrer", {}, ["rules[12].referrer"]),
    ("rules.12.referrer.points", 0, ["rules[12].referrer.points"]),
    ("rules.12.referrer.stamps", 1, ["rules[12].referrer.stamps"]),
    ("rules.12.referrer.when", {"visit": 1}, ["rules[12].referrer.when"]),
    ("rules.12", {"id": "friend", "kind": "referral"}, ["rules[12]"]),
    ("rules.12.minimum", 5, ["rules[12].minimum"]),
    ("limits.0", {"id": "x", "per": "day"}, ["limits[0]"]),
    ("limits.2.points", 5, ["limits[2]"]),
    ("limits.0.stamps", 1, ["limits[0]", "limits[0].stamps"]),
    ("expiry", {}, ["expiry.months"]),
    ("expiry", {"months": 0}, ["expiry.months"]),
    ("expiry", {"months": 1, "idle_months": 1}, ["expiry.months"]),
    ("expiry", {"idle_months": 1, "end_of": "year"}, ["expiry.end_of"]),
    ("expiry", {"idle_months": 0}, ["expiry.idle_months"]),
    ("rewards.0.kind", "gift", ["rewards[0].amount"]),
    ("rewards.0.kind", "donation", ["rewards[0].cause"]),
    ("rules.4.when", {"from": "10:00"}, ["rules[4].when.to"]),
    ("rewards.1.when", {"to": "10:00"}, ["rewards[1].when.from"]),
]
STAMPS_CASES: list[tuple[str, object, list[str]]] = [
    ("money_off", {"points": 1, "amount": 1}, ["money_off"]),
    ("rules.4.points", 1, ["rules[4].points"]),
    ("limits.0", {"id": "x", "per": "day", "points": 1}, ["limits[0].points"]),
    ("offers.0", {"id": "roll", "name": "x", "kind": "bonus_points", "points": 1, "days": 1},
     ["offers[0].points"]),
    ("rewards.0", {"id": "a", "name": "x", "kind": "bonus_points", "points": 1,
                   "cost": {"stamps": 1}}, ["rewards[0].points"]),
    ("rules.1", {"id": "b", "kind": "stamps_per_amount", "step": 1, "stamps": 1}, ["rules[2]"]),
]  # fmt: skip


def test_the_samples_have_no_fault_and_lack_nothing() -> None:
    for sample in (MARKET, BAKERY):
        assert write_terms(read_terms(sample)) == sample
    kinds = {rule["kind"] for sample in (MARKET, BAKERY) for rule in sample["rules"]}
    assert kinds == set(RuleKind)


@pytest.mark.parametrize(
    ("path", "value"), [(path, value) for path, values in WRONG.items() for value in values]
)
def test_what_may_not_stand_there(path: str, value: object) -> None:
    at = re.sub(r"\.(\d+)", r"[\1]", path)
    found = faults(spoiled(MARKET, path, value))
    assert [each for each in found if not re.match(rf"{re.escape(at)}($|[.\[])", each)] == []


@pytest.mark.parametrize(("path", "value", "expected"), CASES)
def test_a_fault_of_the_market(path: str, value: object, expected: list[str]) -> None:
    assert faults(spoiled(MARKET, path, value)) == expected


@pytest.mark.parametrize(("path", "value", "expected"), STAMPS_CASES)
def test_a_fault_of_the_bakery(path: str, value: object, expected: list[str]) -> None:
    assert faults(spoiled(BAKERY, path, value)) == expected


SPOILT_AT: list[tuple[str, object]] = [
    ("name", "\ud800"),
    ("currency", True),
    ("time_zone", "Mars/Base"),
    ("rules.0.step", math.nan),
    ("rules.1.items.skus", ["a", "a"]),
    ("rules.3.points", True),
    ("rules.4.when.from", "25:00"),
    ("rules.5.kind", "lottery"),
    ("rules.7.visits", 20),
    ("rules.8.colour", None),
    ("rewards.1.often.per", "visit"),
    ("rewards.3.url", "javascript:alert(1)"),
    ("offers.0.days", HUGE),
    ("limits.1.rule", "no-such"),
    ("earning.exclude.categories", [[[[]]]]),
    ("money_off.amount", 1.0),
    ("design.logo", "../../x"),
]


def test_seventeen_faults_are_answered_at_once_each_with_its_path() -> None:
    spoilt: Mapping[str, Any] = MARKET
    for path, value in SPOILT_AT:
        spoilt = spoiled(spoilt, path, value)
    answered = faults(spoilt)
    assert set(answered) == {
        "name", "currency", "time_zone", "rules[0].step", "rules[1].items.skus[1]",
        "rules[3].points", "rules[4].when.from", "rules[5].kind", "rules[7].visits",
        "rules[8].colour", "rewards[1].often.per", "rewards[3].url", "offers[0].days",
        "limits[1].rule", "earning.exclude.categories[0]", "money_off.amount", "design.logo",
    }  # fmt: skip
    assert len(answered) == len(SPOILT_AT)


@pytest.mark.parametrize("sample", [MARKET, BAKERY], ids=["market", "bakery"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -HUGE, "\ud800", True, {"": {}}, [[[]]]])
def test_nothing_hostile_gets_in_anywhere(sample: Mapping[str, Any], value: object) -> None:
    for path in paths_of(sample):
        spoilt = spoiled(sample, path, value)
        if path != "rewards.1.confirm" or value is not True:
            assert json.dumps(faults(spoilt)), path


def test_the_name_of_an_unknown_field_can_be_shown() -> None:
    spoilt = {**MARKET, "\ud800\u202e\n" + "x" * 10_000: 1}
    assert faults(spoilt) == ["x" * 60]


def test_an_unknown_kind_has_no_faults_but_its_own() -> None:
    spoilt = spoiled(MARKET, "rules.8.kind", "lottery")
    assert faults(spoilt) == ["rules[8].kind"]
    spoilt = spoiled(spoiled(MARKET, "kind", "miles"), "rewards.1.kind", "swap")
    assert faults(spoilt) == ["kind", "rewards[1].kind"]


def test_what_has_no_place_is_told_from_what_nobody_knows() -> None:
    spoilt = {**MARKET["rules"][0], "visits": 3, "vists": 3}
    with pytest.raises(InvalidProgramError) as caught:
        read_terms(spoiled(MARKET, "rules.0", spoilt))
    assert {each.path: each.reason for each in caught.value.faults} == {
        "rules[0].visits": "has no place here",
        "rules[0].vists": "unknown field",
    }
