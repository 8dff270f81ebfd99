"""The world's shops as a customer's browser meets them: pages, forms, mails."""

import base64
import json
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.local_world import call
from wallet.clients.vault import MemberVault
from wallet.domain.ids import MerchantId

CAFE, BOOKS = "kawiarnia-lipowa", "harbour-books"

_TERMS = (
    "name", "kind", "locale", "currency", "time_zone", "stamps", "rules", "rewards", "design",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """An answer, not followed anywhere."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers["Location"]

    @property
    def token(self) -> str:
        """The card's, where the answer leads to one."""
        return self.location.partition("/c/")[2].partition("?")[0]

    def value(self, name: str) -> str:
        """What stands in a field."""
        found = re.search(rf'<input[^>]*name="{name}" value="([^"]*)"', self.text)
        assert found, name
        return unescape(found[1])


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


@dataclass(frozen=True)
class Shop:
    """The demo merchant's shops."""

    demo: Mapping[str, Any]
    home: Path
    cafe: str
    books: str

    def send(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        kind: str | None = None,
        **headers: str,
    ) -> Page:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if kind is not None:
            named["Content-Type"] = kind
        request = urllib.request.Request(
            self.demo["base_url"] + path, method=method, data=data, headers=named
        )
        try:
            answer = _OPENER.open(request)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            return Page(answer.status, dict(answer.headers), answer.read().decode())

    def get(self, path: str, **headers: str) -> Page:
        return self.send("GET", path, None, None, **headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Page:
        return self.send("POST", path, urlencode(fields).encode(), None, **headers)

    def join(self, program: str = "", **fields: str) -> Page:
        """The form, filled in as a person fills it in, with what is said instead."""
        filled = {"name": "Marta", "contact": new_email(), "key": new_key()}
        return self.post(f"/join/{program or self.cafe}", {**filled, **fields})

    def join_json(self, program: str, body: object, **headers: str) -> Page:
        """What another site's page sends."""
        sent = {
            "Authorization": f"Bearer {self.key_of(program)}",
            "Origin": "https://cafe.test",
            **headers,
        }
        raw = json.dumps(body).encode()
        return self.send("POST", f"/join/{program}", raw, "application/json", **sent)

    def key_of(self, program: str) -> str:
        """The programme's publishable key."""
        master = base64.b64decode((self.home / "keys" / "master.key").read_text())
        vault = MemberVault(lambda: master, secrets.token_bytes)
        merchant_id = MerchantId(self.demo["merchant_id"])
        return "pk_" + vault.finder(merchant_id, "publishable", program)

    def earn(self, token: str, **award: object) -> Any:
        """What the till gives."""
        card_id = token.partition("-")[0]
        return call(self.demo, "POST", f"/api/v1/cards/{card_id}/earn", award)

    def mails(self, to: str) -> list[str]:
        """The texts of the mails to an address."""
        mails = [
            message_from_bytes(path.read_bytes(), policy=default)
            for path in (self.home / "mailbox").glob("*.eml")
        ]
        return [str(mail.get_content()) for mail in mails if mail["To"] == to]

    def mailed_tokens(self, to: str) -> list[str]:
        """The cards that those mails lead to."""
        return [token for mail in self.mails(to) for token in re.findall(r"/c/(\S+)", mail)]


def open_program(demo: Mapping[str, Any], like: str, **said: object) -> str:
    """A new programme, like one of the demo's but for what is said."""
    document = call(demo, "GET", f"/api/v1/programs/{like}") | said
    terms = {name: document[name] for name in _TERMS if name in document}
    program = f"{like}-{secrets.token_hex(6)}"
    call(demo, "PUT", f"/api/v1/programs/{program}", terms)
    return program


def new_key() -> str:
    """A form's key."""
    return secrets.token_hex(11)


def new_email() -> str:
    """Somebody who was never here."""
    return f"m{secrets.token_hex(8)}@example.com"
