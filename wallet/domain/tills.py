"""A till: one browser that a merchant has paired, by its name, and revocable."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from wallet.domain.ids import MerchantId

TillId = NewType("TillId", str)

NAME_CHARS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """A paired browser. `session` is the digest by which its session is closed."""

    id: TillId
    merchant_id: MerchantId
    name: str
    session: str
    created_at: datetime
    location_id: str | None = None
    revoked_at: datetime | None = None
