"""The service account of the one-machine world, in the form in which Google gives one."""

import json
import secrets
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

EMAIL: Final = "stempel@local.iam.gserviceaccount.com"
ISSUER: Final = "3388000000000000001"


def make_account() -> str:
    """A new account with a key of its own: the JSON of its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return json.dumps(
        {
            "type": "service_account",
            "private_key_id": secrets.token_hex(20),
            "private_key": key.private_bytes(*form).decode(),
            "client_email": EMAIL,
            "token_uri": "https://oauth2.googleapis.com/token",
        }
    )


def public_key(account: str) -> str:
    """The public half of its key, PEM."""
    key = load_pem_private_key(json.loads(account)["private_key"].encode(), None)
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*form).decode()
