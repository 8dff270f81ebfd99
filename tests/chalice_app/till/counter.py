"""A till as its browser sees it: a cookie, forms, screens."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode

from tests.chalice_app.gateway import Reply, send
from wallet import runtime
from wallet.domain.ids import ID_BYTES, MerchantId, encode_id
from wallet.domain.tills import TillId
from wallet.services import tills

FORM = "application/x-www-form-urlencoded"


@dataclass(kw_only=True)
class Till:
    """A paired browser. Forms are sent as the page's own script sends them, or plainly."""

    id: TillId
    cookie: str
    csrf: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str = "/till", **query: str) -> Reply:
        return send("GET", path, query=query, headers={"Cookie": self.cookie, **self.headers})

    def post(self, what: str, *, script: bool = True, **fields: str) -> Reply:
        """Sends a form with a new key, unless it brings one."""
        said = {"key": new_key(), **fields}
        sent = {"Cookie": self.cookie, "Content-Type": FORM, **self.headers}
        if script:
            sent["X-CSRF"] = self.csrf
        else:
            said["csrf"] = self.csrf
        return send("POST", f"/till/{what}", headers=sent, body=urlencode(said).encode())

    def said(self, what: str, **fields: str) -> dict[str, Any]:
        """What the script is answered."""
        reply = self.post(what, script=True, **fields)
        assert reply.status == 200, reply.body
        return dict(reply.json)


def new_key() -> str:
    """A key as a page draws one for each tap."""
    return encode_id(secrets.token_bytes(ID_BYTES))


def pair(merchant_id: MerchantId, name: str = "Counter", **headers: str) -> Till:
    """A paired browser. Its pairing does not count among those of one address."""
    box, now = runtime.tillbox(), runtime.now()
    paired = tills.pair(box, tills.start_pairing(box, merchant_id, now=now), name=name, now=now)
    assert paired
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    till = Till(id=paired[1].id, cookie=f"__Host-till={paired[0]}", headers=named)
    found = re.search(r'data-csrf="(\w+)"', till.get().body.decode())
    assert found
    till.csrf = found[1]
    return till


def words(html: str | bytes) -> str:
    """What a person reads of a page or a part."""
    text = html.decode() if isinstance(html, bytes) else html
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
