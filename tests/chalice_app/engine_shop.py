"""Programmes of the desk's shop with all that the engine has, and cards in them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import Reply

MARKET: Mapping[str, Any] = {
    "name": "Lipowa",
    "kind": "points",
    "locale": "en",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "rules": [
        {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
        {
            "id": "fish",
            "kind": "points_per_item",
            "points": 5,
            "items": {"categories": ["fish"]},
        },
        {"id": "review", "kind": "action", "action": "review", "points": 10},
        {"id": "juice", "kind": "action", "action": "juice", "offer": "juice"},
    ],
    "rewards": [
        {
            "id": "five",
            "name": "5 off",
            "kind": "amount_off",
            "amount": 500,
            "cost": {"points": 50},
        },
        {
            "id": "tree",
            "name": "A tree",
            "kind": "donation",
            "amount": 200,
            "cause": "Clean Rivers",
            "cost": {"points": 20},
        },
        {
            "id": "film",
            "name": "A film",
            "kind": "external",
            "url": "https://film.example/code",
            "cost": {"points": 10},
        },
        {"id": "more", "name": "More", "kind": "bonus_points", "points": 7, "cost": {"points": 5}},
        {"id": "wine", "name": "Wine", "kind": "gift", "cost": {"points": 10}, "confirm": True},
        {"id": "cup", "name": "Cup", "kind": "gift", "cost": {"points": 1}, "stock": 2},
        {
            "id": "once",
            "name": "Once",
            "kind": "sample",
            "cost": {"points": 1},
            "often": {"count": 1, "per": "day"},
        },
        {
            "id": "here",
            "name": "Here",
            "kind": "service",
            "cost": {"points": 1},
            "when": {"locations": ["market"]},
        },
    ],
    "offers": [
        {"id": "juice", "name": "Free juice", "kind": "free_product", "days": 14},
        {"id": "tenth", "name": "A tenth off", "kind": "percent_off", "percent": 10, "days": 30},
    ],
    "earning": {"basis": "net", "exclude": {"categories": ["tobacco"]}, "cool_down_minutes": 5},
    "expiry": {"months": 12},
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
        {"id": "thrice", "kind": "challenge", "visits": 2, "days": 7, "offer": "kifli"},
    ],
    "rewards": [{"id": "loaf", "name": "Kenyér", "kind": "free_product", "cost": {"stamps": 8}}],
    "offers": [{"id": "kifli", "name": "Egy kifli", "kind": "gift", "days": 7}],
    "limits": [{"id": "a-day", "per": "day", "stamps": 3}],
    "expiry": {"idle_months": 6},
    "design": {"color": "#8a3a1f", "style": "ring", "picture": "loaf"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """A programme of the shop, and calls about its cards."""

    desk: Desk
    program_id: str

    def card(self, *, points: int = 0, stamps: int = 0, **member: str) -> str:
        """The id of a new card that holds so much."""
        path = f"/programs/{self.program_id}/cards"
        card = self.desk.call("POST", path, {"member": member}).json
        for unit, count in (("points", points), ("stamps", stamps)):
            if count:
                self.done(card["id"], "adjust", **{unit: count}, reason="a start")
        return str(card["id"])

    def ask(
        self, card: str, what: str, /, *, key: str = "", secret: str = "", **body: Any
    ) -> Reply:
        """A call about a card."""
        path = f"/cards/{card}/{what}"
        return self.desk.call("POST", path, body, key=key, secret=secret)

    def done(self, card: str, what: str, /, **body: Any) -> dict[str, Any]:
        """The outcome of a call that must do something."""
        reply = self.ask(card, what, **body)
        assert reply.status == 201, reply.body
        return dict(reply.json)

    def buy(self, card_id: str, amount: int, **more: Any) -> dict[str, Any]:
        """The outcome of a purchase in the programme's money."""
        currency = "PLN" if self.program_id.startswith("market") else "HUF"
        purchase = {"amount": amount, "currency": currency, **more}
        return self.done(card_id, "earn", purchase=purchase, override=True)

    def reverse(self, entry: Mapping[str, Any], **body: Any) -> Reply:
        """Takes an entry back."""
        return self.desk.call("POST", f"/entries/{entry['id']}/reverse", body)

    def points(self, card_id: str) -> int:
        """What the card holds."""
        return int(self.desk.card(card_id)["balance"]["points"])


def market(desk: Desk, **changes: Any) -> Counterpart:
    """A new programme with points."""
    return _published(desk, "market", {**MARKET, **changes})


def bakery(desk: Desk, **changes: Any) -> Counterpart:
    """A new programme with stamps."""
    return _published(desk, "bakery", {**BAKERY, **changes})


def _published(desk: Desk, name: str, document: Mapping[str, Any]) -> Counterpart:
    program_id = f"{name}-{secrets.token_hex(4)}"
    reply = desk.call("PUT", f"/programs/{program_id}", document)
    assert reply.status == 201, reply.body
    return Counterpart(desk=desk, program_id=program_id)
