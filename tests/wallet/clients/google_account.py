"""A service account with a key of its own, made once a run."""

import json
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

EMAIL = "stempel-wallet-service@stempel-production-4711.iam.gserviceaccount.com"


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def account_document() -> str:
    """The JSON that Google gives for a key."""
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "stempel-production-4711",
            "private_key_id": "0123456789abcdef0123456789abcdef01234567",
            "private_key": _key().private_bytes(*form).decode(),
            "client_email": EMAIL,
            "client_id": "123456789012345678901",
            "token_uri": "https://oauth2.googleapis.com/token",
        }
    )


@cache
def public_pem() -> str:
    """Its public key."""
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return _key().public_key().public_bytes(*form).decode()
