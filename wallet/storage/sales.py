"""Sales that hooks told of, with their refunds beside them.

A sale has a partition of its own: a busy shop's sales spread like its cards.
"""

from collections.abc import Sequence

from pynamodb.exceptions import DoesNotExist, PutError, UpdateError

from wallet.domain.hooks import HookId, Refund, Sale
from wallet.domain.ids import CardId, MerchantId
from wallet.domain.times import from_millis, to_millis
from wallet.storage.packing import pack_basket, unpack_basket
from wallet.storage.rows.core import PointerRow
from wallet.storage.rows.merchants import RefundRow, SaleRow

_TAKEN = "ConditionalCheckFailedException"


class SalesBook:
    """The Sales port on the core table."""

    def sale(self, digest: str) -> Sale | None:
        """A sale."""
        try:
            return _to_sale(SaleRow.get(f"S#{digest}", "H", consistent_read=True))
        except DoesNotExist:
            return None

    def add(self, sale: Sale) -> bool:
        """Keeps a sale, if none stands there."""
        return _added(_sale_row(sale))

    def match(self, digest: str, card_id: CardId, shown: str) -> bool:
        """Makes an unmatched sale a card's."""
        row = SaleRow(f"S#{digest}", "H")
        unmatched = SaleRow.pk.exists() & SaleRow.card.does_not_exist()
        try:
            row.update([SaleRow.card.set(card_id), SaleRow.shown.set(shown)], condition=unmatched)
        except UpdateError as error:
            if error.cause_response_code != _TAKEN:
                raise
            return False
        return True

    def refunds(self, digest: str) -> Sequence[Refund]:
        """The refunds of a sale, in the order in which they came."""
        rows = RefundRow.query(f"S#{digest}", RefundRow.sk.startswith("R#"), consistent_read=True)
        return sorted(map(_to_refund, rows), key=lambda refund: refund.created_at)

    def add_refund(self, digest: str, refund: Refund) -> Refund:
        """Keeps a refund, whether or not its sale is known; what stands there."""
        row = RefundRow(
            f"S#{digest}",
            f"R#{refund.digest}",
            refund_id=refund.refund_id,
            amount=refund.amount,
            created=to_millis(refund.created_at),
        )
        if _added(row):
            return refund
        return _to_refund(RefundRow.get(row.pk, row.sk, consistent_read=True))

    def note_done(self, digest: str, refund: Refund) -> None:
        """Marks a refund whose card has followed."""
        RefundRow(f"S#{digest}", f"R#{refund.digest}").update([RefundRow.done.set(True)])

    def note_moved(self, digest: str, refund: Refund, card_id: CardId) -> None:
        """Keeps from which card a refund is taken, before it is."""
        RefundRow(f"S#{digest}", f"R#{refund.digest}").update([RefundRow.card.set(card_id)])

    def pin(self, digest: str, shown: str, card_id: CardId) -> CardId:
        """The card that a way of naming it meant, when it was first used in a sale."""
        row = PointerRow(f"S#{digest}", f"C#{shown}", target=card_id)
        if _added(row):
            return card_id
        return CardId(PointerRow.get(row.pk, row.sk, consistent_read=True).target)


def _added(row: SaleRow | RefundRow | PointerRow) -> bool:
    try:
        row.save(condition=type(row).pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != _TAKEN:
            raise
        return False
    return True


def _sale_row(sale: Sale) -> SaleRow:
    return SaleRow(
        f"S#{sale.digest}",
        "H",
        hook=sale.hook_id,
        merchant=sale.merchant_id,
        sale_id=sale.sale_id,
        amount=sale.amount,
        currency=sale.currency,
        basket=sale.basket,
        location=sale.location_id,
        occurred=to_millis(sale.occurred_at),
        created=to_millis(sale.created_at),
        shown=sale.shown,
        card=sale.card_id,
        packed=pack_basket(sale.purchase) if sale.items or sale.tax else None,
    )


def _to_sale(row: SaleRow) -> Sale:
    tax, items = unpack_basket(row.packed) if row.packed else (0, ())
    return Sale(
        digest=row.pk.removeprefix("S#"),
        hook_id=HookId(row.hook),
        merchant_id=MerchantId(row.merchant),
        sale_id=row.sale_id,
        amount=int(row.amount),
        currency=row.currency,
        basket=row.basket,
        location_id=row.location,
        occurred_at=from_millis(int(row.occurred)),
        created_at=from_millis(int(row.created)),
        shown=row.shown,
        card_id=CardId(row.card) if row.card is not None else None,
        tax=tax,
        items=items,
    )


def _to_refund(row: RefundRow) -> Refund:
    return Refund(
        digest=row.sk.removeprefix("R#"),
        refund_id=row.refund_id,
        amount=int(row.amount),
        created_at=from_millis(int(row.created)),
        done=bool(row.done),
        card_id=CardId(row.card) if row.card is not None else None,
    )
