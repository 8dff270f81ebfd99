"""Keys of the API: made, listed, revoked, recognised.

The secret is shown once; only its digest is kept.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wallet.domain.errors import NotFoundError, UnauthenticatedError
from wallet.domain.ids import ID_BYTES, ApiKeyId, MerchantId, encode_id, is_id
from wallet.domain.merchants import ApiKey, Scope
from wallet.domain.times import cut
from wallet.services.ports import Chance, Merchants

_PREFIX = "sk"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key and, this once, its secret."""

    key: ApiKey
    secret: str


def make_key(
    merchants: Merchants,
    chance: Chance,
    merchant_id: MerchantId,
    *,
    name: str,
    scope: Scope,
    now: datetime,
) -> NewKey:
    """Makes a key.

    The secret names its merchant, so that recognising it is one read without an index.
    """
    proof = encode_id(chance(ID_BYTES)) + encode_id(chance(ID_BYTES))
    secret = f"{_PREFIX}_{merchant_id}_{proof}"
    key = ApiKey(
        id=ApiKeyId(encode_id(chance(ID_BYTES))),
        merchant_id=merchant_id,
        name=name,
        scope=scope,
        hint=secret[-4:],
        created_at=cut(now),
    )
    merchants.add_key(key, _digest(secret))
    return NewKey(key=key, secret=secret)


def recognise(merchants: Merchants, secret: str) -> ApiKey:
    """The key of a secret. Raises UnauthenticatedError for an unknown or revoked one."""
    prefix, _, rest = secret.partition("_")
    merchant_id, _, proof = rest.partition("_")
    if prefix != _PREFIX or not is_id(merchant_id) or not proof:
        raise UnauthenticatedError
    key = merchants.key(MerchantId(merchant_id), _digest(secret))
    if key is None or key.revoked_at is not None:
        raise UnauthenticatedError
    return key


def list_keys(merchants: Merchants, merchant_id: MerchantId) -> Sequence[ApiKey]:
    """All keys of a merchant, revoked ones too, oldest first."""
    return merchants.keys(merchant_id)


def revoke_key(
    merchants: Merchants, merchant_id: MerchantId, key_id: ApiKeyId, now: datetime
) -> None:
    """Revokes a key; elsewhere it may be taken for a minute more. Raises NotFoundError."""
    if not merchants.revoke_key(merchant_id, key_id, cut(now)):
        raise NotFoundError("key")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
