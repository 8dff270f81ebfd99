"""Finds a merchant's cards by what is known of a person, or by what is shown.

A card that was merged leads to the one that it was merged into.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wallet.domain.cards import Card
from wallet.domain.ids import CardId, MerchantId
from wallet.services.find_cards import Counter, find_by_email, find_by_phone, find_shown, follow
from wallet.services.ports import Heads


class By(StrEnum):
    """How a card is looked for."""

    EMAIL = "email"
    PHONE = "phone"
    CODE = "code"
    BARCODE = "barcode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searcher:
    """What looking for cards needs."""

    counter: Counter
    heads: Heads


def search_cards(
    searcher: Searcher,
    merchant_id: MerchantId,
    by: By,
    text: str,
    *,
    time_zones: Iterable[str],
) -> Sequence[Card]:
    """The merchant's cards, oldest first, each once.

    `time_zones` are those of the merchant's programmes: they say which country a phone number
    without one belongs to.
    """
    found = searcher.heads.heads(_ids(searcher.counter, merchant_id, by, text, time_zones))
    cards = [follow(searcher.counter.books, card) for card in found.values()]
    own = {card.id: card for card in cards if card.merchant_id == merchant_id}
    return sorted(own.values(), key=lambda card: (card.created_at, card.id))


def _ids(
    counter: Counter, merchant_id: MerchantId, by: By, text: str, time_zones: Iterable[str]
) -> Sequence[CardId]:
    match by:
        case By.PHONE:
            return find_by_phone(counter, merchant_id, text, time_zones=time_zones)
        case By.EMAIL:
            return find_by_email(counter, merchant_id, text)
        case _:
            shown = find_shown(counter, merchant_id, text)
            return [shown] if shown else []
