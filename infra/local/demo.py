"""The shops that a newcomer finds, from the first start on: one stamps, one counts points."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from chalice_app.tills import start_pairing
from infra.local.console import PATH as CONSOLE_PATH
from wallet import runtime
from wallet.domain.errors import NotFoundError, UnauthenticatedError
from wallet.domain.ids import ID_BYTES, MerchantId, ProgramId, encode_id, key_digest
from wallet.domain.merchants import ApiKey, Member, Merchant, Scope
from wallet.domain.program_document import read_terms
from wallet.domain.programs import Program
from wallet.services.api_keys import make_key, recognise
from wallet.services.commit import Act
from wallet.services.enrol import enrol
from wallet.services.hooks import hook_secret, list_hooks, make_hook
from wallet.services.put_program import put_program

CAFE: Mapping[str, object] = {
    "name": "Kawiarnia Lipowa",
    "kind": "stamps",
    "locale": "pl",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "stamps": {"target": 10},
    "rules": [{"id": "visit", "kind": "stamps_per_purchase", "stamps": 1}],
    "rewards": [
        {"id": "coffee", "name": "Kawa gratis", "kind": "free_product", "cost": {"stamps": 10}}
    ],
    "design": {"color": "#1f5b45", "style": "pad", "picture": "cup"},
}
BOOKS: Mapping[str, object] = {
    "name": "Harbour Books",
    "kind": "points",
    "locale": "en",
    "currency": "EUR",
    "time_zone": "Europe/Dublin",
    "rules": [{"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}],
    "rewards": [
        {"id": "tote", "name": "A tote bag", "kind": "gift", "cost": {"points": 50}},
        {"id": "book", "name": "A paperback", "kind": "free_product", "cost": {"points": 150}},
    ],
    "design": {"color": "#f2c230", "style": "ring", "picture": "book"},
}
_SHOPS = {"kawiarnia-lipowa": CAFE, "harbour-books": BOOKS}
_NAME = "Stempel demo"
# A newcomer looks at the page before following the link.
_PAIRING_LIFETIME = timedelta(days=1)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def seed(keys: Path) -> tuple[ApiKey, str, list[Program]]:
    """Makes the demo merchant, an API key and the programs, or finds them.

    The key's secret is kept in `keys`.
    """
    key, secret = _known(keys / "demo.json") or _made(keys / "demo.json")
    programs = [_program(key, program_id, shop) for program_id, shop in _SHOPS.items()]
    return key, secret, programs


def describe(
    key: ApiKey, secret: str, programs: list[Program], *, root_ca: Path
) -> dict[str, Any]:
    """What demo.json says."""
    base = runtime.settings().base_url
    return {
        "base_url": base,
        "api_key": secret,
        "merchant_id": key.merchant_id,
        "programs": [
            {
                "id": program.id,
                "kind": str(program.kind),
                "join_url": f"{base}/join/{program.id}",
            }
            for program in programs
        ],
        "console_url": base + CONSOLE_PATH,
        "till_url": start_pairing(key.merchant_id, lifetime=_PAIRING_LIFETIME),
        "phone_url": f"{base}/local/phone",
        "mailbox_url": f"{base}/local/mailbox",
        "hook": _hook(key.merchant_id),
        "apple_root_ca": str(root_ca.resolve()),
    }


def enrol_demo(key: ApiKey, wallet: Literal["apple", "google"] = "apple") -> Callable[[str], str]:
    """A function for the phone page: enrols a made-up member and gives the link of the pass."""

    def enrol_one(program_id: str) -> str:
        from chalice_app.documents import card_links

        act = _act(key, f"phone {secrets.token_hex(16)}")
        member = Member(merchant_id=key.merchant_id, name="Marta K.")
        welcome = enrol(runtime.reception(), act, ProgramId(program_id), member)
        links = card_links(welcome.card, runtime.settings().base_url)
        return links.apple if wallet == "apple" else links.google

    return enrol_one


def _hook(merchant_id: MerchantId) -> dict[str, str]:
    """The demo's hook, the same at each start unless it was revoked."""
    rack = runtime.hook_rack()
    standing = [hook for hook in list_hooks(rack, merchant_id) if hook.revoked_at is None]
    hook = standing[0] if standing else make_hook(rack, merchant_id, None, now=runtime.now())
    url = f"{runtime.settings().base_url}/hooks/generic/{hook.id}"
    return {"url": url, "secret": hook_secret(rack, hook)}


def _known(path: Path) -> tuple[ApiKey, str] | None:
    try:
        secret = str(json.loads(path.read_text())["api_key"])
        return recognise(runtime.merchants(), secret), secret
    except (OSError, ValueError, KeyError, UnauthenticatedError):
        return None


def _made(path: Path) -> tuple[ApiKey, str]:
    merchant = Merchant(
        id=MerchantId(encode_id(secrets.token_bytes(ID_BYTES))),
        name=_NAME,
        locale="en",
        created_at=runtime.now(),
    )
    runtime.merchants().add(merchant)
    new = make_key(
        runtime.merchants(),
        secrets.token_bytes,
        merchant.id,
        name="demo",
        scope=Scope.FULL,
        now=runtime.now(),
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"api_key": new.secret}, file)
    return new.key, new.secret


def _program(key: ApiKey, program_id: str, shop: Mapping[str, object]) -> Program:
    """The shop's program as it stands, whatever it was edited to; made if there is none.

    Under a name of its own where an earlier demo merchant holds the plain one.
    """
    for name in (program_id, f"{program_id}-{key.merchant_id[:6]}"):
        standing = runtime.programs().newest(ProgramId(name))
        if standing is None:
            # In force from long ago, so that a clock that is set back finds it too.
            act = replace(_act(key, f"demo {name} {secrets.token_hex(8)}"), now=_LONG_AGO)
            return put_program(runtime.programs(), act, ProgramId(name), read_terms(shop)).program
        if standing.merchant_id == key.merchant_id:
            return standing
    raise NotFoundError(program_id)


def _act(key: ApiKey, idempotency_key: str) -> Act:
    return Act(
        merchant_id=key.merchant_id,
        actor=f"key:{key.id}",
        digest=key_digest("demo", idempotency_key),
        fingerprint=b"demo",
        now=runtime.now(),
    )
