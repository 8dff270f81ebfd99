"""What the PassKit web service decides: whose token, what changed, what need not be sent again.

Apple's pages: "Adding a Web Service to Update Passes" and its five end points. The protocol in
short: a phone registers for a pass, is told by an empty push that something changed, asks which
serial numbers changed since a tag that we gave it, and fetches those passes with
If-Modified-Since.

The tag is the trap of this protocol. Times as tags lose updates: two changes in one tick, a commit
that lands after a later one was listed. Ours holds no time. It says which version of each pass
this phone has been told of, so that a pass is listed if and only if its version now is another
one. A tag that we cannot read is no tag: everything is listed, and a phone that had the newest
version gets a 304.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from wallet.domain.ids import DeviceId

# iOS sends 32 hexadecimal digits; Apple promises no form. As a part of a key it has bounds.
_DEVICE_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")
_AUTHORIZATION = re.compile(r"ApplePass +(\S{1,200})", re.IGNORECASE)

_TAG_FORM = "1"
_SERIAL_BYTES = 6
_VERSION_BYTES = 5
_PAIR_BYTES = _SERIAL_BYTES + _VERSION_BYTES
# A tag travels in a URL. A phone with more cards of one pass type than this is told of all of
# them.
_PASSES_MAX = 100

LOG_LINES_MAX = 20
_LOG_CHARS_MAX = 500
# Ids, serial numbers, tokens of ours and of Apple's: no word is as long.
_LONG_RUN = re.compile(r"[0-9A-Za-z]{20,}")
_TOKEN = re.compile(r"ApplePass +\S+", re.IGNORECASE)


def read_device_id(text: str) -> DeviceId | None:
    """A device library identifier that may stand in a key, or None."""
    return DeviceId(text) if _DEVICE_ID.fullmatch(text) else None


def read_authorization(header: str | None) -> str:
    """The token of an `Authorization: ApplePass …` header; empty if there is none."""
    match = _AUTHORIZATION.fullmatch(header.strip()) if header else None
    return match.group(1) if match else ""


def write_tag(versions: Mapping[str, int]) -> str:
    """The tag that stands for these versions by serial number.

    URL-safe letters only, the same for the same versions.
    """
    if len(versions) > _PASSES_MAX:
        return f"{_TAG_FORM}-"
    pairs = sorted(
        _short(serial) + version.to_bytes(_VERSION_BYTES) for serial, version in versions.items()
    )
    packed = base64.urlsafe_b64encode(b"".join(pairs)).decode().rstrip("=")
    return f"{_TAG_FORM}-{packed}"


def changed_since(tag: str | None, versions: Mapping[str, int]) -> list[str]:
    """The serial numbers, sorted, whose version is not the one that the tag names."""
    told = _read_tag(tag or "")
    return sorted(
        serial for serial, version in versions.items() if told.get(_short(serial)) != version
    )


def write_http_date(modified: int) -> str:
    """Seconds since 1970 as the date of a Last-Modified header."""
    return format_datetime(datetime.fromtimestamp(modified, UTC), usegmt=True)


def is_unmodified(if_modified_since: str | None, modified: int) -> bool:
    """Whether a phone that echoes this header holds the version that was modified then.

    Exactly then: a phone sends back what it was given. A date that lies after it may be the
    phone's own clock.
    """
    if not if_modified_since:
        return False
    try:
        at = parsedate_to_datetime(if_modified_since)
    except (ValueError, OverflowError):
        return False
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return int(at.timestamp()) == modified


def readable_log(lines: object) -> list[str]:
    """What a phone logged, made fit for our log: bounded, a line each, without ids and tokens."""
    if not isinstance(lines, list):
        return []
    texts = [line for line in lines[:LOG_LINES_MAX] if isinstance(line, str)]
    return [_redacted(text[:_LOG_CHARS_MAX]) for text in texts]


def _redacted(text: str) -> str:
    shown = _LONG_RUN.sub("…", _TOKEN.sub("ApplePass …", text))
    return "".join(char if char.isprintable() else " " for char in shown)


def _short(serial: str) -> bytes:
    return hashlib.sha256(serial.encode()).digest()[:_SERIAL_BYTES]


def _read_tag(tag: str) -> dict[bytes, int]:
    form, dash, packed = tag.partition("-")
    if form != _TAG_FORM or not dash:
        return {}
    try:
        pairs = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return {}
    if len(pairs) % _PAIR_BYTES or len(pairs) > _PASSES_MAX * _PAIR_BYTES:
        return {}
    starts = range(0, len(pairs), _PAIR_BYTES)
    return {
        pairs[at : at + _SERIAL_BYTES]: int.from_bytes(
            pairs[at + _SERIAL_BYTES : at + _PAIR_BYTES]
        )
        for at in starts
    }
