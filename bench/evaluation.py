"""How long the rules take: one purchase against a full programme, from card to sealed entry.

The programme has 40 rules and 6 limits, of which 8 award; the card 12 lots and 6 tallies; the
basket 10 lines. `python -m bench.evaluation` prints the figures.
"""

import gc
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bench.commit import full_card, full_state
from wallet.domain.document.rules import RULES_MAX
from wallet.domain.drafts import seal
from wallet.domain.ids import MerchantId, ProgramId, entry_id, key_digest
from wallet.domain.ledger import earn
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program, version_of
from wallet.domain.purchases import Item, Purchase

BARS = {"evaluation_p99_ms": 1.0}

_ROUNDS, _WARM = 3_000, 200
_AT = datetime(2027, 6, 16, 12, 30, tzinfo=UTC)
_GOODS = {"categories": ["coffee"]}
# On a Wednesday at noon all of these award, and none of the others.
_AWARDING = [
    {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
    {"id": "visit", "kind": "points_per_purchase", "points": 2},
    {"id": "beans", "kind": "points_per_item", "points": 3, "items": _GOODS},
    {"id": "cups", "kind": "points_per_amount", "step": 500, "points": 1, "items": _GOODS},
    {"id": "wednesday", "kind": "multiplier", "percent": 150, "when": {"weekdays": ["wed"]}},
    {"id": "summer", "kind": "multiplier", "percent": 120, "when": {"from_day": "2027-06-01"}},
    {"id": "big", "kind": "bonus", "points": 10, "when": {"minimum": 2_000}},
    {"id": "fifty", "kind": "milestone", "step": 5_000, "points": 5},
]
_CHALLENGES = [
    {"id": f"often-{visits}", "kind": "challenge", "visits": visits, "days": 30, "points": 50}
    for visits in (20, 25)
]
_OTHERS = [
    {
        "id": f"season-{number}",
        "kind": "bonus",
        "points": 5,
        "when": {
            "weekdays": ["mon", "sat"],
            "from": "14:00",
            "to": "16:00",
            "from_day": "2027-01-01",
            "items": {"skus": [f"sku-{number}"]},
        },
    }
    for number in range(RULES_MAX - len(_AWARDING) - len(_CHALLENGES))
]
_DOCUMENT = {
    "name": "Full",
    "kind": "points",
    "locale": "pl",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "rules": [*_AWARDING, *_CHALLENGES, *_OTHERS],
    "rewards": [],
    "limits": [
        {"id": f"per-{per}", "per": per, "points": 900_000}
        for per in ("visit", "day", "week", "month", "year", "card")
    ],
    "earning": {"stacking": "sum", "exclude": {"categories": ["deposit"]}},
    "expiry": {"months": 12, "end_of": "month"},
    "design": {"color": "#1f5b45", "style": "pad", "picture": "cup"},
}


def program() -> Program:
    """40 rules of every kind that a purchase meets, of which 8 award at `_AT`."""
    return version_of(
        read_terms(_DOCUMENT),
        id=ProgramId("full"),
        merchant_id=MerchantId("m" * 22),
        version=1,
        design_version=1,
        effective_at=_AT,
    )


def basket() -> Purchase:
    """Ten lines, one of them excluded."""
    lines = [
        Item(sku=f"cup-{number}", category="coffee", quantity=2, amount=900) for number in range(9)
    ]
    deposit = Item(sku="bottle", category="deposit", amount=100)
    return Purchase(
        amount=8_200, currency="PLN", reference="2027/06/16-17", items=(*lines, deposit)
    )


def measure() -> Mapping[str, float]:
    """Milliseconds of CPU of a purchase, at the median and the 99th percentile.

    CPU, because other work on the machine takes the core away for longer than all of it needs.
    """
    shop, bought = program(), basket()
    card = replace(full_card(), state=replace(full_state(), carry=50))
    took: list[float] = []
    gc.disable()
    for number in range(_ROUNDS + _WARM):
        digest = key_digest("bench", f"{number}")
        begun = time.thread_time()
        draft = earn(shop, card, bought, digest=digest, location_id="lipowa", occurred_at=_AT)
        _, entry = seal(
            card, draft, shop, entry_id=entry_id(card.id, digest), actor="bench", now=_AT
        )
        took.append(time.thread_time() - begun)
    gc.enable()
    if len(entry.lines) != len(_AWARDING):
        raise AssertionError(f"{len(entry.lines)} rules awarded, not {len(_AWARDING)}")
    took = sorted(took[_WARM:])
    return {
        "evaluation_p50_ms": took[len(took) // 2] * 1_000,
        "evaluation_p99_ms": took[len(took) * 99 // 100] * 1_000,
    }


def main() -> None:
    """Prints the figures."""
    for name, figure in measure().items():
        sys.stdout.write(f"{name:28} {figure:8.3g}\n")


if __name__ == "__main__":
    main()
