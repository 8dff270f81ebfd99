"""Explains an entry of the ledger: finds what it was made from, and has it worked out again."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, takewhile

from wallet.domain.cards import Card
from wallet.domain.entries import Entry, EntryKind, Reversed
from wallet.domain.errors import WalletError
from wallet.domain.explanation.explain import Explanation, explain
from wallet.domain.explanation.story import Past, Story, taken_before
from wallet.domain.ids import CardId, EntryId, MerchantId, digest_of
from wallet.domain.ids import entry_id as make_entry_id
from wallet.domain.programs import Program
from wallet.domain.undoing import Target
from wallet.services.commit import Books, own_entry, program_version, state_before
from wallet.services.reverse import held_by, purchase_of, target_of

_PAGE = 100
_OF_TWO_CARDS = (EntryKind.MERGE, EntryKind.UNMERGE)


def explain_entry(
    books: Books, merchant_id: MerchantId, entry_id: str
) -> tuple[Entry, Program, Explanation]:
    """How an entry of the merchant's came about.

    Raises NotFoundError for one that is unknown or another merchant's.
    """
    card, entry = own_entry(books.ledger, merchant_id, entry_id)
    story = story_of(books, card, entry)
    return entry, story.program, explain(story)


def story_of(books: Books, card: Card, entry: Entry) -> Story:
    """What an entry of a card was made from."""
    program = program_version(books, card, entry.program_version)
    return Story(
        entry=entry,
        program=program,
        before=state_before(books, entry),
        card=card,
        purchase=purchase_of(books, entry, program),
        target=_target(books, card, entry),
        held=held_by(books, card, entry),
        other=_other(books, entry),
        merged=_merged(books, entry),
    )


def _past(books: Books, entry_id: EntryId) -> Past | None:
    found = books.ledger.entry(entry_id)
    return Past(entry=found.entry, before=state_before(books, found.entry)) if found else None


def _merged(books: Books, entry: Entry) -> Past | None:
    """The merge that an unmerge of the card that was filled takes back."""
    if entry.kind is not EntryKind.UNMERGE or entry.reverses is None:
        return None
    return _past(books, entry.reverses)


def _other(books: Books, entry: Entry) -> Past | None:
    """The entry on the other card: under the same key, its card named in the reason."""
    if entry.kind not in _OF_TWO_CARDS or not entry.reason:
        return None
    return _past(books, make_entry_id(CardId(entry.reason), digest_of(entry.id)))


def _target(books: Books, card: Card, entry: Entry) -> Target | None:
    """What a reversal took back, as it stood right before it."""
    reversed_id = entry.reverses if entry.kind is EntryKind.REVERSE else None
    found = books.ledger.entry(reversed_id) if reversed_id else None
    if found is None:
        return None
    target = target_of(books, card, found.entry, so_far=Reversed())
    earlier = _earlier(books, target, entry)
    try:
        so_far = taken_before(card, target, earlier)
    except WalletError:
        # No history leads to this entry: without what went before it, it will not agree.
        return target
    return replace(target, so_far=so_far)


def _earlier(books: Books, target: Target, entry: Entry) -> Iterator[Past]:
    """The reversals of the same entry before this one, with the state before each.

    Where all that was ever refunded is this one's, there are none, and the history is not read.
    """
    if target.purchase is None or books.ledger.mark(target.entry.id).amount == entry.amount:
        return
    for before, each in pairwise(_between(books, target.entry, entry)):
        if each.reverses == target.entry.id:
            yield Past(entry=each, before=before.after)


def _between(books: Books, first: Entry, last: Entry) -> Iterator[Entry]:
    """The entries from the first until the last, oldest first.

    While the card was merged, also those of the card that it was merged into.
    """
    yield first
    for each in _later(books, first):
        if each.id == last.id:
            return
        yield each
        if each.kind is EntryKind.MERGE and each.after.merged_into:
            filled = make_entry_id(each.after.merged_into, digest_of(each.id))
            yield from _while_merged(books, filled, last)
            if each.card_id != last.card_id:
                return


def _while_merged(books: Books, filled: EntryId, last: Entry) -> Iterator[Entry]:
    merged = books.ledger.entry(filled)
    together = _between(books, merged.entry, last) if merged else iter(())
    return takewhile(lambda each: each.reverses != filled, together)


def _later(books: Books, entry: Entry) -> Iterator[Entry]:
    """The entries of the same card after an entry, oldest first."""
    newest = entry
    while page := books.ledger.entries_after(newest.card_id, newest.seq, limit=_PAGE):
        yield from page
        newest = page[-1]
