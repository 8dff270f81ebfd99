"""Standard Webhooks 1.0: who sent a message, and that nobody changed or replayed it.

Signed is `{webhook-id}.{webhook-timestamp}.{body}`, the body byte for byte as it came, with
HMAC-SHA256 under a secret that sender and receiver share. The header `webhook-signature` lists
signatures, so that a secret can be changed without a gap: the sender may sign with two, and the
receiver may know two. The timestamp is that of the attempt, and an old one is a replay.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
TOLERANCE = timedelta(minutes=5)
# The specification asks for 24 to 64.
SECRET_BYTES = 32

_PREFIX = "whsec_"
_VERSION = "v1"
_ID = re.compile(r"[\x21-\x7e]{1,255}")
# Digits alone, so that no part of an id or a body can be read as part of the time.
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
# A ring holds two keys; more signatures than this are no rotation.
_SIGNATURES_MAX = 20


class Flaw(StrEnum):
    """Why a message is not taken."""

    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    FORGED = "forged"
    STALE = "stale"


def verify(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, *, now: datetime
) -> Flaw | None:
    """What is wrong with a message; None if any of the secrets signed it within the tolerance.

    Header names in lower case. The time that a comparison takes tells nothing of a signature.
    """
    message_id, timestamp = headers.get(ID_HEADER, ""), headers.get(TIMESTAMP_HEADER, "")
    given = headers.get(SIGNATURE_HEADER, "").split(" ")[:_SIGNATURES_MAX]
    if not any(given):
        return Flaw.UNSIGNED
    if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        return Flaw.MALFORMED
    right = [sign(secret, message_id, timestamp, body).encode() for secret in secrets]
    if not any(
        hmac.compare_digest(one.encode(errors="replace"), other)
        for one in given
        for other in right
    ):
        return Flaw.FORGED
    return None if _is_recent(int(timestamp), now) else Flaw.STALE


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature as the header lists it. Raises ValueError for what is no secret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"{_VERSION},{base64.b64encode(hmac.digest(_key(secret), signed, 'sha256')).decode()}"


def write_secret(raw: bytes) -> str:
    """Random bytes as a secret that can be handed on."""
    return _PREFIX + base64.b64encode(raw).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        raise ValueError("a secret is whsec_ and base64") from None


def _is_recent(timestamp: int, now: datetime) -> bool:
    return abs(now.timestamp() - timestamp) <= TOLERANCE.total_seconds()
