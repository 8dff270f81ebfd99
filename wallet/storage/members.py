"""Members, and the first writing of their cards.

One transaction, so that a card without its look-ups never exists.
"""

from collections.abc import Sequence
from dataclasses import replace

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from wallet.domain.cards import Card, State
from wallet.domain.drafts import head_after
from wallet.domain.entries import GENESIS, Entry
from wallet.domain.errors import KeyReusedError
from wallet.domain.ids import CardId, MemberId, MerchantId
from wallet.domain.ledger import WELCOME_DIGEST
from wallet.domain.times import to_millis
from wallet.services.ports import Enrolled, Enrolment
from wallet.storage.agenda import appointment_row, birthday_row
from wallet.storage.consents import consent_row
from wallet.storage.ledger_rows import entry_row, head_row, to_card, to_entry
from wallet.storage.races import lost_race
from wallet.storage.rows.cards import AgendaRow, EntryRow, HeadRow
from wallet.storage.rows.core import PointerRow
from wallet.storage.rows.members import MemberRow

# One number on more cards than this is a mistake of somebody's.
_FOUND_MAX = 20


class MemberBook:
    """The Members port on the core table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def enrol(self, enrolment: Enrolment) -> bool:
        """Writes member, card and look-ups; False if the key or a code is taken already."""
        card = enrolment.card
        sealed = MemberRow(
            f"U#{card.member_id}",
            "H",
            merchant=card.merchant_id,
            program=card.program_id,
            card=card.id,
            sealed=enrolment.sealed,
            created=to_millis(card.created_at),
        )
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(sealed, condition=MemberRow.pk.does_not_exist())
                transaction.save(head_row(card), condition=HeadRow.pk.does_not_exist())
                for pointer in _pointers(enrolment):
                    transaction.save(pointer, condition=_new())
                if enrolment.welcome:
                    transaction.save(entry_row(enrolment.welcome))
                for consent in enrolment.consents:
                    transaction.save(consent_row(card.member_id, consent))
                for row in _agenda_rows(enrolment):
                    transaction.save(row)
        except TransactWriteError as error:
            if not lost_race(error):
                raise
            return False
        return True

    def enrolled(self, merchant_id: MerchantId, digest: str) -> Enrolled | None:
        """The card, as it was first, that an idempotency key made.

        Raises KeyReusedError if the key made something else: a program.
        """
        try:
            row = PointerRow.get(f"I#{merchant_id}#{digest}", "H", consistent_read=True)
        except DoesNotExist:
            return None
        try:
            card = to_card(HeadRow.get(f"C#{row.target}", "H", consistent_read=True))
        except DoesNotExist:
            raise KeyReusedError from None
        return Enrolled(
            card=as_first(card, _welcome(card.id)),
            program_version=int(row.version or 0),
            fingerprint=row.fingerprint or b"",
        )

    def sealed(self, member_id: MemberId) -> bytes | None:
        """A member's personal data, encrypted."""
        try:
            return MemberRow.get(f"U#{member_id}", "H", consistent_read=True).sealed
        except DoesNotExist:
            return None

    def by_barcode(self, barcode: str) -> CardId | None:
        """The card behind a barcode."""
        try:
            return CardId(PointerRow.get(f"B#{barcode}", "H", consistent_read=True).target)
        except DoesNotExist:
            return None

    def by_code(self, merchant_id: MerchantId, code: str) -> CardId | None:
        """The merchant's card behind a typed code in its normal form."""
        return self.by_barcode(f"{merchant_id}#{code}")

    def by_finder(self, finder: str) -> Sequence[CardId]:
        """The cards of whoever has that e-mail or phone; strongly consistent."""
        rows = PointerRow.query(f"F#{finder}", consistent_read=True, limit=_FOUND_MAX)
        return [CardId(row.target) for row in rows]


def as_first(card: Card, welcome: Entry | None) -> Card:
    """The card as it was when it was made: before its first entry, or after its welcome."""
    bare = replace(
        card,
        version=1,
        seq=0,
        state=State(),
        last_hash=GENESIS,
        updated_at=card.created_at,
        modified=int(card.created_at.timestamp()),
    )
    return head_after(bare, welcome) if welcome else bare


def _welcome(card_id: CardId) -> Entry | None:
    try:
        return to_entry(EntryRow.get(f"C#{card_id}", f"L#{WELCOME_DIGEST}", consistent_read=True))
    except DoesNotExist:
        return None


def _agenda_rows(enrolment: Enrolment) -> list[AgendaRow]:
    rows = [appointment_row(each) for each in enrolment.appointments]
    if enrolment.birthday:
        rows.append(birthday_row(enrolment.birthday, enrolment.card.id))
    return rows


def _pointers(enrolment: Enrolment) -> list[PointerRow]:
    card = enrolment.card
    return [
        PointerRow(
            f"I#{card.merchant_id}#{enrolment.digest}",
            "H",
            target=card.id,
            version=enrolment.program_version,
            fingerprint=enrolment.fingerprint,
        ),
        PointerRow(f"B#{card.barcode}", "H", target=card.id),
        PointerRow(f"B#{card.merchant_id}#{card.code}", "H", target=card.id),
        *(PointerRow(f"F#{finder}", card.id, target=card.id) for finder in enrolment.finders),
    ]


def _new() -> Condition:
    return PointerRow.pk.does_not_exist()
