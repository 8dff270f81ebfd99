"""The holder of a card, known by the link in their hand."""

from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.errors import NotFoundError
from wallet.domain.tokens import card_of_link, link_token, same


def card_of_holder(token: str) -> Card:
    """The card that a link opens.

    Raises NotFoundError for an unknown card and for a wrong proof: nobody can tell which.
    """
    card_id = card_of_link(token)
    card = runtime.ledger().head(card_id) if card_id else None
    if card is None or not same(token, link_token(card.id, card.secret)):
        raise NotFoundError("card")
    return card
