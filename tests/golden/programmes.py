"""Random programmes that a small shop might run: few rules, all of which come to bear often."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.golden.cases import document

_COFFEE = {"categories": ["coffee"]}
_WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), unique_by=repr, max_size=len(values))


def _whens() -> st.SearchStrategy[Mapping[str, Any]]:
    return st.one_of(
        st.builds(lambda days: {"weekdays": days}, _some(_WEEKDAYS).filter(bool)),
        st.sampled_from(
            [
                {"from": "09:00", "to": "15:00"},
                {"from": "20:00", "to": "10:00"},
                {"from_day": "2027-03-10", "to_day": "2027-03-31"},
                {"minimum": 1_000},
                {"visit": 1},
                {"visit": 3},
                {"items": _COFFEE},
                {"tiers": ["silver"]},
            ]
        ),
    )


@st.composite
def _rules(draw: st.DrawFn, unit: str) -> list[dict[str, Any]]:
    few = st.integers(1, 5)
    offer = {"offer": "five"}
    rules: list[dict[str, Any]] = [
        {
            "id": "spend",
            "kind": f"{unit}_per_amount",
            "step": draw(st.sampled_from([7, 100, 999])),
        },
        {"id": "visit", "kind": f"{unit}_per_purchase"},
        {"id": "cup", "kind": f"{unit}_per_item", "items": _COFFEE},
        {"id": "beans", "kind": f"{unit}_per_amount", "step": 300, "items": _COFFEE},
        {"id": "big", "kind": "bonus", "when": draw(_whens())},
        {"id": "fifty", "kind": "milestone", "step": 2_500, **draw(st.sampled_from([offer, {}]))},
        {
            "id": "often",
            "kind": "challenge",
            "visits": draw(st.integers(2, 3)),
            "days": 5,
            **offer,
        },
        {"id": "review", "kind": "action", "action": "review"},
        {"id": "back", "kind": "win_back", "days": 10, **offer},
        {
            "id": "friend",
            "kind": "referral",
            "referrer": {unit: draw(few), **draw(st.sampled_from([offer, {}]))},
            "when": {"minimum": draw(st.sampled_from([1, 700]))},
        },
    ]
    for rule in rules:
        rule[unit] = draw(few)
    double = [
        {"id": f"times-{number}", "kind": "multiplier", "percent": percent, "when": draw(_whens())}
        for number, percent in enumerate(draw(_some([150, 200, 333])))
    ]
    return [*draw(_some(rules)), *double]


def _limits(unit: str, rules: list[dict[str, Any]]) -> st.SearchStrategy[list[Any]]:
    limits: list[dict[str, Any]] = [
        {"id": f"per-{per}", "per": per, unit: most}
        for per, most in (("visit", 12), ("day", 15), ("week", 40), ("card", 120))
    ]
    limits.append({"id": "twice", "per": "day", "purchases": 2})
    if any(rule["id"] == "spend" for rule in rules):
        limits.append({"id": "of-spend", "per": "day", unit: 9, "rule": "spend"})
    return _some(limits)


_EARNING = st.fixed_dictionaries(
    {},
    optional={
        "stacking": st.sampled_from(["best", "sum"]),
        "percent_max": st.just(300),
        "exclude": st.just({"categories": ["deposit"]}),
        "minimum": st.just(200),
        "basis": st.just("net"),
        "ripen_days": st.integers(1, 3),
        "cool_down_minutes": st.just(30),
    },
)
_EXPIRY = st.one_of(
    st.none(),
    st.sampled_from(
        [
            {"months": 1},
            {"months": 0, "end_of": "month"},
            {"months": 2, "end_of": "quarter", "remind_days": [14, 3]},
            {"idle_months": 1, "remind_days": [7]},
        ]
    ),
)


_TIERS = st.fixed_dictionaries(
    {
        "count": st.sampled_from(["amount", "units", "visits"]),
        "period": st.sampled_from(["month", "quarter"]),
        "levels": st.sampled_from([2, 20, 2_000]).map(
            lambda least: [{"id": "silver", "name": "Silver", "from": least}]
        ),
    },
    optional={"grace_days": st.just(6)},
)


@st.composite
def programmes(draw: st.DrawFn) -> Mapping[str, Any]:
    """A whole document, of points or of stamps."""
    unit = draw(st.sampled_from(["points", "stamps"]))
    rules = draw(_rules(unit))
    rewards: list[dict[str, Any]] = [
        {"id": "cake", "name": "Cake", "kind": "free_product", "cost": {unit: 8}},
        {
            "id": "mug",
            "name": "Mug",
            "kind": "gift",
            "cost": {unit: 5},
            "often": {"count": 1, "per": "week"},
            "stock": 3,
        },
    ]
    said: dict[str, Any] = {
        "kind": unit,
        "rules": rules,
        "rewards": rewards,
        "offers": [
            {"id": "five", "name": "5 off", "kind": "amount_off", "amount": 500, "days": 9}
        ],
        "limits": draw(_limits(unit, rules)),
        "earning": draw(_EARNING),
        "refunds": {
            "debt": draw(st.sampled_from(["negative", "zero", "owed"])),
            "returned": draw(st.sampled_from(["old_expiry", "fresh"])),
        },
        "tiers": draw(_TIERS),
    }
    expiry = draw(_EXPIRY)
    return document(said | ({"expiry": expiry} if expiry else {}))
