"""Reverse: takes an entry back, all of it or the part of a purchase that was refunded."""

from wallet.domain.cards import Card
from wallet.domain.entries import Entry, EntryKind, Reversed
from wallet.domain.errors import NotFoundError
from wallet.domain.ids import CardId, split_entry_id
from wallet.domain.ids import entry_id as make_entry_id
from wallet.domain.moved import take_back
from wallet.domain.programs import Program
from wallet.domain.purchases import Purchase, reads_basket
from wallet.domain.times import cut
from wallet.domain.undoing import Target
from wallet.services.commit import (
    Act,
    Books,
    Committed,
    Decided,
    commit,
    program_in_force,
    program_version,
    state_before,
)
from wallet.services.ports import Claim


def reverse(
    books: Books,
    act: Act,
    entry_id: str,
    *,
    refund: int | None = None,
    clip: bool = False,
    on: CardId | None = None,
    claims: tuple[Claim, ...] = (),
) -> Committed:
    """Reverses an entry. Raises as `commit` and `domain.moved.take_back` do.

    `clip` makes a refund of more than is left one of what is left; `on` is the card that the
    entry's own was merged into; `claims` must hold as well.
    """
    parts = split_entry_id(entry_id)
    if parts is None:
        raise NotFoundError("entry")
    target_id = make_entry_id(*parts)

    def decide(card: Card) -> Decided:
        # The mark is read after the head: a reversal that came in between fails at the mark's own
        # condition.
        found = books.ledger.entry(target_id)
        if found is None:
            raise NotFoundError("entry")
        entry, read = found.entry, books.ledger.mark(target_id)
        part = refund
        if clip and refund is not None and entry.amount is not None:
            part = min(refund, entry.amount - read.amount)
        target = target_of(books, card, entry, so_far=read)
        draft, left = take_back(card, target, refund=part, occurred_at=cut(act.now))
        in_force = program_in_force(books, card, act.now)
        return Decided(draft=draft, program=in_force, mark=(read, left), claims=claims)

    return commit(books, act, on or parts[0], decide)


def target_of(books: Books, card: Card, entry: Entry, *, so_far: Reversed) -> Target:
    """An entry as it is taken back: under its own version, whatever is in force by then.

    `card` is the entry's own, or the one that this was merged into.
    """
    program = program_version(books, card, entry.program_version)
    own = card if card.id == entry.card_id else books.ledger.head(entry.card_id)
    return Target(
        program=program,
        entry=entry,
        before=state_before(books, entry),
        purchase=purchase_of(books, entry, program),
        so_far=so_far,
        referred=own is not None and own.is_referred,
        held=held_by(books, card, entry),
    )


def held_by(books: Books, card: Card, entry: Entry) -> Target | None:
    """The hold that a capture or a release settled, with its own version."""
    found = books.ledger.entry(entry.settles) if entry.settles else None
    if found is None:
        return None
    return Target(
        program=program_version(books, card, found.entry.program_version),
        entry=found.entry,
        before=state_before(books, found.entry),
        purchase=None,
        so_far=Reversed(),
    )


def purchase_of(books: Books, entry: Entry, program: Program) -> Purchase | None:
    """The purchase that an entry was made for, as far as its rules look at it."""
    if entry.kind is not EntryKind.EARN or entry.amount is None or entry.currency is None:
        return None
    kept = books.ledger.basket(entry.id) if reads_basket(program) else None
    tax, items = kept or (0, ())
    return Purchase(
        amount=entry.amount,
        currency=entry.currency,
        reference=entry.reference,
        basket=entry.basket,
        tax=tax,
        items=items,
    )
