"""Signs callbacks as Google does (ECv2SigningOnly), with keys of this world."""

import base64
import json
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

SENDER: Final = "GooglePayPasses"
PROTOCOL: Final = "ECv2SigningOnly"
_ROOT_LIFE: Final = timedelta(days=3650)
_KEY_LIFE: Final = timedelta(days=7)


class CallbackSigner:
    """A root key with an intermediate key under it."""

    def __init__(self, root: ec.EllipticCurvePrivateKey) -> None:
        self._root = root
        self._key = ec.generate_private_key(ec.SECP256R1())

    @classmethod
    def of(cls, pem: str | None) -> Self:
        """With the root key that was kept, or a new one."""
        if pem is None:
            return cls(ec.generate_private_key(ec.SECP256R1()))
        root = load_pem_private_key(pem.encode(), None)
        if not isinstance(root, ec.EllipticCurvePrivateKey):
            raise TypeError("not a key on P-256")
        return cls(root)

    def pem(self) -> str:
        """The root key, to be kept."""
        form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self._root.private_bytes(*form).decode()

    def keys(self, now: datetime) -> dict[str, Any]:
        """What Google publishes for those who verify."""
        return {
            "keys": [
                {
                    "keyValue": key_value(self._root.public_key()),
                    "protocolVersion": PROTOCOL,
                    "keyExpiration": millis(now + _ROOT_LIFE),
                }
            ]
        }

    def envelope(
        self, message: Mapping[str, Any], *, issuer: str, now: datetime
    ) -> dict[str, Any]:
        """A callback with this message, for this issuer."""
        signed_key = json.dumps(
            {
                "keyValue": key_value(self._key.public_key()),
                "keyExpiration": millis(now + _KEY_LIFE),
            }
        )
        text = json.dumps(message, ensure_ascii=False)
        return {
            "protocolVersion": PROTOCOL,
            "signature": signed(self._key, SENDER, issuer, PROTOCOL, text),
            "intermediateSigningKey": {
                "signedKey": signed_key,
                "signatures": [signed(self._root, SENDER, PROTOCOL, signed_key)],
            },
            "signedMessage": text,
        }


def signed(key: ec.EllipticCurvePrivateKey, *parts: str) -> str:
    """The signature of these parts, each after its length in bytes, in base64."""
    encoded = [part.encode() for part in parts]
    over = b"".join(struct.pack("<I", len(part)) + part for part in encoded)
    return base64.b64encode(key.sign(over, ec.ECDSA(SHA256()))).decode()


def key_value(key: ec.EllipticCurvePublicKey) -> str:
    """A public key as Google writes it."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def millis(at: datetime) -> str:
    """Milliseconds since 1970, in digits, as Google writes them in key lists."""
    return str(int(at.timestamp() * 1000))
