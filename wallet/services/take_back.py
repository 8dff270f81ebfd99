"""Takes back whatever an entry did: a merge as a merge, everything else by a reversal."""

from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import InvalidError
from wallet.domain.ids import CardId, EntryId, digest_of, key_digest
from wallet.domain.ids import entry_id as make_entry_id
from wallet.services.commit import Act, Books, Committed, own_entry
from wallet.services.find_cards import follow
from wallet.services.merge_cards import unmerge_cards
from wallet.services.ports import Receipt
from wallet.services.reverse import reverse


def take_back(books: Books, act: Act, entry_id: str, *, refund: int | None = None) -> Committed:
    """Takes an entry back. Raises as `reverse` and `unmerge_cards` do.

    A merge may be named by its entry on either card. A purchase of a card that was merged since
    is refunded on the card that has what it held.
    """
    own, entry = own_entry(books.ledger, act.merchant_id, entry_id)
    if entry.kind is not EntryKind.MERGE:
        # A key stands on one card. The receipt makes it count once where a merge came or went.
        receipt = Receipt(merchant_id=act.merchant_id, digest=key_digest("moved", act.digest))
        on = _card_of_first_call(books, act, own.id, receipt) or follow(books, own).id
        claims = () if on == own.id else (receipt,)
        return reverse(books, act, entry.id, refund=refund, on=on, claims=claims)
    if refund is not None:
        raise InvalidError("amount", "only a purchase can be refunded in part")
    return unmerge_cards(books, act, _filled(entry))


def _filled(entry: Entry) -> EntryId:
    """The entry of the merge on the card that was filled."""
    return make_entry_id(entry.after.merged_into or entry.card_id, digest_of(entry.id))


def _card_of_first_call(books: Books, act: Act, own: CardId, receipt: Receipt) -> CardId | None:
    """The card on which the same call took it back before, if it did."""
    done = books.ledger.receipt(receipt) or make_entry_id(own, act.digest)
    found = books.ledger.entry(done)
    return found.entry.card_id if found else None
