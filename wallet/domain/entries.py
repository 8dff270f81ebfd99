"""An entry: a line of a card's ledger, never changed, chained by its hash to the one before.

The hash covers the entry as the API shows it, so that anyone who can list a card's entries can
verify the chain:

    hash = SHA-256(hash of the entry before, as 32 bytes, or 32 zero bytes before the first
                   + canonical JSON of the entry without its `hash`)
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wallet.domain.canonical import canonical
from wallet.domain.cards import State
from wallet.domain.ids import CardId, EntryId
from wallet.domain.times import write_time

FORM = 1
GENESIS = bytes(32)


class EntryKind(StrEnum):
    """What an entry did."""

    EARN = "earn"
    REDEEM = "redeem"
    REVERSE = "reverse"
    EXPIRE = "expire"
    RIPEN = "ripen"
    REMIND = "remind"
    BONUS = "bonus"
    ADJUST = "adjust"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    MERGE = "merge"
    UNMERGE = "unmerge"
    CLOSE = "close"
    TIER = "tier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one rule gave in an entry."""

    rule_id: str
    points: int
    stamps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger.

    `points` and `stamps` are the change. `after` is the card's whole state once it was made;
    `stamps_target` the target then. `amount` is the purchase's, or, in a reversal of one, the
    refund's; `basket` a digest of its items. `reverses` is the entry that a reversal undoes,
    `settles` the hold that a capture or a release ends, `offer_id` the offer that was redeemed.
    """

    id: EntryId
    card_id: CardId
    seq: int
    kind: EntryKind
    points: int
    stamps: int
    after: State
    stamps_target: int | None
    lines: tuple[Line, ...] = ()
    program_version: int
    reason: str | None = None
    actor: str
    location_id: str | None = None
    reference: str | None = None
    amount: int | None = None
    currency: str | None = None
    basket: str | None = None
    reward_id: str | None = None
    offer_id: str | None = None
    reverses: EntryId | None = None
    settles: EntryId | None = None
    occurred_at: datetime
    created_at: datetime
    card_version: int
    hash: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """How much of an entry has been taken back so far.

    `amount` is minor units of its purchase, `taken` whole steps of its rules' amounts; `whole`
    says that nothing is left.
    """

    amount: int = 0
    whole: bool = False
    taken: tuple[tuple[str, int], ...] = ()


def entry_document(entry: Entry) -> dict[str, object]:
    """The entry as the API shows it (design: HTTP contract)."""
    return {**_hashed_part(entry), "hash": entry.hash.hex()}


def entry_hash(entry: Entry, previous: bytes) -> bytes:
    """The hash that the entry must carry after the one whose hash is `previous`."""
    return hashlib.sha256(previous + canonical(_hashed_part(entry))).digest()


def first_broken(documents: Iterable[Mapping[str, object]]) -> int | None:
    """The `seq` of the first entry that breaks the chain, or None.

    Takes API documents, oldest first, from seq 1.
    """
    previous = GENESIS
    for expected, document in enumerate(documents, start=1):
        digest = _document_hash(document, previous)
        if digest is None or document.get("seq") != expected:
            return expected
        previous = digest
    return None


def _document_hash(document: Mapping[str, object], previous: bytes) -> bytes | None:
    """The hash that the document carries, or None if it is not the right one."""
    body = {key: value for key, value in document.items() if key != "hash"}
    try:
        digest = hashlib.sha256(previous + canonical(body)).digest()
    except (TypeError, ValueError):
        return None  # not a document that we ever wrote: a float, half a character
    return digest if document.get("hash") == digest.hex() else None


def _hashed_part(entry: Entry) -> dict[str, object]:
    # What later releases added stands only where it is set: the hashes of old entries stay.
    added = {"offer_id": entry.offer_id, "settles": entry.settles}
    return {
        **{name: value for name, value in added.items() if value is not None},
        "v": FORM,
        "id": entry.id,
        "seq": entry.seq,
        "kind": str(entry.kind),
        "points": entry.points,
        "stamps": entry.stamps,
        "balance_after": balance_document(entry.after, entry.stamps_target),
        "lines": [
            {"rule_id": line.rule_id, "points": line.points, "stamps": line.stamps}
            for line in entry.lines
        ],
        "program_version": entry.program_version,
        "reason": entry.reason,
        "actor": entry.actor,
        "location_id": entry.location_id,
        "reference": entry.reference,
        "amount": entry.amount,
        "currency": entry.currency,
        "basket": entry.basket,
        "reward_id": entry.reward_id,
        "reverses": entry.reverses,
        "occurred_at": write_time(entry.occurred_at),
        "created_at": write_time(entry.created_at),
    }


def balance_document(state: State, stamps_target: int | None) -> dict[str, object]:
    """A balance as the API shows it."""
    return {"points": state.points, "stamps": state.stamps, "stamps_target": stamps_target}
