"""Merchants and their API keys.

A key's secret is never written, only its digest; a known key is trusted for a minute.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pynamodb.exceptions import DoesNotExist

from wallet.domain.ids import ApiKeyId, MerchantId
from wallet.domain.merchants import ApiKey, Merchant, Scope
from wallet.domain.times import from_millis, to_millis
from wallet.services.ports import Clock
from wallet.storage.rows.merchants import ApiKeyRow, MerchantRow

FRESH = timedelta(seconds=60)
# A process serves few merchants at a time; the bound keeps it from remembering all of them.
_KNOWN_MAX = 1_000


class MerchantBook:
    """The Merchants port on the core table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[MerchantId, str], tuple[datetime, ApiKey]] = {}

    def merchant(self, merchant_id: MerchantId) -> Merchant | None:
        """The merchant."""
        try:
            row = MerchantRow.get(f"M#{merchant_id}", "H", consistent_read=True)
        except DoesNotExist:
            return None
        return Merchant(
            id=merchant_id,
            name=row.name,
            locale=row.locale,
            created_at=from_millis(int(row.created)),
        )

    def add(self, merchant: Merchant) -> None:
        """Writes a new merchant."""
        MerchantRow(
            f"M#{merchant.id}",
            "H",
            name=merchant.name,
            locale=merchant.locale,
            created=to_millis(merchant.created_at),
        ).save(condition=MerchantRow.pk.does_not_exist())

    def rename(self, merchant_id: MerchantId, name: str) -> None:
        """Gives a merchant another name."""
        row = MerchantRow(f"M#{merchant_id}", "H")
        row.update([MerchantRow.name.set(name)], condition=MerchantRow.pk.exists())

    def add_key(self, key: ApiKey, secret_digest: str) -> None:
        """Keeps a new key."""
        ApiKeyRow(
            f"M#{key.merchant_id}",
            f"K#{secret_digest}",
            key_id=key.id,
            name=key.name,
            scope=str(key.scope),
            hint=key.hint,
            created=to_millis(key.created_at),
        ).save(condition=ApiKeyRow.pk.does_not_exist())

    def key(self, merchant_id: MerchantId, secret_digest: str) -> ApiKey | None:
        """The key with that digest, revoked or not.

        Only found keys are remembered, so a new one works at once.
        """
        known = self._known.get((merchant_id, secret_digest))
        now = self._clock()
        if known and abs(now - known[0]) < FRESH:
            return known[1]
        try:
            row = ApiKeyRow.get(f"M#{merchant_id}", f"K#{secret_digest}", consistent_read=True)
        except DoesNotExist:
            return None
        if len(self._known) >= _KNOWN_MAX:
            self._known.clear()
        key = _to_key(merchant_id, row)
        self._known[merchant_id, secret_digest] = (now, key)
        return key

    def keys(self, merchant_id: MerchantId) -> Sequence[ApiKey]:
        """All keys, oldest first."""
        rows = ApiKeyRow.query(
            f"M#{merchant_id}", ApiKeyRow.sk.startswith("K#"), consistent_read=True
        )
        return sorted((_to_key(merchant_id, row) for row in rows), key=lambda key: key.created_at)

    def revoke_key(self, merchant_id: MerchantId, key_id: ApiKeyId, now: datetime) -> bool:
        """Revokes a key; False if there is no such key. Revoking twice keeps the first time."""
        rows = ApiKeyRow.query(
            f"M#{merchant_id}", ApiKeyRow.sk.startswith("K#"), consistent_read=True
        )
        for row in rows:
            if row.key_id == key_id:
                moment = ApiKeyRow.revoked | to_millis(now)
                row.update([ApiKeyRow.revoked.set(moment)])
                self._known.clear()
                return True
        return False


def _to_key(merchant_id: MerchantId, row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(row.key_id),
        merchant_id=merchant_id,
        name=row.name,
        scope=Scope(row.scope),
        hint=row.hint,
        created_at=from_millis(int(row.created)),
        revoked_at=from_millis(int(row.revoked)) if row.revoked is not None else None,
    )
