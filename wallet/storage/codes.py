"""Single-use codes on the core table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError
from pynamodb.transactions import TransactWrite

from wallet.domain.ids import EntryId, MerchantId, ProgramId
from wallet.domain.times import from_millis, to_millis
from wallet.services.codes import Code
from wallet.storage.claims import code_key
from wallet.storage.races import lost_race
from wallet.storage.rows.cards import CodeRow
from wallet.storage.rows.core import PointerRow

# What DynamoDB takes at once, to read and to write.
_BATCH_MAX = 100


class CodeBook:
    """The Codes port."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin_batch(
        self, merchant_id: MerchantId, batch: str, program_id: ProgramId, fingerprint: bytes
    ) -> None:
        """Keeps what an idempotency key asked for, unless something stands under it."""
        row = PointerRow(
            _batch_key(merchant_id, batch), "H", target=program_id, fingerprint=fingerprint
        )
        try:
            row.save(condition=PointerRow.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def batch(self, merchant_id: MerchantId, batch: str) -> tuple[ProgramId, bytes] | None:
        """What was asked for under an idempotency key."""
        try:
            row = PointerRow.get(_batch_key(merchant_id, batch), "H", consistent_read=True)
        except DoesNotExist:
            return None
        return ProgramId(row.target), row.fingerprint or b""

    def add_codes(self, merchant_id: MerchantId, codes: Sequence[Code]) -> Sequence[Code]:
        """Writes those that do not stand, and gives back all of them as they stand by then."""
        found: list[Code] = []
        for start in range(0, len(codes), _BATCH_MAX):
            found += self._added(merchant_id, codes[start : start + _BATCH_MAX])
        return found

    def code(self, merchant_id: MerchantId, code: str) -> Code | None:
        """A code, used or not."""
        try:
            return _to_code(CodeRow.get(code_key(merchant_id, code), "H", consistent_read=True))
        except DoesNotExist:
            return None

    def _added(self, merchant_id: MerchantId, codes: Sequence[Code]) -> list[Code]:
        keys = [(code_key(merchant_id, each.code), "H") for each in codes]
        while True:
            rows = CodeRow.batch_get(keys, consistent_read=True)
            standing = {each.code: each for each in map(_to_code, rows)}
            missing = [each for each in codes if each.code not in standing]
            # Another call with the same key may write them meanwhile: then they are read.
            if self._wrote(merchant_id, missing):
                return [standing.get(each.code, each) for each in codes]

    def _wrote(self, merchant_id: MerchantId, codes: Sequence[Code]) -> bool:
        if not codes:
            return True
        try:
            with TransactWrite(connection=self._connection) as transaction:
                for each in codes:
                    row = _row(merchant_id, each)
                    transaction.save(row, condition=CodeRow.pk.does_not_exist())
        except TransactWriteError as error:
            if not lost_race(error):
                raise
            return False
        return True


def _batch_key(merchant_id: MerchantId, batch: str) -> str:
    return f"I#{merchant_id}#{batch}"


def _row(merchant_id: MerchantId, code: Code) -> CodeRow:
    return CodeRow(
        code_key(merchant_id, code.code),
        "H",
        program=code.program_id,
        action=code.action,
        batch=code.batch,
        expires=to_millis(code.expires_at) if code.expires_at else None,
    )


def _to_code(row: CodeRow) -> Code:
    return Code(
        code=row.pk.rpartition("#")[2],
        program_id=ProgramId(row.program),
        action=row.action,
        batch=row.batch,
        expires_at=_time(row.expires),
        used_by=EntryId(row.entry) if row.entry else None,
    )


def _time(millis: Any) -> datetime | None:
    return None if millis is None else from_millis(int(millis))
