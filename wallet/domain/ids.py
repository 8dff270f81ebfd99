"""Identifiers: 128 random bits in base 62, so that none needs escaping and load spreads.

The random bytes come in from outside: nothing here draws them.
"""

import hashlib
import re
from typing import NewType

MerchantId = NewType("MerchantId", str)
ProgramId = NewType("ProgramId", str)
CardId = NewType("CardId", str)
MemberId = NewType("MemberId", str)
EntryId = NewType("EntryId", str)
ApiKeyId = NewType("ApiKeyId", str)
DeviceId = NewType("DeviceId", str)
PushToken = NewType("PushToken", str)

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_BYTES = 16
ID_LENGTH = 22

# Crockford's base 32: no I, L, O or U, so that a code read aloud or typed from a dim screen has
# one reading.
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 10
_CODE_ALIASES = str.maketrans({"I": "1", "L": "1", "O": "0"})

_ID = re.compile(r"[0-9A-Za-z]{22}")
_PROGRAM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def encode_id(raw: bytes) -> str:
    """The 22 characters that stand for 16 bytes, fixed in width."""
    if len(raw) != ID_BYTES:
        raise ValueError(f"an id is made of {ID_BYTES} bytes, not {len(raw)}")
    number = int.from_bytes(raw)
    digits = []
    for _ in range(ID_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def is_id(text: str) -> bool:
    """Whether the text has the form of an id (of a card, a member, a merchant)."""
    return _ID.fullmatch(text) is not None


def is_program_id(text: str) -> bool:
    """Whether a merchant may name a program so: 1 to 64 of letters, digits, `_` and `-`."""
    return _PROGRAM_ID.fullmatch(text) is not None


def key_digest(scope: str, key: str) -> str:
    """The 22 characters that stand for an idempotency key within its scope (`api`, `demo`).

    The scope keeps a till's keys from meeting a web shop's. 128 bits of SHA-256: two keys of one
    card do not meet.
    """
    return encode_id(hashlib.sha256(f"{scope}\n{key}".encode()).digest()[:ID_BYTES])


def entry_id(card_id: CardId, digest: str) -> EntryId:
    """The id of an entry: its card and its key's digest, so that finding it needs no index."""
    return EntryId(f"{card_id}-{digest}")


def split_entry_id(text: str) -> tuple[CardId, str] | None:
    """The card and the key digest of an entry id, or None if it is not of that form."""
    card, dash, digest = text.partition("-")
    return (CardId(card), digest) if dash and is_id(card) and is_id(digest) else None


def digest_of(entry_id: EntryId) -> str:
    """The key digest of an entry id."""
    return entry_id.rpartition("-")[2]


def encode_code(raw: bytes) -> str:
    """The ten characters (50 bits) that a person can read under a barcode, as `7K3M-Q2ZT-4H`."""
    number = int.from_bytes(raw)
    letters = "".join(_CODE_ALPHABET[number >> (5 * i) & 31] for i in range(_CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def normal_code(typed: str) -> str | None:
    """A typed code in the form of encode_code, or None if it is no code.

    Case, spaces, hyphens and look-alike letters are forgiven.
    """
    letters = re.sub(r"[\s-]", "", typed).upper().translate(_CODE_ALIASES)
    if len(letters) != _CODE_LENGTH or set(letters) - set(_CODE_ALPHABET):
        return None
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
