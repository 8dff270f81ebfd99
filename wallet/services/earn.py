"""Earn: a purchase, or stamps or points given by hand."""

from dataclasses import replace
from datetime import datetime

from wallet.domain import ledger
from wallet.domain.cards import Card
from wallet.domain.ids import CardId
from wallet.domain.ledger import Gift, Purchase
from wallet.services.commit import Act, Books, Committed, Decided, commit, program_in_force


def earn(
    books: Books,
    act: Act,
    card_id: CardId,
    award: Purchase | Gift,
    *,
    location_id: str | None = None,
    occurred_at: datetime | None = None,
    reason: str | None = None,
) -> Committed:
    """Gives what the program in force gives; `reason` stands in the entry, for the merchant.

    Raises as `commit` and `domain.ledger.earn` do.
    """
    happened = ledger.check_occurred(occurred_at, act.now)

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = ledger.earn(program, card, award, location_id=location_id, occurred_at=happened)
        return Decided(draft=replace(draft, reason=reason), program=program)

    return commit(books, act, card_id, decide)
