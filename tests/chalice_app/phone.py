"""A phone, as far as the PassKit web service sees it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.chalice_app.gateway import Reply, send
from tests.world import BASE_URL

TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
OTHER_TOKEN = "b" * 64
_devices = iter(range(10**6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone that holds one card's pass."""

    device: str
    serial: str
    token: str
    pass_type: str

    def registrations(self, *, serial: str | None = None) -> str:
        place = f"/apple/v1/devices/{self.device}/registrations/{self.pass_type}"
        return f"{place}/{serial or self.serial}"

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """`token`: empty for the pass's own, None for no header at all."""
        sent = {} if token is None else {"Authorization": f"ApplePass {token or self.token}"}
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return send(method, path, headers={**sent, **(headers or {})}, body=raw)

    def register(self, push_token: str = TOKEN, **how: Any) -> Reply:
        return self.ask("POST", self.registrations(), {"pushToken": push_token}, **how)

    def unregister(self, **how: Any) -> Reply:
        return self.ask("DELETE", self.registrations(), **how)

    def changed(self, tag: str | None = None) -> Reply:
        path = f"/apple/v1/devices/{self.device}/registrations/{self.pass_type}"
        return send("GET", path, query={} if tag is None else {"passesUpdatedSince": tag})

    def fetch(
        self, since: str | None = None, *, method: str = "GET", token: str | None = ""
    ) -> Reply:
        path = f"/apple/v1/passes/{self.pass_type}/{self.serial}"
        headers = {} if since is None else {"If-Modified-Since": since}
        return self.ask(method, path, token=token, headers=headers)


def phone_with(card: dict[str, Any], device: str | None = None) -> Phone:
    """A phone that has added the card's pass from its link; `device` to add it to another's."""
    bundle = send("GET", card["links"]["apple"].removeprefix(BASE_URL))
    assert bundle.status == 200
    document = opened(bundle)
    return Phone(
        device=device or f"{next(_devices):032x}",
        serial=document["serialNumber"],
        token=document["authenticationToken"],
        pass_type=document["passTypeIdentifier"],
    )


def opened(bundle: Reply) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(bundle.body)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for name, digest in manifest.items():
            assert hashlib.sha1(archive.read(name)).hexdigest() == digest  # noqa: S324  Apple's
        return dict(json.loads(archive.read("pass.json")))
