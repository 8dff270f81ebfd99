"""Heads and entries in DynamoDB: the commit.

One change of a card is one `TransactWriteItems` of two items: the head, if its version is still
the one that was read, and the entry, if none stands under its idempotency key. So a key cannot
count twice, and a balance and its history cannot disagree. A reversal brings a third item, the
mark on the entry that it undoes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pynamodb.connection import Connection
from pynamodb.constants import ALL_OLD
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from wallet.domain.cards import Card
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.ids import CardId, EntryId, MemberId, MerchantId, ProgramId, split_entry_id
from wallet.domain.ids import entry_id as make_entry_id
from wallet.domain.ledger import Reversed
from wallet.domain.times import from_millis, to_millis
from wallet.services.ports import Change, Written
from wallet.storage.packing import pack_lines, pack_state, unpack_lines, unpack_state
from wallet.storage.races import lost_race
from wallet.storage.tables import EntryRow, HeadRow, MarkRow

_BATCH_MAX = 100


class CardLedger:
    """The Ledger, Heads and ChangedHeads ports on the core table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self, card_id: CardId) -> Card | None:
        """The newest head."""
        try:
            return to_card(HeadRow.get(f"C#{card_id}", "H", consistent_read=True))
        except DoesNotExist:
            return None

    def heads(self, card_ids: Iterable[CardId]) -> Mapping[CardId, Card]:
        """The newest heads of those that exist."""
        keys = [(f"C#{card_id}", "H") for card_id in dict.fromkeys(card_ids)]
        found: dict[CardId, Card] = {}
        for start in range(0, len(keys), _BATCH_MAX):
            rows = HeadRow.batch_get(keys[start : start + _BATCH_MAX], consistent_read=True)
            found.update((card.id, card) for card in map(to_card, rows))
        return found

    def entry(self, entry_id: EntryId) -> Written | None:
        """One entry."""
        card_id, digest = _split(entry_id)
        try:
            row = EntryRow.get(f"C#{card_id}", f"L#{digest}", consistent_read=True)
        except DoesNotExist:
            return None
        return Written(entry=to_entry(row), fingerprint=row.fingerprint)

    def mark(self, entry_id: EntryId) -> Reversed:
        """How much of the entry has been reversed."""
        card_id, digest = _split(entry_id)
        try:
            row = MarkRow.get(f"C#{card_id}", f"R#{digest}", consistent_read=True)
        except DoesNotExist:
            return Reversed()
        return Reversed(amount=int(row.amount), whole=row.whole)

    def append(self, change: Change) -> Literal["written", "conflict"] | Written:
        """The commit.

        Looks at the entry's condition first: where it failed, this is a replay, whatever the head
        says.
        """
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(
                    entry_row(change),
                    condition=EntryRow.pk.does_not_exist(),
                    return_values=ALL_OLD,
                )
                transaction.save(
                    head_row(change.after), condition=HeadRow.version == change.before.version
                )
                _save_mark(transaction, change)
        except TransactWriteError as error:
            return _standing(error) or "conflict"
        return "written"

    def entries(
        self, card_id: CardId, *, before: int | None, limit: int
    ) -> tuple[Sequence[Entry], bool]:
        """A page, newest first, and whether older entries are left."""
        older = _condition(EntryRow.seq < before) if before is not None else None
        rows = EntryRow.by_seq.query(
            f"C#{card_id}",
            older,
            scan_index_forward=False,
            limit=limit + 1,
            page_size=limit + 1,
            consistent_read=True,
        )
        found = [to_entry(row) for row in rows]
        return found[:limit], len(found) > limit

    def entries_after(self, card_id: CardId, seq: int, *, limit: int) -> Sequence[Entry]:
        """At most `limit` entries newer than `seq`, oldest first."""
        rows = EntryRow.by_seq.query(
            f"C#{card_id}",
            _condition(EntryRow.seq > seq),
            limit=limit,
            page_size=limit,
            consistent_read=True,
        )
        return [to_entry(row) for row in rows]

    def changed_since(self, since: datetime) -> Iterator[CardId]:
        """The cards that changed since.

        Reads the whole table: for operators, not for schedules.
        """
        changed = (HeadRow.sk == "H") & HeadRow.pk.startswith("C#")
        rows = HeadRow.scan(
            changed & _condition(HeadRow.updated >= to_millis(since)), consistent_read=True
        )
        return (CardId(row.pk.removeprefix("C#")) for row in rows)


def head_row(card: Card) -> HeadRow:
    """The head as a row."""
    return HeadRow(
        f"C#{card.id}",
        "H",
        merchant=card.merchant_id,
        program=card.program_id,
        member=card.member_id,
        barcode=card.barcode,
        code=card.code,
        secret=card.secret,
        locale=card.locale,
        version=card.version,
        seq=card.seq,
        state=pack_state(card.state),
        last_hash=card.last_hash,
        created=to_millis(card.created_at),
        updated=to_millis(card.updated_at),
        modified=card.modified,
    )


def to_card(row: HeadRow) -> Card:
    """The card that a head row holds."""
    return Card(
        id=CardId(row.pk.removeprefix("C#")),
        merchant_id=MerchantId(row.merchant),
        program_id=ProgramId(row.program),
        member_id=MemberId(row.member),
        barcode=row.barcode,
        code=row.code,
        secret=row.secret,
        locale=row.locale,
        version=int(row.version),
        seq=int(row.seq),
        state=unpack_state(row.state),
        last_hash=row.last_hash,
        created_at=from_millis(int(row.created)),
        updated_at=from_millis(int(row.updated)),
        modified=int(row.modified),
    )


def entry_row(change: Change) -> EntryRow:
    """The entry of a change as a row."""
    entry = change.entry
    return EntryRow(
        f"C#{entry.card_id}",
        f"L#{_split(entry.id)[1]}",
        seq=entry.seq,
        kind=str(entry.kind),
        points=entry.points,
        stamps=entry.stamps,
        after=pack_state(entry.after),
        target=entry.stamps_target,
        lines=pack_lines(entry.lines),
        program_version=entry.program_version,
        reason=entry.reason,
        actor=entry.actor,
        location=entry.location_id,
        reference=entry.reference,
        amount=entry.amount,
        currency=entry.currency,
        basket=entry.basket,
        reward=entry.reward_id,
        reverses=_split(entry.reverses)[1] if entry.reverses else None,
        occurred=to_millis(entry.occurred_at),
        created=to_millis(entry.created_at),
        card_version=entry.card_version,
        hash=entry.hash,
        fingerprint=change.fingerprint,
    )


def to_entry(row: EntryRow) -> Entry:
    """The entry that a row holds."""
    card_id = CardId(row.pk.removeprefix("C#"))
    return Entry(
        id=make_entry_id(card_id, row.sk.removeprefix("L#")),
        card_id=card_id,
        seq=int(row.seq),
        kind=EntryKind(row.kind),
        points=int(row.points),
        stamps=int(row.stamps),
        after=unpack_state(row.after),
        stamps_target=_whole(row.target),
        lines=unpack_lines(row.lines),
        program_version=int(row.program_version),
        reason=row.reason,
        actor=row.actor,
        location_id=row.location,
        reference=row.reference,
        amount=_whole(row.amount),
        currency=row.currency,
        basket=row.basket,
        reward_id=row.reward,
        reverses=make_entry_id(card_id, row.reverses) if row.reverses else None,
        occurred_at=from_millis(int(row.occurred)),
        created_at=from_millis(int(row.created)),
        card_version=int(row.card_version),
        hash=row.hash,
    )


def _save_mark(transaction: TransactWrite, change: Change) -> None:
    if change.mark is None or change.entry.reverses is None:
        return
    read, left = change.mark
    card_id, digest = _split(change.entry.reverses)
    row = MarkRow(f"C#{card_id}", f"R#{digest}", amount=left.amount, whole=left.whole)
    unread = MarkRow.pk.does_not_exist()
    as_read = MarkRow.amount == read.amount
    transaction.save(row, condition=unread if read == Reversed() else as_read)


def _standing(error: TransactWriteError) -> Written | None:
    """The entry that stands under the key already, if that is why the commit failed."""
    reasons = error.cancellation_reasons
    first = reasons[0] if reasons else None
    if first is not None and first.code == "ConditionalCheckFailed" and first.raw_item:
        row = EntryRow()
        row.deserialize(first.raw_item)
        return Written(entry=to_entry(row), fingerprint=row.fingerprint)
    if lost_race(error):
        return None
    raise error


def _split(entry_id: EntryId) -> tuple[CardId, str]:
    parts = split_entry_id(entry_id)
    if parts is None:
        raise ValueError(f"not an entry id: {entry_id!r}")
    return parts


def _condition(comparison: object) -> Condition:
    """What PynamoDB makes of `<` and `>`; type checkers take them for booleans."""
    if isinstance(comparison, Condition):
        return comparison
    raise TypeError(f"not a condition: {comparison!r}")


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)
