"""Tills, beside their merchant."""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.expressions.update import Action

from wallet.domain.ids import MerchantId
from wallet.domain.tills import Till, TillId
from wallet.domain.times import from_millis, to_millis
from wallet.storage.rows.merchants import TillRow


class TillBook:
    """The Tills port on the core table."""

    def add(self, till: Till) -> None:
        """Keeps a new till."""
        TillRow(
            f"M#{till.merchant_id}",
            f"T#{till.id}",
            name=till.name,
            location=till.location_id,
            session=till.session,
            created=to_millis(till.created_at),
        ).save(condition=TillRow.pk.does_not_exist())

    def till(self, merchant_id: MerchantId, till_id: TillId) -> Till | None:
        """One till, revoked or not."""
        try:
            row = TillRow.get(f"M#{merchant_id}", f"T#{till_id}", consistent_read=True)
        except DoesNotExist:
            return None
        return _to_till(row)

    def tills(self, merchant_id: MerchantId) -> Sequence[Till]:
        """All tills, oldest first."""
        rows = TillRow.query(f"M#{merchant_id}", TillRow.sk.startswith("T#"), consistent_read=True)
        return sorted(map(_to_till, rows), key=lambda till: till.created_at)

    def rename(self, merchant_id: MerchantId, till_id: TillId, name: str) -> bool:
        """Gives a till another name."""
        return _updated(merchant_id, till_id, TillRow.name.set(name))

    def revoke(self, merchant_id: MerchantId, till_id: TillId, now: datetime) -> bool:
        """Marks a till as revoked; revoking twice keeps the first time."""
        moment = TillRow.revoked | to_millis(now)
        return _updated(merchant_id, till_id, TillRow.revoked.set(moment))


def _updated(merchant_id: MerchantId, till_id: TillId, action: Action) -> bool:
    row = TillRow(f"M#{merchant_id}", f"T#{till_id}")
    try:
        row.update([action], condition=TillRow.pk.exists())
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _to_till(row: TillRow) -> Till:
    return Till(
        id=TillId(row.sk.removeprefix("T#")),
        merchant_id=MerchantId(row.pk.removeprefix("M#")),
        name=row.name,
        session=row.session,
        created_at=from_millis(int(row.created)),
        location_id=row.location,
        revoked_at=from_millis(int(row.revoked)) if row.revoked is not None else None,
    )
