"""What right forms and documents hold.

Each call makes a new one: nothing of it was used before.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.chalice_app.hostile.scene import Scene, new_key
from tests.chalice_app.till_system import TIME
from tests.world import STAMPS
from wallet import runtime
from wallet.domain.times import write_time
from wallet.services.join import publishable_key

Fields = dict[str, Any]
EDITED = {
    "name": "Kawiarnia", "trade": "cafe", "kind": "stamps", "target": "8", "spend": "1",
    "points": "1", "reward": "Kawa", "cost": "100", "color": "own", "own": "#3d5a80",
    "style": "pad", "picture": "cup", "logo": "", "locale": "pl", "currency": "PLN",
    "time_zone": "Europe/Warsaw",
}  # fmt: skip
ITEM = {"sku": "1", "name": "Kawa", "quantity": 1, "amount": 1250}
PAID = {"amount": 1250, "currency": "EUR", "occurred_at": TIME, "location_id": "front"}


def form(**fields: str) -> Callable[[Scene], Fields]:
    """Fields of a form, with a key of its own."""
    return lambda _: {"key": new_key(), **fields}


def edited(scene: Scene) -> Fields:
    newest = runtime.programs().newest(scene.desk.shop.stamps.id)
    assert newest
    # Published or not, the next form has something new to say.
    more = {"reward": f"Kawa {secrets.token_hex(3)}", "version": str(newest.version)}
    return {"key": new_key(), **EDITED, **more}


def published(_: Scene) -> Fields:
    return {**STAMPS, "effective_at": write_time(runtime.now() + timedelta(hours=1))}


def printed(_: Scene) -> Fields:
    ends = write_time(runtime.now() + timedelta(days=1))
    return {"action": "review", "count": 2, "expires_at": ends}


def joined(scene: Scene) -> Fields:
    contact = f"{secrets.token_hex(6)}@example.com"
    fields = {"key": new_key(), "name": "Marta", "contact": contact, "homepage": ""}
    fields["ref"] = scene.stamps["id"]
    return {**fields, "consent_email": "on", "consent_pass": "on", "publishable_key": ""}


def joined_from_a_site(scene: Scene) -> Fields:
    key = publishable_key(runtime.vault(), scene.desk.shop.stamps)
    contact = f"{secrets.token_hex(6)}@example.com"
    consents = {"email": True, "pass": False}
    said = {"name": "Marta", "contact": contact, "locale": "hu", "consents": consents}
    return {**said, "referral_code": scene.stamps["code"], "key": key}


def enrolled(_: Scene) -> Fields:
    member = {"name": "Marta", "email": f"{secrets.token_hex(6)}@example.com", "locale": "hu"}
    return {"member": {**member, "phone": "+48601222333", "birthday": "02-29"}}


def bought(_: Scene) -> Fields:
    item = {"sku": "1", "name": "Kawa", "category": "drinks", "quantity": 1, "amount": 1250}
    bought = {"amount": 1250, "currency": "PLN", "reference": secrets.token_hex(6)}
    purchase = {**bought, "items": [item]}
    return {"purchase": purchase, "location_id": "front", "occurred_at": TIME}


def shown(card: str, **more: str) -> Callable[[Scene], Fields]:
    """A form of the till, for one of the cards."""

    def fields(scene: Scene) -> Fields:
        held = getattr(scene, card)
        # A card rests after each stamp; nobody asks a second time here.
        scene.clock.forward(minutes=6)
        return {"key": new_key(), "card": held["id"], "shown": held["barcode"], **more}

    return fields


def undone(scene: Scene) -> Fields:
    return {"shown": scene.stamps["barcode"], "entry": scene.till_entry()}


def told(kind: str, **more: Any) -> Callable[[Scene], Fields]:
    """A message of a till system."""

    def fields(scene: Scene) -> Fields:
        card = {"barcode": scene.points["barcode"]}
        data = {"sale_id": secrets.token_hex(6), "card": card, **more}
        return {"type": kind, "timestamp": TIME, "data": data}

    return fields


def refunded(scene: Scene) -> Fields:
    sale_id = secrets.token_hex(6)
    scene.till_system.sale(sale_id, {"barcode": scene.points["barcode"]}, 1250)
    data = {"sale_id": sale_id, "refund_id": secrets.token_hex(6), "amount": 250}
    return {"type": "sale.refunded", "timestamp": TIME, "data": data}
