"""Finds the card that a till system names: by barcode, by id, or by its holder's contact.

Only among the cards of the hook's merchant: another's is as unknown as none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wallet.domain.cards import Card
from wallet.domain.hooks import Hook, Named, Naming
from wallet.domain.ids import CardId, MerchantId, ProgramId, is_id
from wallet.domain.programs import Program
from wallet.services.find_cards import Counter, find_by_email, find_by_phone, find_shown, follow
from wallet.services.ports import Heads


class OwnPrograms(Protocol):
    """Which programs a merchant has."""

    def of_merchant(self, merchant_id: MerchantId) -> Sequence[ProgramId]:
        """The merchant's programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """What finding a card needs."""

    counter: Counter
    heads: Heads
    programs: OwnPrograms


def find_card(
    finder: Finder,
    hook: Hook,
    named: Named,
    suits: Callable[[Program], bool],
    *,
    now: datetime,
) -> Card | None:
    """The merchant's card of that name.

    Of several cards of one person it is the newest of the hook's programme; where the hook has
    none, of those programmes that suit, if there are any.
    """
    heads = finder.heads.heads(_ids(finder, hook, named, now)).values()
    books = finder.counter.books
    cards = [follow(books, card) for card in heads if card.merchant_id == hook.merchant_id]
    if named.by in (Naming.EMAIL, Naming.PHONE):
        cards = _narrowed(finder, hook, cards, suits, now)
    return max(cards, key=lambda card: (card.created_at, card.id), default=None)


def shown_digest(finder: Finder, hook: Hook, named: Named) -> str:
    """A keyed digest of a name: the same name gives the same, and it tells nothing of it."""
    return finder.counter.vault.finder(hook.merchant_id, f"hook {named.by}", named.text)


def _ids(finder: Finder, hook: Hook, named: Named, now: datetime) -> Sequence[CardId]:
    if named.by is Naming.ID:
        return [CardId(named.text)] if is_id(named.text) else []
    if named.by is Naming.BARCODE:
        shown = find_shown(finder.counter, hook.merchant_id, named.text)
        return [shown] if shown else []
    if named.by is Naming.PHONE:
        zones = {program.time_zone for program in _programs(finder, hook, now)}
        return find_by_phone(
            finder.counter, hook.merchant_id, named.text, time_zones=sorted(zones)
        )
    return find_by_email(finder.counter, hook.merchant_id, named.text)


def _narrowed(
    finder: Finder,
    hook: Hook,
    cards: Sequence[Card],
    suits: Callable[[Program], bool],
    now: datetime,
) -> list[Card]:
    if hook.program_id is not None:
        return [card for card in cards if card.program_id == hook.program_id]
    suiting = {program.id for program in _programs(finder, hook, now) if suits(program)}
    return [card for card in cards if card.program_id in suiting] or list(cards)


def _programs(finder: Finder, hook: Hook, now: datetime) -> Iterable[Program]:
    """The hook's programme, or all of the merchant's."""
    own = [hook.program_id] if hook.program_id else finder.programs.of_merchant(hook.merchant_id)
    read = (finder.counter.books.programs.current(program_id, now) for program_id in own)
    return [program for program in read if program is not None]
