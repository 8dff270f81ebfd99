"""Verifies what Google calls back with when a card is saved or taken away (ECv2SigningOnly).

A callback is an envelope of JSON in JSON:

    {protocolVersion, signature, intermediateSigningKey: {signedKey, signatures}, signedMessage}

A root key of Google signs the intermediate key, the intermediate key the message. What is signed
is not the JSON, but its parts, each after its length in UTF-8 bytes (four bytes, little endian):

    intermediate key:  sender, protocol, signedKey
    message:           sender, recipient, protocol, signedMessage

The recipient is **our** issuer id, never the one that the message names: else anybody with an
issuer account of his own could send us genuine signatures under it. Whoever calls must also see to
it that each nonce counts once.

https://developers.google.com/wallet/retail/loyalty-cards/use-cases/use-callbacks-for-saves-and-deletions
https://developers.google.com/pay/api/web/guides/resources/payment-data-cryptography (the scheme)
"""

import base64
import binascii
import json
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from wallet.domain.errors import WalletError
from wallet.domain.ids import CardId, ProgramId
from wallet.google.ids import IssuerId, card_of, program_of

SENDER: Final = "GooglePayPasses"
PROTOCOL: Final = "ECv2SigningOnly"

BODY_BYTES_MAX: Final = 16_384
_NONCE_CHARS_MAX: Final = 200
_MILLIS_MAX: Final = 253_402_300_799_999  # the end of the year 9999, where datetime ends
_MILLIS: Final = re.compile(r"[0-9]{1,15}")
_SIGNATURES_MAX: Final = 8

_ENVELOPE: Final = {"protocolVersion", "signature", "intermediateSigningKey", "signedMessage"}
_SIGNED_KEY: Final = {"signedKey", "signatures"}


class CallbackError(WalletError):
    """This is not a callback of Google's for us. The text says what was wrong first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootKey:
    """A key of Google's that signs intermediate keys."""

    key: EllipticCurvePublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What Google says: this card of this programme was saved, or taken away.

    `nonce` tells a repetition; it need not be remembered after `expires_at`.
    """

    event: Literal["save", "del"]
    card_id: CardId
    program_id: ProgramId
    nonce: str
    expires_at: datetime


def read_root_keys(body: bytes, *, now: datetime) -> tuple[RootKey, ...]:
    """The keys of this protocol that have not expired. Raises CallbackError for no list of keys.

    A key that cannot be read, or that does not say when it expires, is left out.
    """
    keys = _object(body, "the list of keys").get("keys")
    if not isinstance(keys, list):
        raise CallbackError("the list of keys has no keys")
    found = (_root_key(each, now) for each in keys)
    return tuple(key for key in found if key)


def verify(body: bytes, *, roots: Iterable[RootKey], issuer: IssuerId, now: datetime) -> Callback:
    """What the callback says, if it is Google's, for this issuer, and still holds.

    Raises CallbackError for everything else, whatever the bytes are.
    """
    if len(body) > BODY_BYTES_MAX:
        raise CallbackError("too long")
    envelope = _object(body, "the body")
    if set(envelope) != _ENVELOPE:
        raise CallbackError("not the members of an envelope")
    if envelope["protocolVersion"] != PROTOCOL:
        raise CallbackError("another protocol")
    key = _intermediate_key(envelope["intermediateSigningKey"], roots, now)
    message = _text(envelope["signedMessage"], "signedMessage")
    signed = _signed_bytes(SENDER, issuer, PROTOCOL, message)
    if not _is_signed(key, _base64(envelope["signature"], "signature"), signed):
        raise CallbackError("the message is not signed by the intermediate key")
    return _message(_object(message, "signedMessage"), issuer, now)


def _intermediate_key(
    member: object, roots: Iterable[RootKey], now: datetime
) -> EllipticCurvePublicKey:
    if not isinstance(member, dict) or set(member) != _SIGNED_KEY:
        raise CallbackError("not the members of an intermediate key")
    signed_key = _text(member["signedKey"], "signedKey")
    signatures = member["signatures"]
    if not isinstance(signatures, list) or not 0 < len(signatures) <= _SIGNATURES_MAX:
        raise CallbackError("no list of signatures")
    given = [_base64(each, "signatures") for each in signatures]
    signed = _signed_bytes(SENDER, PROTOCOL, signed_key)
    if not any(_is_signed(root.key, each, signed) for root in roots for each in given):
        raise CallbackError("the intermediate key is not signed by a root key")
    fields = _object(signed_key, "signedKey")
    if _time(fields.get("keyExpiration"), "keyExpiration") <= now:
        raise CallbackError("the intermediate key has expired")
    return _key(fields.get("keyValue"))


def _message(fields: Mapping[str, object], issuer: IssuerId, now: datetime) -> Callback:
    expires_at = _time(fields.get("expTimeMillis"), "expTimeMillis")
    if expires_at <= now:
        raise CallbackError("the message has expired")
    program_id = program_of(issuer, _text(fields.get("classId"), "classId"))
    card_id = card_of(issuer, _text(fields.get("objectId"), "objectId"))
    if program_id is None or card_id is None:
        raise CallbackError("class or object of another issuer")
    event = fields.get("eventType")
    if event not in ("save", "del"):
        raise CallbackError("another event")
    nonce = _text(fields.get("nonce"), "nonce")
    if not 0 < len(nonce) <= _NONCE_CHARS_MAX:
        raise CallbackError("no nonce")
    return Callback(
        event="save" if event == "save" else "del",
        card_id=card_id,
        program_id=program_id,
        nonce=nonce,
        expires_at=expires_at,
    )


def _root_key(entry: object, now: datetime) -> RootKey | None:
    if not isinstance(entry, dict) or entry.get("protocolVersion") != PROTOCOL:
        return None
    try:
        if _time(entry.get("keyExpiration"), "keyExpiration") <= now:
            return None
        return RootKey(key=_key(entry.get("keyValue")))
    except CallbackError:
        return None


def _key(value: object) -> EllipticCurvePublicKey:
    try:
        key = load_der_public_key(_base64(value, "keyValue"))
    except (ValueError, UnsupportedAlgorithm):
        raise CallbackError("keyValue is not a key") from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise CallbackError("keyValue is not a key on P-256")
    return key


def _is_signed(key: EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _signed_bytes(*parts: str) -> bytes:
    encoded = [part.encode() for part in parts]
    return b"".join(struct.pack("<I", len(part)) + part for part in encoded)


def _object(text: bytes | str, name: str) -> dict[str, object]:
    try:
        value = json.loads(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        raise CallbackError(f"{name} is not JSON") from None
    if not isinstance(value, dict):
        raise CallbackError(f"{name} is not an object")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise CallbackError(f"{name} is not a text")
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair is JSON, but no text
        raise CallbackError(f"{name} is not a text") from None
    return value


def _base64(value: object, name: str) -> bytes:
    try:
        return base64.b64decode(_text(value, name).encode(), validate=True)
    except binascii.Error:
        raise CallbackError(f"{name} is not base64") from None


def _time(value: object, name: str) -> datetime:
    """Milliseconds since 1970, as a number or, as JSON of Google's has them, in digits."""
    if isinstance(value, str) and _MILLIS.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MILLIS_MAX:
        raise CallbackError(f"{name} is not a time")
    return datetime.fromtimestamp(value / 1000, UTC)
