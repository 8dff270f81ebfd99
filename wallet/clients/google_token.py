"""What Google knows us by: a service account, its signatures, and the access tokens they buy.

google-auth signs. Its Credentials class is not used: it reads the clock itself, and sleeps between
tries of its own while a worker's time runs out.

https://developers.google.com/identity/protocols/oauth2/service-account (with JWT bearer)
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from google.auth import crypt, jwt

from wallet.domain.errors import WalletError
from wallet.google.api import SCOPE, Rejected, Retry, error_reason

TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 (an address, no secret)
ASSERTION_LIFE: Final = timedelta(hours=1)
# A token is not used in its last five minutes: our clock may be behind, a request may take long.
SPARE: Final = timedelta(seconds=300)

_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_OK: Final = 200
_PASSING_STATUSES: Final = frozenset({408, 425, 429, *range(500, 600)})
_PASSING_REASONS: Final = frozenset({"server_error", "temporarily_unavailable"})
_LIFE_SECONDS_MAX: Final = 86_400
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class GoogleSetupError(WalletError):
    """What we were given is not the JSON key of a service account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: status, body, and the Retry-After header if there is one."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = ""


class Wire(Protocol):
    """Sends one request."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply | Retry:
        """What came back, or why nothing did. Never raises for what the network does."""


class ServiceAccount:
    """A service account of ours. Holds its private key; shows only its name.

    `document` is the JSON that Google gives for a key. Raises GoogleSetupError.
    """

    def __init__(self, document: str) -> None:
        try:
            known: Any = json.loads(document)
            self.email = str(known["client_email"])
            self._signer = crypt.RSASigner.from_service_account_info(known)  # type: ignore[no-untyped-call]
        except (ValueError, KeyError, TypeError) as fault:
            raise GoogleSetupError(type(fault).__name__) from None

    def __repr__(self) -> str:
        return f"ServiceAccount({self.email!r})"

    def sign(self, claims: Mapping[str, object]) -> str:
        """A JWT, RS256, with these claims."""
        signed: bytes = jwt.encode(self._signer, dict(claims))  # type: ignore[no-untyped-call]
        return signed.decode()


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    until: datetime


class AccessTokens:
    """Access tokens of a service account, each used until five minutes before its end.

    Threads may share it: one fetches, the others wait for what it gets.
    """

    def __init__(
        self, account: ServiceAccount, wire: Wire, url: str, clock: Callable[[], datetime]
    ) -> None:
        self._account = account
        self._wire = wire
        self._url = url
        self._clock = clock
        self._lock = Lock()
        self._held: _Token | None = None

    def token(self, *, instead_of: str = "") -> str | Retry | Rejected:
        """A token that holds, another one than the one that was not taken."""
        with self._lock:
            held = self._held
            if held and held.value != instead_of and self._clock() < held.until:
                return held.value
            fetched = self._fetch()
            if isinstance(fetched, _Token):
                self._held = fetched
                return fetched.value
            return fetched

    def _fetch(self) -> _Token | Retry | Rejected:
        now = self._clock()
        body = urlencode({"grant_type": _GRANT, "assertion": self._assertion(now)}).encode()
        reply = self._wire.send("POST", self._url, _FORM, body)
        if isinstance(reply, Retry):
            return reply
        if reply.status != _OK:
            return _refusal(reply)
        return _read(reply.body, now) or Retry(None, "token endpoint: not a token")

    def _assertion(self, now: datetime) -> str:
        issued = int(now.timestamp())
        return self._account.sign(
            {
                "iss": self._account.email,
                "scope": SCOPE,
                # Google's own address, wherever the request goes: it is what the claim must say.
                "aud": TOKEN_URL,
                "iat": issued,
                "exp": issued + int(ASSERTION_LIFE.total_seconds()),
            }
        )


def _refusal(reply: Reply) -> Retry | Rejected:
    reason = error_reason(reply.body) or f"status {reply.status}"
    if reply.status in _PASSING_STATUSES or reason in _PASSING_REASONS:
        return Retry(None, f"token endpoint: {reason}")
    return Rejected(f"token endpoint: {reason}")


def _read(body: bytes, now: datetime) -> _Token | None:
    try:
        answer = json.loads(body)
        value, seconds = answer["access_token"], int(answer["expires_in"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    # It becomes a header: anything but visible ASCII would end that.
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return None
    if not value or " " in value or not 0 < seconds <= _LIFE_SECONDS_MAX:
        return None
    return _Token(value, now + timedelta(seconds=seconds) - SPARE)
