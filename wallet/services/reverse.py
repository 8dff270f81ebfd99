"""Reverse: takes an entry back, all of it or the part of a purchase that was refunded."""

from wallet.domain import ledger
from wallet.domain.cards import Card
from wallet.domain.errors import NotFoundError
from wallet.domain.ids import entry_id as make_entry_id
from wallet.domain.ids import split_entry_id
from wallet.domain.times import cut
from wallet.services.commit import (
    Act,
    Books,
    Committed,
    Decided,
    commit,
    program_in_force,
    program_version,
)


def reverse(
    books: Books, act: Act, entry_id: str, *, refund: int | None = None, clip: bool = False
) -> Committed:
    """Reverses an entry. Raises as `commit` and `domain.ledger.reverse` do.

    `clip` makes a refund of more than is left one of what is left.
    """
    parts = split_entry_id(entry_id)
    if parts is None:
        raise NotFoundError("entry")
    target_id = make_entry_id(*parts)

    def decide(card: Card) -> Decided:
        # The mark is read after the head: a reversal that came in between fails at the mark's own
        # condition.
        target = books.ledger.entry(target_id)
        if target is None:
            raise NotFoundError("entry")
        rated_under = program_version(books, card, target.entry.program_version)
        read = books.ledger.mark(target_id)
        part = refund
        if clip and refund is not None and target.entry.amount is not None:
            part = min(refund, target.entry.amount - read.amount)
        draft, left = ledger.reverse(
            rated_under, card, target.entry, read, refund=part, occurred_at=cut(act.now)
        )
        program = program_in_force(books, card, act.now)
        return Decided(draft=draft, program=program, mark=(read, left))

    return commit(books, act, parts[0], decide)
