"""What a commit claims outside its card: a reference that no other purchase has, a piece of a
stock, a single-use code. Each joins the transaction as an item with a condition of its own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pynamodb.constants import ALL_OLD
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from wallet.domain.ids import EntryId, MerchantId, ProgramId
from wallet.services.ports import Claim, Receipt, Refused, Stock, UsedCode
from wallet.storage.rows.cards import CodeRow, ReceiptRow, StockRow


def in_order(claims: Iterable[Claim]) -> list[Claim]:
    """The claims in the order of their items: PynamoDB sends all updates after all saves."""
    return sorted(claims, key=lambda claim: not isinstance(claim, Receipt))


def save_claim(transaction: TransactWrite, claim: Claim, entry_id: EntryId) -> None:
    """Adds the claim's item, in the name of the entry."""
    match claim:
        case Receipt():
            row = ReceiptRow(_receipt_key(claim), "H", entry=entry_id)
            transaction.save(row, condition=ReceiptRow.pk.does_not_exist(), return_values=ALL_OLD)
        case Stock():
            _save_stock(transaction, claim)
        case UsedCode():
            transaction.update(
                CodeRow(code_key(claim.merchant_id, claim.code), "H"),
                actions=[CodeRow.entry.set(entry_id)],
                condition=CodeRow.pk.exists() & CodeRow.entry.does_not_exist(),
            )


def receipt_entry(receipt: Receipt) -> EntryId | None:
    """The entry that a reference was counted in."""
    try:
        row = ReceiptRow.get(_receipt_key(receipt), "H", consistent_read=True)
    except DoesNotExist:
        return None
    return EntryId(row.entry)


def refused(claim: Claim, standing: Mapping[str, Any] | None) -> Refused:
    """Says that a claim does not hold, with the entry that has the receipt."""
    if isinstance(claim, Receipt) and standing:
        row = ReceiptRow()
        row.deserialize(dict(standing))
        return Refused(claim=claim, standing=EntryId(row.entry))
    return Refused(claim=claim)


class Claims:
    """The Stocks port on the core table."""

    def given(self, program_id: ProgramId, reward_id: str) -> int:
        """How many pieces of a reward have been given."""
        try:
            row = StockRow.get(f"P#{program_id}", f"S#{reward_id}", consistent_read=True)
        except DoesNotExist:
            return 0
        return int(row.given)


def _receipt_key(receipt: Receipt) -> str:
    return f"Z#{receipt.merchant_id}#{receipt.digest}"


def _save_stock(transaction: TransactWrite, claim: Stock) -> None:
    room: Any = StockRow.given <= claim.most - claim.given
    condition = StockRow.given.does_not_exist() | room if claim.given > 0 else None
    transaction.update(
        StockRow(f"P#{claim.program_id}", f"S#{claim.reward_id}"),
        actions=[StockRow.given.add(claim.given)],
        condition=condition,
    )


def code_key(merchant_id: MerchantId, code: str) -> str:
    """Where a code stands."""
    return f"X#{merchant_id}#{code}"
