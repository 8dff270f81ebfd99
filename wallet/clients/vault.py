"""Personal data: encrypted under a key of the merchant's own, findable by a keyed digest.

The keys are derived (HKDF, RFC 5869) from one master key that KMS guards, so that a thousand cafés
cost one key. What is encrypted is bound to its merchant and member: a ciphertext moved to another
row does not open.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wallet.domain.ids import ID_BYTES, MemberId, MerchantId, encode_id
from wallet.domain.merchants import Member
from wallet.services.ports import Chance

# Stands before each ciphertext: another cipher or derivation gets another number, and old rows
# stay readable.
_FORM = b"\x01"
_NONCE_BYTES = 12


class MemberVault:
    """The Vault port, AES-256-GCM. `master` is asked for when it is first needed."""

    def __init__(self, master: Callable[[], bytes], chance: Chance) -> None:
        self._master = master
        self._chance = chance

    def seal(self, member_id: MemberId, member: Member) -> bytes:
        """The member's data, encrypted."""
        said = {
            key: value
            for key, value in asdict(member).items()
            if value is not None and key != "merchant_id"
        }
        plain = json.dumps(said, ensure_ascii=False).encode()
        return self._sealed(member.merchant_id, plain, _bound(member.merchant_id, member_id))

    def open(self, merchant_id: MerchantId, member_id: MemberId, sealed: bytes) -> Member:
        """What `seal` took.

        Raises ValueError for an unknown form, cryptography's InvalidTag for another's.
        """
        plain = self._opened(merchant_id, sealed, _bound(merchant_id, member_id))
        return Member(merchant_id=merchant_id, **json.loads(plain))

    def seal_text(self, merchant_id: MerchantId, owner: str, text: str) -> bytes:
        """A text that we must be able to read again, encrypted and bound to its owner."""
        return self._sealed(merchant_id, text.encode(), _bound_text(merchant_id, owner))

    def open_text(self, merchant_id: MerchantId, owner: str, sealed: bytes) -> str:
        """What `seal_text` took. Raises as `open` does."""
        return self._opened(merchant_id, sealed, _bound_text(merchant_id, owner)).decode()

    def finder(self, merchant_id: MerchantId, kind: str, value: str) -> str:
        """The keyed digest of a normalised e-mail or phone."""
        key = self._key(merchant_id, "finder")
        digest = hmac.digest(key, f"{kind}\n{value}".encode(), hashlib.sha256)
        return encode_id(digest[:ID_BYTES])

    def _sealed(self, merchant_id: MerchantId, plain: bytes, bound: bytes) -> bytes:
        nonce = self._chance(_NONCE_BYTES)
        cipher = AESGCM(self._key(merchant_id, "data"))
        return _FORM + nonce + cipher.encrypt(nonce, plain, bound)

    def _opened(self, merchant_id: MerchantId, sealed: bytes, bound: bytes) -> bytes:
        if sealed[:1] != _FORM:
            raise ValueError(f"form {sealed[:1]!r} is not known")
        nonce, encrypted = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        return AESGCM(self._key(merchant_id, "data")).decrypt(nonce, encrypted, bound)

    def _key(self, merchant_id: MerchantId, use: str) -> bytes:
        """HKDF-SHA256 with one block of output.

        Extract with an empty salt, expand with merchant and use.
        """
        extracted = hmac.digest(bytes(32), self._master(), hashlib.sha256)
        return hmac.digest(extracted, f"{use}\n{merchant_id}".encode() + b"\x01", hashlib.sha256)


def _bound(merchant_id: MerchantId, member_id: MemberId) -> bytes:
    return f"{merchant_id}|{member_id}".encode()


def _bound_text(merchant_id: MerchantId, owner: str) -> bytes:
    return f"{merchant_id}|text|{owner}".encode()
