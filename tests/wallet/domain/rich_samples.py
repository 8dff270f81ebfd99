"""Two documents that say all that one can say.

A market that counts points, a bakery that stamps.
"""

from collections.abc import Mapping
from typing import Any

MARKET: Mapping[str, Any] = {
    "name": "Zielony Targ",
    "kind": "points",
    "locale": "pl",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "rules": [
        {"id": "spend", "kind": "points_per_amount", "step": 1000, "points": 1},
        {
            "id": "fish",
            "kind": "points_per_amount",
            "step": 500,
            "points": 2,
            "items": {"categories": ["fish"]},
        },
        {"id": "visit", "kind": "points_per_purchase", "points": 3, "when": {"minimum": 2000}},
        {"id": "apple", "kind": "points_per_item", "points": 1, "items": {"skus": ["APPLE-1"]}},
        {
            "id": "happy",
            "kind": "multiplier",
            "percent": 200,
            "when": {
                "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                "from": "14:00",
                "to": "16:00",
            },
        },
        {
            "id": "spring",
            "kind": "bonus",
            "points": 5,
            "when": {
                "from_day": "2027-03-01",
                "to_day": "2027-03-31",
                "visit": 1,
                "items": {"skus": ["JUICE"], "categories": ["fruit"]},
                "locations": ["market", "Harbour_2"],
            },
        },
        {"id": "fifty", "kind": "milestone", "step": 5000, "points": 5},
        {
            "id": "thrice",
            "kind": "challenge",
            "visits": 3,
            "days": 14,
            "points": 50,
            "offer": "juice",
        },
        {"id": "review", "kind": "action", "action": "review", "points": 10},
        {"id": "welcome", "kind": "welcome", "points": 10},
        {"id": "birthday", "kind": "birthday", "offer": "juice"},
        {"id": "back", "kind": "win_back", "days": 60, "points": 20},
        {
            "id": "friend",
            "kind": "referral",
            "points": 5,
            "referrer": {"points": 20, "offer": "juice"},
            "when": {"minimum": 2000},
        },
    ],
    "rewards": [
        {
            "id": "five",
            "name": "5 zł taniej",
            "kind": "amount_off",
            "amount": 500,
            "cost": {"points": 50},
        },
        {
            "id": "tree",
            "name": "Drzewo",
            "kind": "donation",
            "amount": 1000,
            "cause": "Las",
            "cost": {"points": 100},
            "stock": 500,
            "often": {"count": 1, "per": "year"},
            "confirm": True,
            "when": {"weekdays": ["sat"], "from_day": "2027-01-01", "locations": ["market"]},
        },
        {
            "id": "more",
            "name": "Więcej",
            "kind": "bonus_points",
            "points": 60,
            "cost": {"points": 50},
        },
        {
            "id": "film",
            "name": "Film",
            "kind": "external",
            "url": "https://film.example/code?from=targ",
            "cost": {"points": 300},
        },
    ],
    "offers": [
        {"id": "juice", "name": "Sok gratis", "kind": "free_product", "days": 14},
        {"id": "tenth", "name": "10% taniej", "kind": "percent_off", "percent": 10, "days": 30},
    ],
    "limits": [
        {"id": "a-day", "per": "day", "points": 200},
        {"id": "reviews", "per": "month", "points": 10, "rule": "review"},
        {"id": "visits", "per": "day", "purchases": 3},
    ],
    "earning": {
        "basis": "net",
        "exclude": {"categories": ["tobacco", "deposit"]},
        "minimum": 500,
        "stacking": "sum",
        "percent_max": 300,
        "cool_down_minutes": 5,
        "ripen_days": 14,
    },
    "expiry": {"months": 12, "end_of": "quarter", "remind_days": [30, 7]},
    "refunds": {"debt": "owed", "returned": "fresh"},
    "money_off": {"points": 10, "amount": 100},
    "design": {"color": "#1f5f8a", "style": "rosette", "picture": "flower"},
}
BAKERY: Mapping[str, Any] = {
    "name": "Péklapát",
    "kind": "stamps",
    "locale": "hu",
    "currency": "HUF",
    "time_zone": "Europe/Budapest",
    "stamps": {"target": 8},
    "rules": [
        {"id": "visit", "kind": "stamps_per_purchase", "stamps": 1},
        {"id": "loaf", "kind": "stamps_per_item", "stamps": 2, "items": {"skus": ["LOAF"]}},
        {"id": "spend", "kind": "stamps_per_amount", "step": 500_000, "stamps": 1},
        {"id": "early", "kind": "multiplier", "percent": 300, "when": {"visit": 1}},
        {"id": "friend", "kind": "action", "action": "friend", "stamps": 1, "offer": "roll"},
    ],
    "rewards": [
        {"id": "bread", "name": "Kenyér", "kind": "free_product", "cost": {"stamps": 8}},
    ],
    "offers": [{"id": "roll", "name": "Kifli", "kind": "sample", "days": 7}],
    "limits": [{"id": "once", "per": "visit", "stamps": 3}],
    "earning": {"cool_down_minutes": 30},
    "expiry": {"idle_months": 6, "remind_days": [14]},
    "refunds": {"debt": "zero"},
    "design": {"color": "#b8451f", "style": "ring", "picture": "loaf"},
}
