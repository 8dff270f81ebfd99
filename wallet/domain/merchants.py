"""Merchants, the keys of their API, and the people who hold their cards."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wallet.domain.ids import ApiKeyId, MerchantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """The business; the tenant."""

    id: MerchantId
    name: str
    locale: str
    created_at: datetime


class Scope(StrEnum):
    """What a key is for.

    FULL is for the merchant's own systems; LEDGER, for tills, cannot change a program.
    """

    FULL = "full"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of the API, without its secret. `hint` is the secret's last four characters."""

    id: ApiKeyId
    merchant_id: MerchantId
    name: str
    scope: Scope
    hint: str
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person. E-mail in lower case, phone in E.164, birthday as MM-DD; None where not given."""

    merchant_id: MerchantId
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    birthday: str | None = None
    locale: str | None = None
