"""Secrets, fetched by name, once a process."""

import base64
import json
from dataclasses import dataclass, field
from functools import cache

from wallet.clients.aws import client


@dataclass(frozen=True, slots=True, kw_only=True)
class PassCertificate:
    """The pass certificate as PEM: its key, itself, Apple's intermediate."""

    key: bytes = field(repr=False)
    leaf: bytes
    intermediate: bytes


def pass_certificate(name: str) -> PassCertificate:
    """The pass certificate under a secret's name."""
    texts = json.loads(_secret(name))
    return PassCertificate(
        key=texts["key"].encode(),
        leaf=texts["leaf"].encode(),
        intermediate=texts["intermediate"].encode(),
    )


def master_key(name: str) -> bytes:
    """The 32 bytes under a secret's name."""
    return base64.b64decode(_secret(name))


def service_account(name: str) -> str:
    """The JSON of a service account's key under a secret's name."""
    return _secret(name)


@cache
def _secret(name: str) -> str:
    return str(client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
