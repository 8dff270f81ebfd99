"""Single-use codes in memory."""

from collections.abc import Sequence
from dataclasses import replace

from wallet.domain.ids import EntryId, MerchantId, ProgramId
from wallet.services.codes import Code


class FakeCodes:
    """The Codes port."""

    def __init__(self) -> None:
        self._batches: dict[tuple[MerchantId, str], tuple[ProgramId, bytes]] = {}
        self._codes: dict[tuple[MerchantId, str], Code] = {}

    def begin_batch(
        self, merchant_id: MerchantId, batch: str, program_id: ProgramId, fingerprint: bytes
    ) -> None:
        self._batches.setdefault((merchant_id, batch), (program_id, fingerprint))

    def batch(self, merchant_id: MerchantId, batch: str) -> tuple[ProgramId, bytes] | None:
        return self._batches.get((merchant_id, batch))

    def add_codes(self, merchant_id: MerchantId, codes: Sequence[Code]) -> Sequence[Code]:
        return [self._codes.setdefault((merchant_id, each.code), each) for each in codes]

    def code(self, merchant_id: MerchantId, code: str) -> Code | None:
        return self._codes.get((merchant_id, code))

    def use(self, merchant_id: MerchantId, code: str, entry_id: EntryId) -> None:
        key = (merchant_id, code)
        self._codes[key] = replace(self._codes[key], used_by=entry_id)
