"""What a merchant does to a card by hand: adjusts it, gives it an offer, closes it."""

from wallet.domain import ledger, merging
from wallet.domain.cards import Card, Status
from wallet.domain.ids import CardId
from wallet.domain.purchases import Gift
from wallet.domain.times import cut
from wallet.services.commit import Act, Books, Committed, Decided, commit, program_in_force


def adjust(books: Books, act: Act, card_id: CardId, gift: Gift, *, reason: str) -> Committed:
    """So many points or stamps more or fewer. Raises as `commit` and `domain.ledger.adjust` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = ledger.adjust(program, card, gift, reason=reason, occurred_at=cut(act.now))
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)


def give_offer(books: Books, act: Act, card_id: CardId, offer_id: str) -> Committed:
    """Gives an offer of the programme. Raises as `commit` and `domain.ledger.offer` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = ledger.offer(program, card, offer_id, digest=act.digest, occurred_at=cut(act.now))
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)


def close_card(
    books: Books, act: Act, card_id: CardId, status: Status, *, reason: str | None
) -> Committed:
    """Closes a card or makes it void. Raises as `commit` and `domain.merging.close` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = merging.close(card, status, reason=reason, occurred_at=cut(act.now))
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)
