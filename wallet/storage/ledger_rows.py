"""Heads and entries as rows, and rows as heads and entries."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from wallet.domain.cards import Card
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.ids import CardId, EntryId, MemberId, MerchantId, ProgramId, digest_of
from wallet.domain.ids import entry_id as make_entry_id
from wallet.domain.times import from_millis, to_millis
from wallet.services.ports import Change
from wallet.storage.packing import pack_lines, pack_state, unpack_lines, unpack_state
from wallet.storage.rows.cards import EntryRow, HeadRow


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
        referred_by=card.referred_by,
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
        referred_by=CardId(row.referred_by) if row.referred_by else None,
    )


def image_to_card(image: Mapping[str, Mapping[str, Any]]) -> Card:
    """The card of a head in a stream, where bytes are base64 texts."""
    row = HeadRow()
    row.deserialize({name: _read(value) for name, value in image.items()})
    return to_card(row)


def entry_row(change: Change) -> EntryRow:
    """The entry of a change as a row."""
    entry = change.entry
    return EntryRow(
        f"C#{entry.card_id}",
        f"L#{_digest(entry.id)}",
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
        offer=entry.offer_id,
        reverses=_reversed(entry),
        settles=_digest(entry.settles),
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
        offer_id=row.offer,
        reverses=_reversed_id(card_id, row.reverses),
        settles=make_entry_id(card_id, row.settles) if row.settles else None,
        occurred_at=from_millis(int(row.occurred)),
        created_at=from_millis(int(row.created)),
        card_version=int(row.card_version),
        hash=row.hash,
    )


def _reversed(entry: Entry) -> str | None:
    """The digest of the entry that was taken back; its whole id where it is another card's."""
    id_, own = entry.reverses, f"{entry.card_id}-"
    return id_.removeprefix(own) if id_ else None


def _reversed_id(card_id: CardId, text: str | None) -> EntryId | None:
    if not text:
        return None
    return EntryId(text) if "-" in text else make_entry_id(card_id, text)


def _digest(entry_id: EntryId | None) -> str | None:
    return digest_of(entry_id) if entry_id else None


def _read(value: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: b64decode(said) if kind == "B" else said for kind, said in value.items()}


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)
