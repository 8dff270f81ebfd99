"""The fake Google Wallet of the one-machine world: what Google is to us, without Google.

Plain HTTP on the loopback address, with Google's paths under one root:

    POST /token                              an access token for a signed assertion
    /walletobjects/v1/loyaltyClass[/{id}]    insert, get, list, patch, put
    /walletobjects/v1/loyaltyObject[/{id}]   the same; `?classId=` lists
    GET  /gp/v/save/{JWT}                    the card goes onto the Android phone of this world,
                                             and the browser to the page that shows it
    GET  /gp/m/issuer/keys                   the keys that callbacks are signed with

Bodies are held against Google's own rules, and refused with errors of Google's form. There are no
quotas. What was written and what was saved is kept in a file.
"""

import base64
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from google.auth import crypt, jwt

from infra.local.google_callbacks import CallbackSigner
from infra.local.google_rules import rules
from infra.local.google_server import GoogleServer, small_page
from infra.local.google_shelf import Answer, Document, Kind, RefusedError, Shelf

_TOKEN_LIFE: Final = timedelta(seconds=3599)
_ASSERTION_LIFE: Final = timedelta(hours=1)
_SKEW: Final = timedelta(minutes=5)
_JWT_CHARS_MAX: Final = 1800
_POLL_SECONDS: Final = 0.05
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 (an address)
_SCOPE: Final = "https://www.googleapis.com/auth/wallet_object.issuer"
_PATH: Final = re.compile(r"/walletobjects/v1/(loyaltyClass|loyaltyObject)(?:/([^/]+))?")
_SAVE: Final = "/gp/v/save/"
_KEYS: Final = "/gp/m/issuer/keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the fake asks of the world around it, and tells it; from any thread."""

    now: Callable[[], datetime]

    email: str
    """The service account that may write."""

    public_key: str
    """Its public key or certificate, PEM."""

    issuer: str

    on_saved: Callable[[str], object] = lambda _: None
    """An object was saved to the phone: its id."""

    on_changed: Callable[[str, bool], object] = lambda *_: None
    """An object on the phone changed: its id, and whether the phone is to say so."""

    phone_url: str = ""
    """The page that shows the phone, if there is one."""

    call_back: Callable[[str, Document], object] = lambda *_: None
    """Deliver a callback: the address that the class names, the signed envelope."""

    sees: Callable[[str], bool] = lambda _: True
    """Whether there is a picture at the address. Google looks as it takes the card."""


class FakeGoogle:
    """Google Wallet, in a thread of its own. `path` is where it keeps what it has.

    Port 0 takes a free one. Safe to call from any thread.
    """

    def __init__(self, path: Path, world: World, *, port: int = 0) -> None:
        self._world = world
        self._port = port
        self._lock = threading.RLock()
        self._shelf = Shelf(path, issuer=world.issuer, sees=world.sees, faults=rules())
        self._signer = CallbackSigner.of(self._shelf.root)
        self._shelf.root = self._signer.pem()
        self._tokens: dict[str, datetime] = {}
        self._server: GoogleServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """What WALLET_GOOGLE_URL is to say, once started."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def keys_url(self) -> str:
        """What WALLET_GOOGLE_KEYS_URL is to say."""
        return self.url + _KEYS

    def start(self) -> None:
        """Listen, and return when requests are taken. Raises OSError if the port is taken."""
        self._server = GoogleServer(self._port, self.answer)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="fake-google"
        )
        self._thread.start()

    def stop(self) -> None:
        """Listen no more. Not running: nothing."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = self._thread = None

    def on_phone(self) -> list[Document]:
        """The cards on the phone, the newest first, each with its class as `classReference`."""
        with self._lock:
            return [self._shelf.shown(name) for name in reversed(self._shelf.saved)]

    def take_off(self, object_id: str) -> None:
        """The holder takes a card off the phone; nothing happens if it is not there."""
        with self._lock:
            if object_id not in self._shelf.saved:
                return
            self._shelf.save(object_id, is_saved=False)
        self._tell_issuer(object_id, "del")

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What Google says to a request. Header names are in lower case."""
        url = urlsplit(target)
        try:
            if url.path.startswith(_SAVE) and method == "GET":
                return self._save(url.path.removeprefix(_SAVE))
            if (method, url.path) == ("GET", _KEYS):
                return Answer(status=200, body=self._signer.keys(self._world.now()))
            if (method, url.path) == ("POST", "/token"):
                return self._grant(body)
            return self._api(method, url.path, dict(parse_qsl(url.query)), headers, body)
        except RefusedError as refusal:
            return refusal.answer

    def _grant(self, body: bytes) -> Answer:
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        claims = self._verified(form.get("assertion", ""))
        now = self._world.now()
        sound = claims is not None and (
            form.get("grant_type") == _GRANT
            and claims.get("iss") == self._world.email
            and claims.get("aud") == _TOKEN_URL
            and claims.get("scope") == _SCOPE
            and _holds(claims, now)
        )
        if not sound:
            document = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            return Answer(status=400, body=document)
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens[token] = now + _TOKEN_LIFE
        seconds = int(_TOKEN_LIFE.total_seconds())
        return Answer(
            status=200,
            body={"access_token": token, "expires_in": seconds, "token_type": "Bearer"},
        )

    def _verified(self, token: str) -> Document | None:
        """The claims of a JWT that our service account has signed."""
        try:
            head, _, signature = token.rpartition(".")
            raw = base64.b64decode(signature + "=" * (-len(signature) % 4), b"-_", validate=True)
            verifier = crypt.RSAVerifier.from_string(self._world.public_key)  # type: ignore[no-untyped-call]
            if not verifier.verify(head.encode(), raw):
                return None
            claims = jwt.decode(token, verify=False)  # type: ignore[no-untyped-call]
        except (ValueError, TypeError):
            return None
        return claims if isinstance(claims, dict) else None

    def _api(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        match = _PATH.fullmatch(path)
        if match is None:
            raise RefusedError(404, "notFound", "Not Found")
        kind: Kind = "loyaltyClass" if match[1] == "loyaltyClass" else "loyaltyObject"
        name: str | None = match[2]
        with self._lock:
            self._check_token(headers)
            if method == "GET":
                return _json(self._shelf.get(kind, name, query.get("classId")))
            document = _decoded(body)
            if method == "POST" and name is None:
                return _json(self._shelf.insert(kind, document))
            if method in ("PATCH", "PUT") and name is not None:
                notify = document.get("notifyPreference") == "NOTIFY_ON_UPDATE"
                seen = self._shelf.change(kind, name, document, is_patch=method == "PATCH")
                self._tell_phone(name, notify=notify)
                return _json(seen)
        raise RefusedError(405, "httpMethodNotAllowed", "Method Not Allowed")

    def _check_token(self, headers: Mapping[str, str]) -> None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        until = self._tokens.get(token)
        if scheme != "Bearer" or until is None or until <= self._world.now():
            raise RefusedError(401, "authError", "Invalid Credentials")

    def _tell_phone(self, name: str, *, notify: bool) -> None:
        for each in self._shelf.saved:
            if name in (each, self._shelf.class_of(each)):
                self._world.on_changed(each, notify)

    def _save(self, token: str) -> Answer:
        claims = self._verified(token) if len(token) <= _JWT_CHARS_MAX else None
        name = _object_of(claims, self._world.email) if claims else None
        with self._lock:
            if name is None or not self._shelf.has(name):
                return Answer(status=400, body=small_page("Something went wrong."))
            shown = self._shelf.shown(name)
            is_new = name not in self._shelf.saved
            if is_new:
                self._shelf.save(name, is_saved=True)
        self._world.on_saved(name)
        if is_new:
            self._tell_issuer(name, "save")
        title = str(shown["classReference"]["programName"])
        page = small_page(f"{title} is in Google Wallet.")
        if not self._world.phone_url:
            return Answer(status=200, body=page)
        location = f"{self._world.phone_url}?{urlencode({'android': name})}"
        return Answer(status=303, body=page, location=location)

    def _tell_issuer(self, name: str, event: str) -> None:
        with self._lock:
            shown = self._shelf.shown(name)
        address = shown["classReference"].get("callbackOptions", {}).get("url")
        if not address:
            return
        now = self._world.now()
        message = {
            "classId": shown["classId"],
            "objectId": name,
            "eventType": event,
            "expTimeMillis": int((now + timedelta(hours=1)).timestamp() * 1000),
            "count": 1,
            "nonce": secrets.token_urlsafe(16),
        }
        envelope = self._signer.envelope(message, issuer=self._world.issuer, now=now)
        self._world.call_back(address, envelope)


def _json(document: Document) -> Answer:
    return Answer(status=200, body=document)


def _decoded(body: bytes) -> Document:
    try:
        document = json.loads(body)
    except ValueError:
        raise RefusedError(400, "parseError", "Parse Error") from None
    if not isinstance(document, dict):
        raise RefusedError(400, "parseError", "Parse Error")
    return document


def _holds(claims: Document, now: datetime) -> bool:
    issued, until = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(until, int):
        return False
    at = now.timestamp()
    fresh = issued - _SKEW.total_seconds() <= at < until
    return fresh and until - issued <= _ASSERTION_LIFE.total_seconds()


def _object_of(claims: Document, email: str) -> str | None:
    """The object that a save link names, if it is one of ours."""
    sound = (
        claims.get("iss") == email
        and claims.get("aud") == "google"
        and claims.get("typ") == "savetowallet"
    )
    try:
        name = claims["payload"]["loyaltyObjects"][0]["id"]
    except (KeyError, IndexError, TypeError):
        return None
    return name if sound and isinstance(name, str) else None
