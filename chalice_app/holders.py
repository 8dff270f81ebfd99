"""The holder of a card, or a page that says that there is none."""

from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.errors import NotFoundError
from wallet.domain.ids import split_entry_id
from wallet.services.holders import held_card


def card_of_holder(token: str) -> Card:
    """The card that a link opens.

    Raises NotFoundError for an unknown card and for a wrong proof: nobody can tell which.
    """
    card = held_card(runtime.ledger(), token)
    if card is None:
        raise NotFoundError("card")
    return card


def check_entry(card: Card, entry_id: str) -> None:
    """An entry of another card is as unknown as none. Raises NotFoundError."""
    parts = split_entry_id(entry_id)
    if parts is None or parts[0] != card.id:
        raise NotFoundError("entry")
