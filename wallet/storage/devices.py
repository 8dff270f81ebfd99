"""Phones registered for cards.

Each registration stands twice: under the card, for pushing; under the device, for its list.
"""

from collections.abc import Sequence

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.transactions import TransactWrite

from wallet.domain.ids import CardId, DeviceId, PushToken
from wallet.domain.times import from_millis, to_millis
from wallet.services.phones import Registration
from wallet.storage.rows.cards import DeviceRow, PushedRow


class DeviceBook:
    """The Devices port on the core table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def register(self, registration: Registration) -> bool:
        """Keeps it; True if it is new. A known one takes the new push token and time."""
        card, device = f"C#{registration.card_id}", f"D#{registration.device_id}"
        new = not _exists(card, device)
        with TransactWrite(connection=self._connection) as transaction:
            for pk, sk in ((card, device), (device, card)):
                row = DeviceRow(
                    pk,
                    sk,
                    push_token=registration.push_token,
                    registered=to_millis(registration.registered_at),
                )
                transaction.save(row)
        return new

    def unregister(self, device_id: DeviceId, card_id: CardId) -> None:
        """Forgets it."""
        card, device = f"C#{card_id}", f"D#{device_id}"
        with TransactWrite(connection=self._connection) as transaction:
            transaction.delete(DeviceRow(card, device))
            transaction.delete(DeviceRow(device, card))

    def cards_of(self, device_id: DeviceId) -> Sequence[CardId]:
        """The cards that a device is registered for."""
        rows = DeviceRow.query(
            f"D#{device_id}", DeviceRow.sk.startswith("C#"), consistent_read=True
        )
        return [CardId(row.sk.removeprefix("C#")) for row in rows]

    def devices_of(self, card_id: CardId) -> Sequence[Registration]:
        """The devices registered for a card."""
        rows = DeviceRow.query(f"C#{card_id}", DeviceRow.sk.startswith("D#"), consistent_read=True)
        return [
            Registration(
                device_id=DeviceId(row.sk.removeprefix("D#")),
                card_id=card_id,
                push_token=PushToken(row.push_token),
                registered_at=from_millis(int(row.registered)),
            )
            for row in rows
        ]

    def pushed_version(self, card_id: CardId) -> int:
        """The newest pass version that all devices have been told of."""
        try:
            return int(PushedRow.get(f"C#{card_id}", "N", consistent_read=True).version)
        except DoesNotExist:
            return 0

    def note_pushed(self, card_id: CardId, version: int) -> None:
        """Raises the pushed version; a slower worker cannot lower it."""
        row = PushedRow(f"C#{card_id}", "N")
        lower = PushedRow.pk.does_not_exist() | (PushedRow.version < version)
        try:
            row.update([PushedRow.version.set(version)], condition=lower)
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def forget_pushed(self, card_id: CardId) -> None:
        """Takes the pushed version away."""
        PushedRow(f"C#{card_id}", "N").delete()


def _exists(pk: str, sk: str) -> bool:
    try:
        DeviceRow.get(pk, sk, consistent_read=True)
    except DoesNotExist:
        return False
    return True
