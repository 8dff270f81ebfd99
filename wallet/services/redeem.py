"""Redeem: a reward, or points as money off, taken off a card."""

from wallet.domain import ledger
from wallet.domain.cards import Card
from wallet.domain.errors import InvalidError
from wallet.domain.ids import CardId
from wallet.domain.times import cut
from wallet.services.commit import Act, Books, Committed, Decided, commit, program_in_force


def redeem_reward(books: Books, act: Act, card_id: CardId, reward_id: str) -> Committed:
    """Takes the cost of a reward. Raises as `commit` and `domain.ledger.redeem` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = ledger.redeem(program, card, reward_id, occurred_at=cut(act.now))
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)


def redeem_points(books: Books, act: Act, card_id: CardId, points: int) -> Committed:
    """Takes points. Raises as `commit` and `domain.ledger.spend_points` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = ledger.spend_points(program, card, points, occurred_at=cut(act.now))
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)


def redeem_offer(books: Books, act: Act, card_id: CardId, offer_id: str) -> Committed:
    """Takes an offer. No card has offers yet, so every one is refused by name."""

    def decide(card: Card) -> Decided:
        raise InvalidError("offer_id", f"card {card.id} has no offer {offer_id}")

    return commit(books, act, card_id, decide)
