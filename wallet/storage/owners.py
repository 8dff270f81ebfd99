"""Who owns which merchant: from a keyed digest of an e-mail to the merchant."""

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from wallet.domain.ids import MerchantId
from wallet.domain.times import to_millis
from wallet.services.sign_up import Owner
from wallet.storage.rows.merchants import MerchantRow, OwnerRow


class OwnerBook:
    """The Owners port on the core table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def merchant_of(self, finder: str) -> MerchantId | None:
        """The first merchant of an owner."""
        rows = OwnerRow.query(f"E#{finder}", consistent_read=True, limit=1)
        return next((MerchantId(row.sk.removeprefix("M#")) for row in rows), None)

    def add(self, owner: Owner) -> bool:
        """Writes a merchant and its owner in one transaction; False if they stand already."""
        merchant, created = owner.merchant, to_millis(owner.merchant.created_at)
        row = OwnerRow(
            f"E#{owner.finder}", f"M#{merchant.id}", sealed=owner.sealed, created=created
        )
        shop = MerchantRow(
            f"M#{merchant.id}", "H", name=merchant.name, locale=merchant.locale, created=created
        )
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(row, condition=OwnerRow.pk.does_not_exist())
                transaction.save(shop, condition=MerchantRow.pk.does_not_exist())
        except TransactWriteError as error:
            if not any(error.cancellation_reasons):
                raise
            return False
        return True
