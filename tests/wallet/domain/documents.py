"""Program documents for the tests: valid ones of every shape, and ways to spoil one.

They are canonical but for the case of the colour: nothing stands at its default, lists that are
sorted are sorted.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from typing import Any, Final

from hypothesis import strategies as st

from wallet.domain.designs import Picture, StampStyle
from wallet.domain.document import rewards, rules
from wallet.domain.document.conditions import AMOUNT_MAX, GOODS_CHARS_MAX
from wallet.domain.document.shapes import WEEKDAYS
from wallet.domain.program_document import LOCALES, NAME_CHARS_MAX, clean_text
from wallet.domain.programs import STAMPS_TARGET_MAX
from wallet.domain.vocabulary import PER_AMOUNT, Per, Period, RewardKind, RuleKind

DROP: Final = object()
Fields = Mapping[str, st.SearchStrategy[Any]]
Objects = st.SearchStrategy[dict[str, Any]]

NAMES = st.text(min_size=1, max_size=NAME_CHARS_MAX).filter(lambda text: clean_text(text) == text)
IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,23}", fullmatch=True)
COLORS = st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)
CURRENCIES = st.sampled_from(["PLN", "HUF", "EUR", "GBP", "JPY"])
ZONES = st.sampled_from(["Europe/Warsaw", "Europe/Budapest", "UTC", "America/Indiana/Knox"])
URLS = st.sampled_from(["https://example.com", "https://a.b-c.pl:8443/x?y=%20#z"])


def _names(choices: Any, *without: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([str(each) for each in choices if each not in without])


def _object(need: Fields, may: Fields | None = None) -> Objects:
    return st.fixed_dictionaries(dict(need), optional=dict(may or {}))


def _some(need: Fields, may: Fields) -> Objects:
    """With at least one of the fields that may be there, where none must."""
    return _object(need, may).filter(bool)


def _sorted(values: st.SearchStrategy[Any], most: int, key: Any = None) -> st.SearchStrategy[Any]:
    lists = st.lists(values, min_size=1, max_size=most, unique=True)
    return lists.map(lambda found: sorted(found, key=key))


DESIGNS = _object({"color": COLORS, "style": _names(StampStyle), "picture": _names(Picture)})
_AMOUNTS = st.integers(1, AMOUNT_MAX)
_PER_PURCHASE = st.integers(1, rules.PER_PURCHASE_MAX)
_GIVEN = st.integers(1, rules.GIVEN_MAX)
_COSTS = st.integers(1, rewards.COST_MAX)
_GOODS = st.lists(
    st.sampled_from(["SKU-1", "kawa", "☕", "x" * GOODS_CHARS_MAX]),
    min_size=1,
    max_size=3,
    unique=True,
)
ITEMS = _some({}, {"skus": _GOODS, "categories": _GOODS})
_TIMES = st.sampled_from([("00:00", "23:59"), ("22:30", "02:00"), ("14:00", "16:00")])
_SPANS = st.lists(st.dates(date(1, 1, 1), date(9999, 12, 31)), min_size=2, max_size=2).map(sorted)
_PLACES = st.lists(st.sampled_from(["Market_Square", "2", "x" * 64]), min_size=1, unique=True)
_ANY_TIME: Fields = {
    "weekdays": _sorted(st.sampled_from(WEEKDAYS), 7, WEEKDAYS.index),
    "between": _TIMES,
    "days": _SPANS,
    "from_day": st.dates().map(str),
    "to_day": st.dates().map(str),
    "locations": _PLACES,
    "tiers": st.lists(st.sampled_from(["silver", "gold"]), min_size=1, unique=True),
}


def _spread(when: dict[str, Any]) -> dict[str, Any]:
    """The pairs as the fields that stand together."""
    if "between" in when:
        when["from"], when["to"] = when.pop("between")
    if "days" in when:
        when["from_day"], when["to_day"] = map(str, when.pop("days"))
    elif "from_day" in when:
        when.pop("to_day", None)
    return when


WHEN_HAD = _some({}, _ANY_TIME).map(_spread)
WHEN = _some(
    {}, {**_ANY_TIME, "minimum": _AMOUNTS, "visit": st.integers(1, 1_000_000), "items": ITEMS}
).map(_spread)


def rules_of(unit: str, offers: list[str]) -> dict[str, Objects]:
    """Rules by kind, for a programme that collects `unit` and has those offers."""
    when, per = {"when": WHEN}, {unit: _PER_PURCHASE}
    gives: dict[str, st.SearchStrategy[Any]] = {
        unit: _GIVEN if unit == "points" else _PER_PURCHASE
    }
    if offers:
        gives["offer"] = st.sampled_from(offers)

    def giving(need: Fields | None = None, may: Fields | None = None) -> Objects:
        found = _object(need or {}, {**gives, **(may or {})})
        return found.filter(lambda rule: bool(gives.keys() & rule.keys()))

    span = st.tuples(st.integers(2, 31), st.integers(2, 62)).map(sorted)
    return {
        f"{unit}_per_purchase": _object(per, when),
        f"{unit}_per_item": _object({**per, "items": ITEMS}, when),
        f"{unit}_per_amount": _object({**per, "step": _AMOUNTS}, {**when, "items": ITEMS}),
        "multiplier": _object({"percent": st.integers(101, 10_000)}, when),
        "bonus": giving(None, when),
        "milestone": giving({"step": _AMOUNTS}),
        "challenge": giving({"span": span}).map(_spanned),
        "action": giving({"action": st.sampled_from(["review", "-", "x" * 40])}),
        "welcome": giving(),
        "birthday": giving(),
        "win_back": giving({"days": st.integers(1, 3650)}),
        "referral": st.one_of(
            giving(None, {**when, "referrer": giving()}), _object({"referrer": giving()}, when)
        ),
    }


def _spanned(challenge: dict[str, Any]) -> dict[str, Any]:
    visits, days = challenge.pop("span")
    return {**challenge, "visits": min(visits, 31), "days": days}


def worths(unit: str) -> dict[str, Objects]:
    """What rewards and offers say by kind."""
    own: dict[str, Objects] = dict.fromkeys(map(str, RewardKind), st.just({}))
    own["amount_off"] = _object({}, {"amount": _AMOUNTS})
    own["percent_off"] = _object({}, {"percent": st.integers(1, 100)})
    own["donation"] = _object({"amount": _AMOUNTS, "cause": NAMES})
    own["external"] = _object({"url": URLS})
    own["bonus_points"] = _object({"points": _GIVEN})
    if unit == "stamps":
        del own["bonus_points"]
    return own


def _kinds(by_kind: Mapping[str, Objects], also: Objects) -> Objects:
    def of(kind: str) -> Objects:
        return st.builds(lambda own, more: {**own, **more, "kind": kind}, by_kind[kind], also)

    return st.sampled_from(sorted(by_kind)).flatmap(of)


def rewards_of(unit: str) -> Objects:
    """Rewards of every kind."""
    often = _object({"count": st.integers(1, 1_000), "per": _names(Per, Per.VISIT)})
    more = {"stock": _GIVEN, "often": often, "confirm": st.just(True), "when": WHEN_HAD}
    return _kinds(worths(unit), _object({"name": NAMES, "cost": _object({unit: _COSTS})}, more))


def offers_of(unit: str) -> Objects:
    """Offers of every kind."""
    return _kinds(worths(unit), _object({"name": NAMES, "days": st.integers(1, 3650)}))


def _limits(unit: str, limited: list[str]) -> Objects:
    may = {"rule": st.sampled_from(limited)} if limited else {}
    units = _object({"per": _names(Per), unit: _GIVEN}, may)
    return units | _object({"per": _names(Per, Per.VISIT), "purchases": _GIVEN})


_REMIND = {
    "remind_days": st.lists(st.integers(1, 365), min_size=1, max_size=3, unique=True).map(
        lambda days: sorted(days, reverse=True)
    )
}
EXPIRIES = (
    _object({"months": st.integers(0, 120), "end_of": _names(Period)}, _REMIND)
    | _object({"months": st.integers(1, 120)}, _REMIND)
    | _object({"idle_months": st.integers(1, 120)}, _REMIND)
)
EARNINGS = _some(
    {},
    {
        "basis": st.just("net"),
        "exclude": ITEMS,
        "minimum": _AMOUNTS,
        "stacking": st.just("sum"),
        "percent_max": st.integers(101, 10_000),
        "cool_down_minutes": st.integers(1, 1_440),
        "ripen_days": st.integers(1, 90),
    },
)
REFUNDS = _some({}, {"debt": st.sampled_from(["zero", "owed"]), "returned": st.just("fresh")})
_LEVELS = st.lists(_AMOUNTS, min_size=2, max_size=2, unique=True).map(sorted)
TIERS = _object(
    {
        "count": st.sampled_from(["amount", "units", "visits"]),
        "period": st.sampled_from(["month", "quarter", "year"]),
        "levels": st.builds(
            lambda sums, name, percent: [
                {"id": "silver", "name": name, "from": sums[0]},
                {"id": "gold", "name": name, "from": sums[1], "percent": percent},
            ],
            _LEVELS,
            NAMES,
            st.integers(1, 100),
        ),
    },
    {"grace_days": st.integers(1, 27)},
)
MONEY_OFF = _object({"points": _COSTS, "amount": _AMOUNTS})


def _with_ids(draw: Callable[..., Any], objects: list[Any], taken: set[str]) -> list[Any]:
    ids = IDS.filter(lambda each: each not in taken)
    found = draw(st.lists(ids, min_size=len(objects), max_size=len(objects), unique=True))
    taken.update(found)
    return [{"id": name, **each} for name, each in zip(found, objects, strict=True)]


def _one_carry(found: list[Any]) -> list[Any]:
    carrying = [each for each in found if each["kind"] in PER_AMOUNT and "items" not in each]
    return [each for each in found if each not in carrying[1:]]


def _gives_units(rule: Mapping[str, Any]) -> bool:
    return rule["kind"] != RuleKind.MULTIPLIER and bool({"points", "stamps"} & rule.keys())


@st.composite
def _documents(draw: Callable[..., Any], unit: str) -> dict[str, Any]:
    def lists(objects: Objects, most: int) -> Any:
        return draw(st.lists(objects, max_size=most))

    had: set[str] = set()
    costs = _with_ids(draw, lists(rewards_of(unit), 2), had)
    offers = _with_ids(draw, lists(offers_of(unit), 2), had)
    ruled: set[str] = set()
    by_kind = rules_of(unit, [each["id"] for each in offers])
    found = _one_carry(lists(_kinds(by_kind, st.just({})), 4))
    given = _with_ids(draw, found, ruled)
    limited = [each["id"] for each in given if _gives_units(each)]
    limits = _with_ids(draw, lists(_limits(unit, limited), 2), ruled)
    document = draw(
        _object(
            {
                "name": NAMES,
                "locale": st.sampled_from(LOCALES),
                "currency": CURRENCIES,
                "time_zone": ZONES,
                "design": DESIGNS,
            },
            {
                "earning": EARNINGS,
                "expiry": EXPIRIES,
                "refunds": REFUNDS,
                **({"money_off": MONEY_OFF} if unit == "points" else {}),
            },
        )
    )
    if unit == "stamps":
        document["stamps"] = {"target": draw(st.integers(1, STAMPS_TARGET_MAX))}
    ranked = [each for each in (*given, *costs) if "tiers" in each.get("when", {})]
    if ranked or draw(st.booleans()):
        document["tiers"] = draw(TIERS)
    lists_said = {"offers": offers, "limits": limits}
    said = {name: each for name, each in lists_said.items() if each}
    return {**document, "kind": unit, "rules": given, "rewards": costs, **said}


STAMPS_DOCUMENTS = _documents("stamps")
POINTS_DOCUMENTS = _documents("points")
DOCUMENTS = STAMPS_DOCUMENTS | POINTS_DOCUMENTS


def paths_of(value: Any, before: str = "") -> list[str]:
    """The paths of all that stands in a document, as `spoiled` takes them."""
    found: list[str] = []
    if isinstance(value, dict | list):
        for step, each in value.items() if isinstance(value, dict) else enumerate(value):
            found += [f"{before}{step}", *paths_of(each, f"{before}{step}.")]
    return found


def spoiled(document: Mapping[str, Any], path: str, value: object) -> dict[str, Any]:
    """The document with another value at a path such as `rewards.0.cost`, or without it (DROP)."""
    copy = deepcopy(dict(document))
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = copy
    for step in way:
        place = place[step]
    if value is DROP:
        del place[last]
    else:
        place[last] = value
    return copy
