"""The members of a programme as their merchant sees them: a page at a time, or looked for.

Only a whole e-mail, phone number, code or barcode finds somebody: names are kept encrypted, and
nothing that is stored could be searched for a part of one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wallet.domain.cards import Card
from wallet.domain.contacts import normal_email
from wallet.domain.ids import CardId, MemberId, MerchantId, ProgramId
from wallet.domain.merchants import Member
from wallet.services.counter import member_of
from wallet.services.find_cards import Counter, find_by_phone, find_shown
from wallet.services.ports import Heads

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the list: behind the member who joined then."""

    joined_millis: int
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the list as it is kept: personal data encrypted, and where the card is."""

    member_id: MemberId
    card_id: CardId
    sealed: bytes


class Roll(Protocol):
    """The members of programs in the order in which they joined; may lag by a moment."""

    def page(
        self, program_id: ProgramId, *, after: Place | None, limit: int
    ) -> tuple[Sequence[Row], Place | None]:
        """At most `limit` members behind a place, newest first, and where the next page begins."""

    def count(self, program_id: ProgramId, *, since: datetime | None, limit: int) -> int:
        """How many have joined (since then), counted up to `limit`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What listing members needs."""

    roll: Roll
    heads: Heads
    counter: Counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A card and its member; None for one who has been forgotten."""

    card: Card
    member: Member | None


def list_members(
    directory: Directory, program_id: ProgramId, *, after: Place | None, limit: int = PAGE_SIZE
) -> tuple[Sequence[Listed], Place | None]:
    """A page of a program's members, newest first, and where the next one begins.

    Whose program it is, the caller has checked.
    """
    rows, further = directory.roll.page(program_id, after=after, limit=limit)
    heads = directory.heads.heads(row.card_id for row in rows)
    vault = directory.counter.vault
    listed = [
        Listed(card=card, member=vault.open(card.merchant_id, row.member_id, row.sealed))
        for row in rows
        if (card := heads.get(row.card_id))
    ]
    return listed, further


def find_members(
    directory: Directory, merchant_id: MerchantId, text: str, *, time_zones: Iterable[str]
) -> Sequence[Listed]:
    """The merchant's cards that an e-mail, phone number, code or barcode names, newest first."""
    counter = directory.counter
    found: list[CardId] = []
    email = normal_email(text)
    if email:
        found.extend(counter.cards.by_finder(counter.vault.finder(merchant_id, "email", email)))
    elif shown := find_shown(counter, merchant_id, text):
        found.append(shown)
    else:
        found.extend(find_by_phone(counter, merchant_id, text, time_zones=time_zones))
    cards = [
        card for card in directory.heads.heads(found).values() if card.merchant_id == merchant_id
    ]
    return [
        Listed(card=card, member=member_of(counter, merchant_id, card.member_id))
        for card in sorted(cards, key=lambda card: card.created_at, reverse=True)
    ]
