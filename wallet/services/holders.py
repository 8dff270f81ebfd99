"""The holder of a card, known by the link in their hand."""

from typing import Protocol

from wallet.domain.cards import Card
from wallet.domain.ids import CardId
from wallet.domain.tokens import card_of_link, link_token, same


class Cards(Protocol):
    """Cards by their id."""

    def head(self, card_id: CardId) -> Card | None:
        """The card as it stands."""


def held_card(cards: Cards, token: str) -> Card | None:
    """The card that a link opens; None for an unknown card and for a wrong proof alike."""
    card_id = card_of_link(token)
    card = cards.head(card_id) if card_id else None
    return card if card and same(token, link_token(card.id, card.secret)) else None
