"""Program documents for the tests: valid ones of every shape, and ways to spoil one."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from hypothesis import strategies as st

from wallet.domain.program_document import (
    COST_MAX,
    LOCALES,
    NAME_CHARS_MAX,
    PER_PURCHASE_MAX,
    STEP_MAX,
    clean_text,
)
from wallet.domain.programs import STAMPS_TARGET_MAX, Picture, RewardKind, StampStyle

DROP: Final = object()

NAMES = st.text(min_size=1, max_size=NAME_CHARS_MAX).filter(lambda text: clean_text(text) == text)
IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,23}", fullmatch=True)
COLORS = st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)
CURRENCIES = st.sampled_from(["PLN", "HUF", "EUR", "GBP", "JPY"])
ZONES = st.sampled_from(["Europe/Warsaw", "Europe/Budapest", "UTC", "America/Indiana/Knox"])
DESIGNS = st.fixed_dictionaries(
    {
        "color": COLORS,
        "style": st.sampled_from([str(each) for each in StampStyle]),
        "picture": st.sampled_from([str(each) for each in Picture]),
    }
)
_PER_PURCHASE = st.integers(1, PER_PURCHASE_MAX)


def _named(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"id": IDS, **fields})


def _distinct(
    items: st.SearchStrategy[dict[str, Any]], most: int
) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(items, max_size=most, unique_by=lambda item: str(item["id"]))


def _rewards(unit: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    reward = _named(
        {
            "name": NAMES,
            "kind": st.sampled_from([str(each) for each in RewardKind]),
            "cost": st.fixed_dictionaries({unit: st.integers(1, COST_MAX)}),
        }
    )
    return _distinct(reward, 4)


_SHARED: dict[str, st.SearchStrategy[Any]] = {
    "name": NAMES,
    "locale": st.sampled_from(LOCALES),
    "currency": CURRENCIES,
    "time_zone": ZONES,
    "design": DESIGNS,
}
STAMPS_DOCUMENTS = st.fixed_dictionaries(
    {
        **_SHARED,
        "kind": st.just("stamps"),
        "stamps": st.fixed_dictionaries({"target": st.integers(1, STAMPS_TARGET_MAX)}),
        "rules": _distinct(
            _named({"kind": st.just("stamps_per_purchase"), "stamps": _PER_PURCHASE}), 4
        ),
        "rewards": _rewards("stamps"),
    }
)
POINTS_DOCUMENTS = st.fixed_dictionaries(
    {
        **_SHARED,
        "kind": st.just("points"),
        "rules": _distinct(
            _named(
                {
                    "kind": st.just("points_per_amount"),
                    "step": st.integers(1, STEP_MAX),
                    "points": _PER_PURCHASE,
                }
            ),
            1,
        ),
        "rewards": _rewards("points"),
    }
)
DOCUMENTS = STAMPS_DOCUMENTS | POINTS_DOCUMENTS


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
