"""Takes back whatever an entry did: a merge as a merge, everything else by a reversal."""

from wallet.domain.entries import EntryKind
from wallet.domain.errors import InvalidError
from wallet.domain.ids import EntryId, digest_of
from wallet.domain.ids import entry_id as make_entry_id
from wallet.services.commit import Act, Books, Committed, named_entry, own_card
from wallet.services.merge_cards import unmerge_cards
from wallet.services.reverse import reverse


def take_back(books: Books, act: Act, entry_id: str, *, refund: int | None = None) -> Committed:
    """Takes an entry back. Raises as `reverse` and `unmerge_cards` do.

    A merge may be named by its entry on either card.
    """
    merge = _merge(books, act, entry_id)
    if merge is None:
        return reverse(books, act, entry_id, refund=refund)
    if refund is not None:
        raise InvalidError("amount", "only a purchase can be refunded in part")
    return unmerge_cards(books, act, merge)


def _merge(books: Books, act: Act, entry_id: str) -> EntryId | None:
    """The entry of the merge on the card that was filled; None for any other entry."""
    entry = named_entry(books.ledger, entry_id)
    if entry is None or entry.kind is not EntryKind.MERGE:
        return None
    own_card(books.ledger, act.merchant_id, entry.card_id)
    filled = entry.after.merged_into or entry.card_id
    return make_entry_id(filled, digest_of(entry.id))
