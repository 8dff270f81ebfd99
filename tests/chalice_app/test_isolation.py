"""Every route, asked by everybody whom it is not for: nothing is told, nothing is changed.

The table is made from the addresses themselves, so a new route is in it, and fails until it is
known here how its path is filled.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalice_app.addresses import ADDRESSES, Address
from tests.certificates import Chain
from tests.chalice_app.desk import Desk, open_desk
from tests.chalice_app.gateway import Reply
from tests.chalice_app.merchant.visitor import Visitor
from tests.engine import Engine
from tests.world import STAMPS, fresh_world, services_of
from wallet import runtime
from wallet.domain.ids import MerchantId
from wallet.domain.merchants import Scope
from wallet.domain.tokens import link_token
from wallet.services.api_keys import make_key
from wallet.services.hooks import hook_secret, make_hook
from wallet.services.sessions import SessionKind, close_session, find_session
from wallet.services.tills import pair, start_pairing

# What anybody may ask: it tells what is on the shop's own poster, or takes what a stranger brings.
PUBLIC = {
    "health.get",
    "static.get",
    "brand.get",
    "art.get",
    "art.get_logo",
    "openapi.get",
    "signup.landing",
    "signup.show",
    "signup.ask",
    "signup.open_link",
    "signup.use_link",
    "signup.sign_out",
    "join.show",
    "join.post",
    "join_json.preflight",
    "join_again.show",
    "join_again.post",
    "rules.show",
    "apple.log",
    # Apple's protocol has no other proof here than the device's own id, which nobody else knows.
    "apple.list_changed",
    "till_pairing.show",
    "till_pairing.post",
    "till_pairing.show_link",
}
REFUSED = {401, 403, 404}
WAYS_IN = ("/signup", "/till/pair")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody at the door: what they carry, and what their forms carry."""

    visitor: Visitor
    key: str | None = None
    csrf: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A merchant whose data is nobody else's, and the guests."""

    desk: Desk
    paths: Mapping[str, str]
    form: Mapping[str, str]
    secrets: tuple[str, ...]
    guests: Mapping[str, Guest] = field(default_factory=dict)


GUESTS = ("nobody", "rival", "rival's till", "own till", "revoked")


@pytest.fixture(scope="module")
def scene(engine: Engine, moto: str, chain: Chain) -> Iterator[Scene]:
    with fresh_world(engine) as world, services_of(world, moto, chain):
        yield _set(open_desk(world))


def _set(desk: Desk) -> Scene:
    shop, now = desk.shop, runtime.now()
    card = shop.card(
        shop.stamps, name="Quirina Zzyzx", email="quirina@zzyzx.example", phone="+48601234567"
    )
    entry = desk.earn(card.id, stamps=1)
    key = make_key(
        runtime.merchants(),
        secrets.token_bytes,
        shop.merchant_id,
        name="Zzyzx key",
        scope=Scope.FULL,
        now=now,
    )
    hook = make_hook(runtime.hook_rack(), shop.merchant_id, None, now=now)
    own_till, till_id = _till(shop.merchant_id, "Zzyzx till")
    rival_till, _ = _till(desk.rival.merchant_id, "Rival till")
    token = link_token(card.id, card.secret)
    return Scene(
        desk=desk,
        paths={
            "program_id": shop.stamps.id,
            "card_id": card.id,
            "entry_id": entry["id"],
            "till_id": till_id,
            "key_id": key.key.id,
            "hook_id": hook.id,
            # Whoever holds the whole of a token is the holder; a stranger knows at most the card.
            "card_token": f"{card.id}-{'0' * 22}",
            "token": f"{card.id}-{'0' * 22}",
            "name": f"{card.id}-{'0' * 22}.pkpass",
            "serial": card.id,
            "device_id": "device1",
            "pass_type": "pass.example.stempel",
            "code": "0000-0000-00",
        },
        form={
            "key": "0123456789abcdefghijkl",
            "entry": entry["id"],
            "card": card.id,
            "shown": card.barcode,
            "text": card.barcode,
            "q": "quirina@zzyzx.example",
            "program": shop.stamps.id,
            "reward": "coffee",
            "name": "Renamed",
        },
        secrets=(
            "Quirina",
            "zzyzx",
            "601234567",
            "601 234 567",
            token,
            own_till,
            hook_secret(runtime.hook_rack(), hook),
            key.secret,
        ),
        guests={
            "nobody": Guest(visitor=Visitor()),
            "rival": _owner(desk.rival.merchant_id, key=desk.rival.secret),
            "rival's till": _cashier(rival_till),
            "own till": _cashier(own_till, also="__Host-console"),
            "revoked": _revoked(shop.merchant_id, key=desk.revoked),
        },
    )


def _till(merchant_id: MerchantId, name: str) -> tuple[str, str]:
    box, now = runtime.tillbox(), runtime.now()
    paired = pair(box, start_pairing(box, merchant_id, now=now), name=name, now=now)
    assert paired
    return paired[0], paired[1].id


def _owner(merchant_id: MerchantId, key: str) -> Guest:
    visitor = Visitor().sign_in(merchant_id)
    return Guest(visitor=visitor, key=key, csrf=_csrf(visitor, "console"))


def _cashier(token: str, also: str = "") -> Guest:
    """A till; `also` names another cookie in which its token is tried."""
    visitor = Visitor(cookies={"__Host-till": token} | ({also: token} if also else {}))
    return Guest(visitor=visitor, csrf=_csrf(visitor, "till"))


def _revoked(merchant_id: MerchantId, key: str) -> Guest:
    guest = _owner(merchant_id, key)
    token = guest.visitor.cookies["__Host-console"]
    session = find_session(runtime.edge(), SessionKind.CONSOLE, token, now=runtime.now())
    assert session
    close_session(runtime.edge(), SessionKind.CONSOLE, session.digest)
    return guest


def _csrf(visitor: Visitor, kind: str) -> str:
    token = visitor.cookies[f"__Host-{kind}"]
    session = find_session(runtime.edge(), SessionKind(kind), token, now=runtime.now())
    assert session
    return session.csrf


def ask(scene: Scene, guest: Guest, address: Address) -> Reply:
    """The call, with the first merchant's ids wherever one has a place."""
    path = address.path
    for name, value in scene.paths.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"say how {address.path} is filled"
    headers = {"Authorization": f"Bearer {guest.key}"} if guest.key else {}
    visitor = Visitor(cookies=dict(guest.visitor.cookies))
    if address.method == "GET":
        return visitor.get(path, **headers)
    if address.is_page:
        return visitor.post(path, {**scene.form, "csrf": guest.csrf}, **headers)
    body = json.dumps(_body(address)).encode()
    sent = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(8)}
    return visitor._send(address.method, path, body, {**sent, **headers})


def _body(address: Address) -> object:
    bodies: dict[str, Any] = {
        "programs.put": dict(STAMPS),
        "programs.post_card": {"member": {"name": "X"}},
        "cards.post_earn": {"stamps": 1},
        "cards.post_redeem": {"reward_id": "coffee"},
        "quote.post": {"stamps": 1},
        "codes.post": {"action": "review", "count": 1},
        "search.post": {"email": "quirina@zzyzx.example"},
        "holds.post": {"reward_id": "coffee", "minutes": 5},
        "card_acts.post_adjust": {"stamps": 1, "reason": "x"},
        "card_acts.post_offer": {"offer_id": "x"},
        "card_acts.post_close": {"status": "void"},
        "card_acts.post_merge": {"card_id": "0" * 22},
        "apple.register": {"pushToken": "0" * 64},
    }
    return bodies.get(address.target, {})


def test_what_is_public_is_an_address() -> None:
    assert {address.target for address in ADDRESSES} >= PUBLIC


@pytest.mark.parametrize("name", GUESTS)
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda each: f"{each.method} {each.path}")
def test_nobody_else_is_told_anything(scene: Scene, address: Address, name: str) -> None:
    guest = scene.guests[name]
    if address.target in PUBLIC:
        reply = ask(scene, guest, address)
    else:
        with scene.desk.untouched() if _is_closed(address, name) else nullcontext():
            reply = ask(scene, guest, address)
        if _is_closed(address, name):
            assert _is_refused(reply), (reply.status, reply.body)
    assert reply.status < 500, reply.body
    said = reply.body.decode("utf-8", "replace") + json.dumps(dict(reply.headers))
    if name != "own till" or not address.path.startswith("/till"):
        assert [secret for secret in scene.secrets if secret in said] == []


def _is_refused(reply: Reply) -> bool:
    if reply.status == 303:
        return reply.headers["location"].startswith(WAYS_IN)
    return reply.status in REFUSED


def _is_closed(address: Address, name: str) -> bool:
    """Whether the guest is to be refused; else it is a door of the guest's own."""
    if address.path.startswith("/till"):
        return "till" not in name
    has_ids = "{" in address.path
    if address.target == "search.post":
        # Whoever has a key of their own may look, and finds nothing of others.
        return name != "rival"
    return not (name == "rival" and address.path.startswith("/console") and not has_ids)


@pytest.mark.parametrize(
    ("path", "marker"),
    [
        ("/console/members?program={program_id}", "Quirina"),
        ("/console/members/{card_id}", "quirina@zzyzx.example"),
        ("/console/tills", "Zzyzx till"),
        ("/console/keys", "Zzyzx key"),
        ("/console/connections", "{hook_id}"),
    ],
)
def test_the_owner_is_told(scene: Scene, path: str, marker: str) -> None:
    owner = Visitor().sign_in(scene.desk.shop.merchant_id)
    reply = owner.get(path.format(**scene.paths))
    assert reply.status == 200
    assert marker.format(**scene.paths) in reply.body.decode()
