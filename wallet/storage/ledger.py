"""Heads and entries in DynamoDB: the commit.

One change of a card is one `TransactWriteItems` of two items: the head, if its version is still
the one that was read, and the entry, if none stands under its idempotency key. So a key cannot
count twice, and a balance and its history cannot disagree. A reversal brings a third item, the
mark on the entry that it undoes; stock, single-use codes and a shop's own references bring theirs
(`claims.py`), and a basket that rules look at its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pynamodb.connection import Connection
from pynamodb.constants import ALL_OLD
from pynamodb.exceptions import CancellationReason, DoesNotExist, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from wallet.domain.cards import Card
from wallet.domain.entries import Entry, Reversed
from wallet.domain.ids import CardId, EntryId, split_entry_id
from wallet.domain.times import to_millis
from wallet.services.ports import Change, Claim, Receipt, Refused, Written
from wallet.storage.claims import in_order, receipt_entry, refused, save_claim
from wallet.storage.ledger_rows import entry_row, head_row, to_card, to_entry
from wallet.storage.packing import pack_basket, pack_taken, unpack_basket, unpack_taken
from wallet.storage.races import FAILED, lost_race
from wallet.storage.rows.cards import BasketRow, EntryRow, HeadRow, MarkRow

if TYPE_CHECKING:
    from wallet.domain.purchases import Item

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
        taken = unpack_taken(row.taken) if row.taken else ()
        return Reversed(amount=int(row.amount), whole=row.whole, taken=taken)

    def basket(self, entry_id: EntryId) -> "tuple[int, tuple[Item, ...]] | None":
        """The basket that was kept beside an entry."""
        card_id, digest = _split(entry_id)
        try:
            row = BasketRow.get(f"C#{card_id}", f"K#{digest}", consistent_read=True)
        except DoesNotExist:
            return None
        return unpack_basket(row.packed)

    def receipt(self, receipt: Receipt) -> EntryId | None:
        """The entry that a reference was counted in."""
        return receipt_entry(receipt)

    def append(self, *changes: Change) -> Literal["written", "conflict"] | Written | Refused:
        """The commit.

        Looks at the entries' conditions first: where one failed, this is a replay, whatever heads
        and claims say.
        """
        claims = in_order(claim for change in changes for claim in change.claims)
        try:
            with TransactWrite(connection=self._connection) as transaction:
                for change in changes:
                    _save(transaction, change)
                for claim in claims:
                    save_claim(transaction, claim, changes[0].entry.id)
        except TransactWriteError as error:
            if not lost_race(error):
                raise
            return _why(error.cancellation_reasons, claims)
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


def _save(transaction: TransactWrite, change: Change) -> None:
    transaction.save(
        entry_row(change), condition=EntryRow.pk.does_not_exist(), return_values=ALL_OLD
    )
    transaction.save(head_row(change.after), condition=HeadRow.version == change.before.version)
    if change.basket is not None:
        card_id, digest = _split(change.entry.id)
        transaction.save(
            BasketRow(f"C#{card_id}", f"K#{digest}", packed=pack_basket(change.basket))
        )
    if change.mark is not None and change.entry.reverses is not None:
        _save_mark(transaction, change.entry.reverses, *change.mark)


def _save_mark(
    transaction: TransactWrite, reversed_id: EntryId, read: Reversed, left: Reversed
) -> None:
    card_id, digest = _split(reversed_id)
    row = MarkRow(
        f"C#{card_id}",
        f"R#{digest}",
        amount=left.amount,
        whole=left.whole,
        taken=pack_taken(left.taken) if left.taken else None,
    )
    unread = MarkRow.pk.does_not_exist()
    as_read = MarkRow.amount == read.amount
    transaction.save(row, condition=unread if read == Reversed() else as_read)


def _why(
    reasons: Sequence[CancellationReason | None], claims: Sequence[Claim]
) -> Literal["conflict"] | Written | Refused:
    """Why the commit failed: a key has been used, or a claim does not hold, or neither.

    The claims' reasons are the last ones.
    """
    for reason in reasons:
        standing = dict(reason.raw_item or {}) if reason else {}
        if standing and standing["sk"]["S"].startswith("L#"):
            row = EntryRow()
            row.deserialize(standing)
            return Written(entry=to_entry(row), fingerprint=row.fingerprint)
    # While others are at these items, what holds the claim may be this request's own first try.
    if any(reason and reason.code != FAILED for reason in reasons):
        return "conflict"
    for claim, reason in zip(claims, reasons[len(reasons) - len(claims) :], strict=True):
        if reason:
            return refused(claim, reason.raw_item)
    return "conflict"


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
