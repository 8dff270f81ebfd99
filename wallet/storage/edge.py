"""The edge table: what comes and goes. It has no stream, so its noise never reaches the outbox."""

import json
from datetime import datetime

from pynamodb.exceptions import DeleteError, DoesNotExist, PutError

from wallet.domain.times import from_millis, to_millis
from wallet.services.sessions import Kept
from wallet.storage.rows.aside import EdgeRow

_SORT = "H"


class EdgeBook:
    """The Edge port."""

    def put(self, key: str, kept: Kept) -> None:
        """Keeps it, over whatever stood there."""
        _row(key, kept).save()

    def put_once(self, key: str, kept: Kept) -> bool:
        """Keeps it if nothing stands there; whether it did."""
        try:
            _row(key, kept).save(condition=EdgeRow.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def get(self, key: str) -> Kept | None:
        """What stands there."""
        try:
            return _kept(EdgeRow.get(key, _SORT, consistent_read=True))
        except DoesNotExist:
            return None

    def take(self, key: str) -> Kept | None:
        """Removes it and gives what stood there: to one caller only."""
        kept = self.get(key)
        try:
            EdgeRow(key, _SORT).delete(condition=EdgeRow.pk.exists())
        except DeleteError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return None
        return kept

    def count(self, key: str, expires_at: datetime) -> int:
        """Adds one to a counter and gives its new value."""
        row = EdgeRow(key, _SORT)
        row.update([EdgeRow.counter.add(1), EdgeRow.ttl.set(int(expires_at.timestamp()))])
        return int(row.counter or 0)


def _row(key: str, kept: Kept) -> EdgeRow:
    return EdgeRow(
        key,
        _SORT,
        owner=kept.owner,
        data=json.dumps(dict(kept.data), ensure_ascii=False),
        until=to_millis(kept.expires_at),
        ttl=int(kept.expires_at.timestamp()),
    )


def _kept(row: EdgeRow) -> Kept:
    return Kept(
        owner=row.owner or "",
        data=json.loads(row.data or "{}"),
        expires_at=from_millis(int(row.until or 0)),
    )
