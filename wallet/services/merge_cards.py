"""Merges two cards of one person, and takes a merge back: both cards in one transaction."""

from wallet.domain import merging
from wallet.domain.cards import Card
from wallet.domain.entries import EntryKind
from wallet.domain.errors import NotFoundError, NotReversibleError
from wallet.domain.ids import CardId, digest_of
from wallet.domain.ids import entry_id as make_entry_id
from wallet.domain.times import cut
from wallet.services.commit import (
    Act,
    Also,
    Books,
    Committed,
    Decided,
    commit,
    named_entry,
    own_card,
    program_in_force,
    state_before,
)


def merge_cards(books: Books, act: Act, card_id: CardId, other_id: CardId) -> Committed:
    """Empties the other card into this one. The answer is this card's entry.

    Raises as `commit` and `domain.merging.merge` do.
    """

    def decide(card: Card) -> Decided:
        other = own_card(books.ledger, act.merchant_id, other_id)
        program = program_in_force(books, card, act.now)
        emptied, filled = merging.merge(program, other, card, occurred_at=cut(act.now))
        return Decided(
            draft=filled,
            program=program,
            also=(Also(card=other, decided=Decided(draft=emptied, program=program)),),
        )

    return commit(books, act, card_id, decide)


def unmerge_cards(books: Books, act: Act, entry_id: str) -> Committed:
    """Takes a merge back, named by the entry on the card that was filled.

    Raises NotFoundError, and as `commit` and `domain.merging.unmerge` do.
    """
    merged = named_entry(books.ledger, entry_id)
    if merged is None or merged.kind is not EntryKind.MERGE:
        raise NotFoundError("entry")
    digest = digest_of(merged.id)

    def decide(card: Card) -> Decided:
        other = own_card(books.ledger, act.merchant_id, CardId(merged.reason or ""))
        emptied = books.ledger.entry(make_entry_id(other.id, digest))
        if emptied is None:
            raise NotFoundError("entry")
        # A card that was merged gets no entries: what came after was another merge.
        if emptied.entry.seq != other.seq:
            raise NotReversibleError(str(EntryKind.MERGE))
        program = program_in_force(books, card, act.now)
        given_back, taken = merging.unmerge(
            program,
            other,
            card,
            merged=merged,
            before=state_before(books, emptied.entry),
            filled=state_before(books, merged),
            occurred_at=cut(act.now),
        )
        return Decided(
            draft=taken,
            program=program,
            also=(Also(card=other, decided=Decided(draft=given_back, program=program)),),
        )

    return commit(books, act, merged.card_id, decide)
