"""Finds the card whose holder brought a new member.

A referral code is the id of a card, as it stands in the links that members pass on: it opens
nothing. At a till, where the card is there to be seen, the code under its barcode does as well.
"""

from datetime import datetime

from wallet.domain.cards import Card, Status
from wallet.domain.errors import InvalidError, NotFoundError
from wallet.domain.ids import CardId, ProgramId, is_id, normal_code
from wallet.domain.merchants import Member
from wallet.domain.programs import Program
from wallet.services.enrol import finders_of
from wallet.services.find_cards import Counter

# A merged card is still somebody's: the thanks go to the card that it leads to.
_LEFT = (Status.CLOSED, Status.VOID)


def referrer_by_code(counter: Counter, program: Program, text: str) -> CardId | None:
    """The card that a referral code names, if it is one of the programme's and still in use."""
    card = _named(counter, program, text)
    return card.id if card and card.state.status not in _LEFT else None


def referrer_of_new(
    counter: Counter, program_id: ProgramId, code: str, member: Member, *, now: datetime
) -> CardId | None:
    """The card whose holder brought a new member of the merchant.

    None where that card is closed, or where the member has a card of the programme already, be it
    the very one that is named. Raises InvalidError for a code that never was a card's,
    NotFoundError for a programme that is unknown or another merchant's.
    """
    program = counter.books.programs.current(program_id, now)
    if program is None or program.merchant_id != member.merchant_id:
        raise NotFoundError("program")
    card = _named(counter, program, code)
    if card is None:
        raise InvalidError("referral_code", "is of no card of this programme")
    if card.state.status in _LEFT or _is_member(counter, program, member):
        return None
    return card.id


def _named(counter: Counter, program: Program, text: str) -> Card | None:
    code = normal_code(text)
    named = CardId(text) if is_id(text) else None
    if named is None and code:
        named = counter.cards.by_code(program.merchant_id, code)
    card = counter.books.ledger.head(named) if named else None
    return card if card and card.program_id == program.id else None


def _is_member(counter: Counter, program: Program, member: Member) -> bool:
    found = (
        counter.books.ledger.head(card_id)
        for finder in finders_of(counter.vault, member)
        for card_id in counter.cards.by_finder(finder)
    )
    return any(card is not None and card.program_id == program.id for card in found)
