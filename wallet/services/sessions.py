"""Sessions, single-use tickets and rate limits.

What comes and goes, and is kept in the edge table.

A session's or ticket's token is 256 random bits that only its holder has; we keep a digest. So a
session can be revoked at once, and nothing that is stored opens anything. What has a time to live
may linger in the table: every reading checks the time itself.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from wallet.domain.ids import ID_BYTES, MerchantId, encode_id
from wallet.services.ports import Chance


class SessionKind(StrEnum):
    """Who a session is for."""

    CONSOLE = "console"
    TILL = "till"


LIFETIMES: Mapping[SessionKind, timedelta] = {
    SessionKind.CONSOLE: timedelta(days=14),
    SessionKind.TILL: timedelta(days=90),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One thing in the edge table: an owner, a few texts, and when it ends."""

    owner: str
    data: Mapping[str, str]
    expires_at: datetime


class Edge(Protocol):
    """The edge table."""

    def put(self, key: str, kept: Kept) -> None:
        """Keeps it, over whatever stood there."""

    def put_once(self, key: str, kept: Kept) -> bool:
        """Keeps it if nothing stands there; whether it did."""

    def get(self, key: str) -> Kept | None:
        """What stands there, strongly consistent, ended or not."""

    def take(self, key: str) -> Kept | None:
        """Removes it and gives what stood there: to one caller only."""

    def count(self, key: str, expires_at: datetime) -> int:
        """Adds one to a counter and gives its new value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser.

    `subject` is the owner's e-mail or the till's id; `csrf` goes into forms.
    """

    kind: SessionKind
    merchant_id: MerchantId
    subject: str
    csrf: str
    digest: str


def open_session(
    edge: Edge,
    chance: Chance,
    kind: SessionKind,
    merchant_id: MerchantId,
    subject: str,
    *,
    now: datetime,
) -> tuple[str, Session]:
    """A new session and its token."""
    token = new_token(chance)
    session = _session(kind, merchant_id, subject, token)
    kept = Kept(owner=merchant_id, data={"subject": subject}, expires_at=now + LIFETIMES[kind])
    edge.put(_session_key(kind, session.digest), kept)
    return token, session


def find_session(edge: Edge, kind: SessionKind, token: str, *, now: datetime) -> Session | None:
    """The session of a token, unless it has ended or been revoked."""
    kept = edge.get(_session_key(kind, digest_of(token))) if token else None
    if kept is None or kept.expires_at <= now:
        return None
    return _session(kind, MerchantId(kept.owner), kept.data["subject"], token)


def close_session(edge: Edge, kind: SessionKind, digest: str) -> None:
    """Revokes a session by its digest."""
    edge.take(_session_key(kind, digest))


def make_ticket(
    edge: Edge,
    chance: Chance,
    purpose: str,
    data: Mapping[str, str],
    *,
    lifetime: timedelta,
    now: datetime,
) -> str:
    """A token that works once, for one purpose, until its time is up."""
    token = new_token(chance)
    keep_ticket(edge, purpose, token, data, lifetime=lifetime, now=now)
    return token


def keep_ticket(
    edge: Edge,
    purpose: str,
    token: str,
    data: Mapping[str, str],
    *,
    lifetime: timedelta,
    now: datetime,
) -> None:
    """Keeps a ticket under a token of the caller's own making: a code that people can type."""
    kept = Kept(owner="", data=data, expires_at=now + lifetime)
    edge.put(_ticket_key(purpose, token), kept)


def look_at_ticket(
    edge: Edge, purpose: str, token: str, *, now: datetime
) -> Mapping[str, str] | None:
    """What a ticket is for, without using it up: links in mails are opened by scanners too."""
    kept = edge.get(_ticket_key(purpose, token))
    return kept.data if kept and kept.expires_at > now else None


def take_ticket(
    edge: Edge, purpose: str, token: str, *, now: datetime
) -> Mapping[str, str] | None:
    """What a ticket is for; it is used up. None for an unknown, used or ended one."""
    kept = edge.take(_ticket_key(purpose, token))
    return kept.data if kept and kept.expires_at > now else None


def within_limit(edge: Edge, who: str, *, limit: int, window: timedelta, now: datetime) -> bool:
    """Whether `who` has done this at most `limit` times in the current window, this time
    counted.
    """
    seconds = int(window.total_seconds())
    turn = int(now.timestamp()) // seconds
    return edge.count(f"B#{digest_of(who)}#{turn}", now + 2 * window) <= limit


def new_token(chance: Chance) -> str:
    """256 random bits as 44 characters."""
    return encode_id(chance(ID_BYTES)) + encode_id(chance(ID_BYTES))


def digest_of(text: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(text.encode()).hexdigest()


def _session(kind: SessionKind, merchant_id: MerchantId, subject: str, token: str) -> Session:
    csrf = hmac.digest(token.encode(), b"csrf", "sha256")[:ID_BYTES]
    return Session(
        kind=kind,
        merchant_id=merchant_id,
        subject=subject,
        csrf=encode_id(csrf),
        digest=digest_of(token),
    )


def _session_key(kind: SessionKind, digest: str) -> str:
    return f"S#{kind}#{digest}"


def _ticket_key(purpose: str, token: str) -> str:
    return f"T#{purpose}#{digest_of(token)}"
