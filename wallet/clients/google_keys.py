"""The keys that Google signs callbacks with: fetched when needed, kept for an hour.

Google may change them at any time, so a callback that no known key has signed makes us look again.
Anybody can send such a thing: we look once a minute at most.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from wallet.clients.google_token import Wire
from wallet.domain.errors import WalletError
from wallet.google.api import Retry
from wallet.google.callback import Callback, CallbackError, RootKey, read_root_keys, verify
from wallet.google.ids import IssuerId

KEPT: Final = timedelta(hours=1)
LOOK_AGAIN: Final = timedelta(minutes=1)
_OK: Final = 200


class NoKeysError(WalletError):
    """Google's keys could not be had, so nothing can be said of a callback. It may come again."""


class CallbackDesk:
    """Takes callbacks for one issuer. Threads may share it."""

    def __init__(
        self, wire: Wire, url: str, issuer: IssuerId, clock: Callable[[], datetime]
    ) -> None:
        self._wire = wire
        self._url = url
        self._issuer = issuer
        self._clock = clock
        self._lock = Lock()
        self._fetched: datetime | None = None
        self._roots: tuple[RootKey, ...] = ()

    def take(self, body: bytes) -> Callback:
        """What the callback says. Raises CallbackError if it is not Google's, or NoKeysError."""
        try:
            return self._verify(body, KEPT)
        except CallbackError:
            return self._verify(body, LOOK_AGAIN)

    def _verify(self, body: bytes, age_max: timedelta) -> Callback:
        now = self._clock()
        return verify(body, roots=self._keys(now, age_max), issuer=self._issuer, now=now)

    def _keys(self, now: datetime, age_max: timedelta) -> tuple[RootKey, ...]:
        with self._lock:
            # A clock may be set back.
            if self._fetched is None or not timedelta() <= now - self._fetched < age_max:
                self._roots = self._fetch(now)
                self._fetched = now
            return self._roots

    def _fetch(self, now: datetime) -> tuple[RootKey, ...]:
        reply = self._wire.send("GET", self._url, {}, b"")
        if isinstance(reply, Retry) or reply.status != _OK:
            raise NoKeysError("no answer")
        try:
            return read_root_keys(reply.body, now=now)
        except CallbackError as fault:
            raise NoKeysError(str(fault)) from None
