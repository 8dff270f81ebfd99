"""Hooks, under their own id; their merchant's list leads there."""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, PutError
from pynamodb.transactions import TransactWrite

from wallet.domain.hooks import Hook, HookId
from wallet.domain.ids import MerchantId, ProgramId
from wallet.domain.times import from_millis, to_millis
from wallet.storage.rows.core import PointerRow
from wallet.storage.rows.merchants import HookRow


class HookBook:
    """The Hooks port on the core table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, hook: Hook) -> None:
        """Keeps a new hook."""
        listed = PointerRow(f"M#{hook.merchant_id}", f"W#{hook.id}", target=hook.id)
        with TransactWrite(connection=self._connection) as transaction:
            transaction.save(_row(hook), condition=HookRow.pk.does_not_exist())
            transaction.save(listed, condition=PointerRow.pk.does_not_exist())

    def hook(self, hook_id: HookId) -> Hook | None:
        """One hook, revoked or not."""
        try:
            return _to_hook(HookRow.get(f"W#{hook_id}", "H", consistent_read=True))
        except DoesNotExist:
            return None

    def of_merchant(self, merchant_id: MerchantId) -> Sequence[Hook]:
        """All hooks, oldest first."""
        listed = PointerRow.query(
            f"M#{merchant_id}", PointerRow.sk.startswith("W#"), consistent_read=True
        )
        keys = [(f"W#{row.target}", "H") for row in listed]
        rows = HookRow.batch_get(keys, consistent_read=True) if keys else ()
        return sorted(map(_to_hook, rows), key=lambda hook: hook.created_at)

    def change(self, before: Hook, after: Hook) -> bool:
        """Writes the hook, if its secret and its end are still those that were read."""
        revoked = _millis(before.revoked_at)
        still = HookRow.revoked.does_not_exist() if revoked is None else HookRow.revoked == revoked
        try:
            _row(after).save(condition=(HookRow.sealed == before.sealed) & still)
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True


def _row(hook: Hook) -> HookRow:
    return HookRow(
        f"W#{hook.id}",
        "H",
        merchant=hook.merchant_id,
        program=hook.program_id,
        sealed=hook.sealed,
        old_sealed=hook.old_sealed,
        created=to_millis(hook.created_at),
        rotated=_millis(hook.rotated_at),
        revoked=_millis(hook.revoked_at),
    )


def _to_hook(row: HookRow) -> Hook:
    return Hook(
        id=HookId(row.pk.removeprefix("W#")),
        merchant_id=MerchantId(row.merchant),
        program_id=ProgramId(row.program) if row.program is not None else None,
        sealed=row.sealed,
        old_sealed=row.old_sealed,
        created_at=from_millis(int(row.created)),
        rotated_at=_moment(row.rotated),
        revoked_at=_moment(row.revoked),
    )


def _millis(at: datetime | None) -> int | None:
    return None if at is None else to_millis(at)


def _moment(millis: float | None) -> datetime | None:
    return None if millis is None else from_millis(int(millis))
