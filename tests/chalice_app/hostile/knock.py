"""A call of an address, put together rightly, to be spoilt in one place before it is sent."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from chalice_app.addresses import Address
from tests.chalice_app.gateway import Reply, send
from tests.chalice_app.hostile.doors import Door
from tests.chalice_app.hostile.fields import Fields
from tests.chalice_app.hostile.scene import Scene
from wallet import runtime
from wallet.domain.standard_webhooks import sign

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """What is to be sent. `params` stand in the path as they are; `body` goes instead of `fields`.

    `place` names the field or parameter that was spoilt.
    """

    address: Address
    door: Door
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    fields: Fields
    body: bytes | None = None
    secret: str = ""
    place: str = ""

    def send(self) -> Reply:
        """Sends it, signed where that is asked for."""
        body, headers = self.written(), dict(self.headers)
        if self.secret:
            stamp = str(int(runtime.now().timestamp()))
            signature = sign(self.secret, headers["webhook-id"], stamp, body or b"")
            headers |= {"webhook-timestamp": stamp, "webhook-signature": signature}
        path = self.address.path.format(**self.params)
        query = dict(self.query) or None
        return send(self.address.method, path, query=query, headers=headers, body=body)

    @property
    def by_script(self) -> bool:
        """Whether another site's script asks, and not a person: it is answered in documents."""
        kind = self.headers.get("Content-Type", "")
        is_form = kind.startswith((FORM, "multipart/form-data"))
        return self.address.target == "join.post" and not is_form

    def written(self) -> bytes | None:
        """The body."""
        if self.body is not None or self.door.sends == "nothing":
            return self.body
        if self.door.sends == "form":
            return urlencode(self.fields).encode()
        return json.dumps(self.fields).encode()

    def said(self) -> str:
        """All that the caller said, as it may come back to them."""
        return json.dumps([dict(self.params), dict(self.query), self.fields], ensure_ascii=False)


def right(scene: Scene, address: Address, door: Door) -> Knock:
    """A call with which nothing is wrong."""
    if door.limited:
        scene.clock.forward(minutes=16)
    fields = door.fields(scene) if door.sends != "nothing" else {}
    headers = {"Accept-Language": "hu", "Sec-Fetch-Site": "same-origin"}
    if door.sends != "nothing":
        headers["Content-Type"] = FORM if door.sends == "form" else JSON
        headers["Idempotency-Key"] = secrets.token_hex(8)
    plain = {
        name: text.format(program_id=scene.desk.shop.stamps.id)
        for name, text in door.query.items()
    }
    knock = Knock(
        address=address,
        door=door,
        params=dict(door.params(scene)),
        query=plain,
        headers=headers,
        fields=fields,
    )
    return _let_in(scene, knock)


def _let_in(scene: Scene, knock: Knock) -> Knock:
    """With what opens the door."""
    who, headers, fields = knock.door.who, dict(knock.headers), dict(knock.fields)
    secret = ""
    if who == "owner":
        leaves = knock.address.target == "signup.sign_out"
        cookie, csrf = scene.new_owner() if leaves else scene.owner
        headers["Cookie"] = f"__Host-console={cookie}"
        fields = {"csrf": csrf, **fields} if knock.door.sends == "form" else fields
    elif who == "till":
        headers["Cookie"] = scene.till.cookie
        fields = {"csrf": scene.till.csrf, **fields} if knock.door.sends == "form" else fields
    elif who == "key":
        headers["Authorization"] = f"Bearer {scene.desk.shop.secret}"
    elif who == "phone":
        headers["Authorization"] = f"ApplePass {scene.phone.token}"
    elif who == "hook":
        headers["webhook-id"] = f"msg_{secrets.token_hex(8)}"
        secret = scene.till_system.secret
    return replace(knock, headers=headers, fields=fields, secret=secret)


def spoilt(knock: Knock, place: tuple[str, ...], value: Any) -> Knock:
    """With another value in one place of its fields."""
    return replace(knock, fields=_put(knock.fields, place, value), place=place[-1])


def places(fields: Any, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every place in a form or a document that holds a value."""
    pairs = list(fields.items()) if isinstance(fields, dict) else []
    if isinstance(fields, list):
        pairs = [(str(number), each) for number, each in enumerate(fields)]
    found = [(*before, name) for name, _ in pairs]
    return found + [deep for name, each in pairs for deep in places(each, (*before, name))]


def value_at(fields: Any, place: tuple[str, ...]) -> Any:
    """What stands in that place."""
    for name in place:
        fields = fields[int(name)] if isinstance(fields, list) else fields[name]
    return fields


def _put(fields: Any, place: tuple[str, ...], value: Any) -> Any:
    if not place:
        return value
    first, rest = place[0], place[1:]
    if isinstance(fields, list):
        return [
            _put(each, rest, value) if str(n) == first else each for n, each in enumerate(fields)
        ]
    return {
        name: _put(each, rest, value) if name == first else each for name, each in fields.items()
    }
