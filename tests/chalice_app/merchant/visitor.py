"""A browser as far as forms need one: it keeps cookies and says where a request comes from."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.chalice_app.gateway import Reply, send
from wallet import runtime
from wallet.domain.ids import MerchantId
from wallet.services.sessions import SessionKind, open_session

_BOUNDARY = "----stempel"
_SELECT = re.compile(r'<select\b[^>]*name="(\w+)"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r'<option(?: value="([^"]*)")?[^>]*>([^<]*)')


@dataclass(slots=True)
class Visitor:
    """Somebody at a browser."""

    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Reply:
        path, _, query = path.partition("?")
        asked = dict(pair.split("=") for pair in query.split("&")) if query else {}
        return self._send("GET", path, None, headers, asked)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Reply:
        sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._send("POST", path, urlencode(fields).encode(), sent)

    def upload(self, path: str, fields: Mapping[str, str], file: bytes) -> Reply:
        """The same with a file, as browsers send it."""
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
            for name, text in fields.items()
        ]
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="logo"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        body = ("".join(parts) + head).encode() + file + f"\r\n--{_BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        return self._send("POST", path, body, {"Content-Type": kind})

    def sign_in(self, merchant_id: MerchantId) -> "Visitor":
        """Has a session of a merchant's console."""
        token, _ = open_session(
            runtime.edge(),
            secrets.token_bytes,
            SessionKind.CONSOLE,
            merchant_id,
            "owner@example.com",
            now=runtime.now(),
        )
        self.cookies["__Host-console"] = token
        return self

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {
            "Accept-Language": self.language,
            "Sec-Fetch-Site": "same-origin",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **named,
        }
        reply = send(method, path, query=query, headers=sent, body=body)
        for name, morsel in SimpleCookie(reply.headers.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        return reply


def text_of(reply: Reply) -> str:
    """What a reader sees, roughly: the page without tags."""
    plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", reply.body.decode(), flags=re.DOTALL)
    return " ".join(unescape(plain).split())


def fields_of(reply: Reply, form: str) -> dict[str, str]:
    """What a browser would send of a form, untouched: `form` is its action."""
    page = reply.body.decode()
    start = page.index(f'action="{form}"')
    inside = page[start : page.index("</form>", start)]
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", inside):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_choice = said.get("type") in ("radio", "checkbox")
        if "name" in said and said.get("type") != "file" and (not is_choice or "checked" in tag):
            fields[said["name"]] = unescape(said.get("value", "on"))
    for name, options in _SELECT.findall(inside):
        first, *_ = sorted(_OPTION.finditer(options), key=lambda each: " selected" not in each[0])
        fields[name] = unescape(first[2] if first[1] is None else first[1])
    return fields
