"""Finds the card that a customer shows, or names by a phone number or an e-mail.

A card that was merged leads to the one that has what it held: an old pass still works.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from wallet.domain.cards import Card
from wallet.domain.contacts import normal_email, normal_phone
from wallet.domain.ids import CardId, MemberId, MerchantId, is_id, normal_code
from wallet.domain.tokens import same
from wallet.services.commit import Books, own_card
from wallet.services.ports import Vault

_TYPED_CHARS_MAX = 100
# What some scanners put before a code: of which kind it is (AIM: `]Q1` for a QR code).
_SCANNED_KIND = re.compile(r"\A\][A-Za-z][0-9A-Za-z]")


class Cards(Protocol):
    """Leads from what is shown or said to cards, and from a card to its member."""

    def by_barcode(self, barcode: str) -> CardId | None:
        """The card behind a barcode, whoever's it is."""

    def by_code(self, merchant_id: MerchantId, code: str) -> CardId | None:
        """The merchant's card behind a typed code."""

    def by_finder(self, finder: str) -> Sequence[CardId]:
        """The cards of whoever has that e-mail or phone."""

    def sealed(self, member_id: MemberId) -> bytes | None:
        """A member's personal data, encrypted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What a till needs."""

    books: Books
    cards: Cards
    vault: Vault


def find_shown(counter: Counter, merchant_id: MerchantId, text: str) -> CardId | None:
    """The merchant's card whose barcode or typed code a text is. Another merchant's is none.

    The pass of a card that was merged leads to the card that has what it held.
    """
    text = _bare(text)
    code = normal_code(text)
    found = counter.cards.by_barcode(text) if is_id(text) else None
    if found is None and code:
        found = counter.cards.by_code(merchant_id, code)
    card = counter.books.ledger.head(found) if found else None
    if card is None or card.merchant_id != merchant_id:
        return None
    return follow(counter.books, card).id


def follow(books: Books, card: Card) -> Card:
    """The card, or the one that it was merged into, as often as that happened."""
    while card.state.merged_into is not None:
        card = own_card(books.ledger, card.merchant_id, card.state.merged_into)
    return card


def find_by_phone(
    counter: Counter, merchant_id: MerchantId, text: str, *, time_zones: Iterable[str]
) -> Sequence[CardId]:
    """The merchant's cards of whoever has that phone number.

    A number without its country is one of the places where the merchant's programmes run. Merged
    cards lead on.
    """
    text = text.strip()[:_TYPED_CHARS_MAX]
    numbers = dict.fromkeys(normal_phone(text, zone) for zone in time_zones)
    finders = (counter.vault.finder(merchant_id, "phone", number) for number in numbers if number)
    found = (card_id for finder in finders for card_id in counter.cards.by_finder(finder))
    heads = filter(None, map(counter.books.ledger.head, dict.fromkeys(found)))
    return list(dict.fromkeys(follow(counter.books, card).id for card in heads))


def find_by_email(counter: Counter, merchant_id: MerchantId, text: str) -> Sequence[CardId]:
    """The merchant's cards of whoever has that e-mail, merged or not."""
    email = normal_email(text)
    if email is None:
        return []
    return counter.cards.by_finder(counter.vault.finder(merchant_id, "email", email))


def is_proof(counter: Counter, card: Card, shown: str) -> bool:
    """Whether what was shown is this card, or one that was merged into it."""
    return is_shown(card, shown) or find_shown(counter, card.merchant_id, shown) == card.id


def is_shown(card: Card, shown: str) -> bool:
    """Whether a text is the card's barcode, or the code under it however it was typed."""
    text = _bare(shown)
    return same(text, card.barcode) or same(normal_code(text) or "", card.code)


def _bare(text: str) -> str:
    """What was scanned or typed, without what scanners put around it."""
    return _SCANNED_KIND.sub("", text.strip()[:_TYPED_CHARS_MAX])
