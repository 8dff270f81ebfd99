"""An auditor of cards: reads a whole history and believes nothing that it can add up itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from wallet.domain.cards import Card
from wallet.domain.entries import Entry, entry_document, first_broken
from wallet.domain.ids import CardId
from wallet.services.ports import Ledger

PAGE = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A card and its entries, oldest first."""

    card: Card
    entries: Sequence[Entry]


def audit(ledger: Ledger, card_id: CardId) -> Books:
    """The card with its history.

    Asserts that `seq` counts from 1 without a gap, that the chain is unbroken, and that head,
    entries and the sums of all changes tell of the same balance.
    """
    card = ledger.head(card_id)
    assert card is not None
    entries = all_entries(ledger, card_id)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert first_broken(entry_document(entry) for entry in entries) is None
    assert card.seq == len(entries)
    assert card.state.points == sum(entry.points for entry in entries)
    assert card.state.stamps == sum(entry.stamps for entry in entries)
    points = stamps = 0
    for entry in entries:
        points, stamps = points + entry.points, stamps + entry.stamps
        assert (entry.after.points, entry.after.stamps) == (points, stamps)
    if entries:
        assert card.last_hash == entries[-1].hash
        assert card.state == entries[-1].after
        assert card.version == entries[-1].card_version
    return Books(card=card, entries=entries)


def all_entries(ledger: Ledger, card_id: CardId) -> list[Entry]:
    """Every entry, oldest first, by small pages."""
    found: list[Entry] = []
    before: int | None = None
    while True:
        page, more = ledger.entries(card_id, before=before, limit=PAGE)
        found += page
        if not more:
            return found[::-1]
        before = page[-1].seq
