"""The push that tells a phone that a pass has changed: what to ask of APNs, what its answer means.

Sans-io: a push is a value, an answer is a status and some bytes. The push itself says nothing:
its body is `{}`, its topic the pass type, and the phone then asks the PassKit web service what
changed. So a push that comes twice does no harm, and one that may not have arrived is sent again.

An answer leads to one of four acts:

    Delivered   APNs has taken the push (the phone may see it later, or never)
    Gone        the token is dead: its registrations go, those made before `since` if that is known
    Retry       not now: the same push may succeed later
    Rejected    a fault of ours (topic, certificate, message): an alarm; nothing is deleted, and
                trying again is useless

https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from wallet.domain.ids import PushToken

# Tokens are 64 hex digits today; Apple says that their length may change. The bounds only keep out
# what can never be a token: anyone may register a "token", and it becomes part of a path.
_PUSH_TOKEN: Final = re.compile(r"[0-9A-Fa-f]{16,200}")

_OK: Final = 200
_BAD_REQUEST: Final = 400
_GONE: Final = 410
_PASSING_STATUSES: Final = frozenset({429, *range(500, 600)})
_DEAD_TOKEN: Final = "BadDeviceToken"  # noqa: S105 (a reason of APNs, no secret)
_PASSING_REASON: Final = "IdleTimeout"

# The reasons that concern the whole connection when they stand in a GOAWAY.
_CERTIFICATE_FAULTS: Final = frozenset({"BadCertificate", "BadCertificateEnvironment"})

_REASON: Final = re.compile(r"[0-9A-Za-z]{1,64}")
_DELTA_SECONDS: Final = re.compile(r"[0-9]{1,6}")
_RETRY_AFTER_SECONDS_MAX: Final = 3600.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIMESTAMP_MS_MAX: Final = 253_402_300_799_999  # the end of the year 9999, where datetime ends


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """One POST to APNs. Made by build_push, which lets only sound tokens into the path."""

    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """APNs has taken the push. That is not yet delivery to the phone."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The token is dead; since when, if APNs says so. A registration made after that stays."""

    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The push may succeed after so many seconds, or by the caller's own back-off if None."""

    after_seconds: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A fault of ours that another try cannot mend. Nothing is deleted; somebody must look."""

    reason: str


Outcome = Delivered | Gone | Retry | Rejected


def is_push_token(text: str) -> bool:
    """Whether the text can be a push token: 16 to 200 hex digits."""
    return _PUSH_TOKEN.fullmatch(text) is not None


def build_push(
    token: PushToken, topic: str, *, expires_at: datetime, push_id: str
) -> PushRequest | Gone:
    """The request that makes the phone with this token ask for its passes of this type.

    APNs keeps it until `expires_at` (aware) for a phone that is off. `push_id` is a UUID in lower
    case; a push that is sent again keeps it, so that Apple's console shows one. What cannot be a
    token is Gone at once: there is nothing to send.
    """
    if not is_push_token(token):
        return Gone()
    return PushRequest(
        path=f"/3/device/{token}",
        headers=(
            ("apns-topic", topic),
            ("apns-push-type", "background"),
            ("apns-priority", "5"),  # what a background push must have
            ("apns-expiration", str(int(expires_at.timestamp()))),
            ("apns-id", push_id),
        ),
        body=b"{}",
    )


def classify(status: int, body: bytes, retry_after: str = "") -> Outcome:
    """What an answer of APNs asks of us. Never raises, whatever the body holds.

    `retry_after` is the header of that name; only its form in seconds counts, up to an hour.
    """
    if status == _OK:
        return Delivered()
    answer = _decoded(body)
    if status == _GONE:
        return Gone(_since(answer))
    reason = _reason(answer) or f"status {status}"
    if status in _PASSING_STATUSES or reason == _PASSING_REASON:
        return Retry(_seconds(retry_after), reason)
    if status == _BAD_REQUEST and reason == _DEAD_TOKEN:
        return Gone()
    return Rejected(reason)


def classify_farewell(debug_data: bytes) -> Retry | Rejected:
    """What a GOAWAY means for the pushes it leaves unanswered. Its debug data may say why."""
    reason = _reason(_decoded(debug_data)) or "no reason"
    return Rejected(reason) if reason in _CERTIFICATE_FAULTS else Retry(None, f"goaway: {reason}")


def _decoded(body: bytes) -> dict[str, object]:
    try:
        answer: object = json.loads(body)
    except (ValueError, RecursionError):  # not JSON, not text, or nested to break the reader
        return {}
    return answer if isinstance(answer, dict) else {}


def _reason(answer: dict[str, object]) -> str | None:
    """The reason, if it is one word: it goes into log lines and must bring nothing else there."""
    reason = answer.get("reason")
    return reason if isinstance(reason, str) and _REASON.fullmatch(reason) else None


def _since(answer: dict[str, object]) -> datetime | None:
    milliseconds = answer.get("timestamp")
    if type(milliseconds) is not int or not 0 < milliseconds <= _TIMESTAMP_MS_MAX:
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _seconds(retry_after: str) -> float | None:
    if not _DELTA_SECONDS.fullmatch(retry_after):
        return None
    return min(float(retry_after), _RETRY_AFTER_SECONDS_MAX)
