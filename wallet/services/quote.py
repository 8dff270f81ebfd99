"""Quote: what an earn or a redeem would do to a card, decided in the same way; nothing is written.

A refusal is an answer here, not an error: the caller asks what would happen.
"""

from dataclasses import dataclass
from typing import Protocol

from wallet.domain import spending
from wallet.domain.cards import Card
from wallet.domain.entries import Entry
from wallet.domain.errors import (
    CardNotActiveError,
    CoolDownError,
    OutOfStockError,
    ReferenceUsedError,
    WalletError,
)
from wallet.domain.explanation.explain import explain
from wallet.domain.explanation.steps import Step
from wallet.domain.explanation.story import Story
from wallet.domain.ids import CardId, ProgramId, entry_id
from wallet.domain.programs import Program
from wallet.domain.purchases import Award, Purchase
from wallet.domain.times import cut
from wallet.services.codes import Codes
from wallet.services.commit import (
    Act,
    Books,
    Decided,
    changed,
    own_card,
    program_in_force,
)
from wallet.services.earn import Circumstances, decide_by_code, decide_earn, told_before
from wallet.services.explain import story_of
from wallet.services.ports import Claim, Receipt, Stock, UsedCode


class Stocks(Protocol):
    """Pieces of rewards."""

    def given(self, program_id: ProgramId, reward_id: str) -> int:
        """How many pieces of a reward have been given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What a quote reads."""

    books: Books
    codes: Codes
    stocks: Stocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A single-use code, as it was typed."""

    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardWanted:
    """A reward; `confirmed` by a member of the staff where it asks for that."""

    reward_id: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWanted:
    """An offer that the card holds."""

    offer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsWanted:
    """So many points, as money off where the programme allows it."""

    points: int


_TOLD_BEFORE = (CoolDownError, CardNotActiveError, ReferenceUsedError)
Wanted = Award | Code | RewardWanted | OfferWanted | PointsWanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What would happen: the entry, the card after it, and how the entry comes about.

    Or `refusal`, without an entry, and the card as it stands.
    """

    card: Card
    program: Program
    entry: Entry | None = None
    steps: tuple[Step, ...] = ()
    refusal: WalletError | None = None


def quote(
    reader: Reader, act: Act, card_id: CardId, wanted: Wanted, told: Circumstances
) -> Quoted:
    """What the same request would do now under a new key.

    Raises NotFoundError for a card that is unknown or another merchant's.
    """
    books = reader.books
    card = own_card(books.ledger, act.merchant_id, card_id)
    try:
        return _decided_now(reader, act, card, wanted, told)
    except WalletError as refusal:
        first = None
        if isinstance(wanted, Purchase) and isinstance(refusal, _TOLD_BEFORE):
            # The same sale under another key: it would get its first answer again.
            first = told_before(books, act, card_id, wanted, told)
        if first is not None:
            story = story_of(books, first.card, first.entry)
            return _quoted(first.entry, first.card, first.program, story)
        program = program_in_force(books, card, act.now)
        return Quoted(card=card, program=program, refusal=refusal)


def _decided_now(
    reader: Reader, act: Act, card: Card, wanted: Wanted, told: Circumstances
) -> Quoted:
    decided = _decide(reader, act, card, wanted, told)
    change = changed(act, card, decided, entry_id(card.id, act.digest))
    for claim in change.claims:
        _check(reader, claim)
    story = Story(
        entry=change.entry,
        program=decided.program,
        before=card.state,
        card=card,
        purchase=wanted if isinstance(wanted, Purchase) else None,
    )
    return _quoted(change.entry, change.after, decided.program, story)


def _quoted(entry: Entry, card: Card, program: Program, story: Story) -> Quoted:
    return Quoted(card=card, program=program, entry=entry, steps=explain(story).steps)


def _decide(reader: Reader, act: Act, card: Card, wanted: Wanted, told: Circumstances) -> Decided:
    match wanted:
        case Code():
            return decide_by_code(reader.books, reader.codes, act, card, wanted.typed, told=told)
        case RewardWanted() | OfferWanted() | PointsWanted():
            return _decide_spending(reader.books, act, card, wanted, told)
        case _:
            return decide_earn(reader.books, act, card, wanted, told)


def _decide_spending(
    books: Books,
    act: Act,
    card: Card,
    wanted: RewardWanted | OfferWanted | PointsWanted,
    told: Circumstances,
) -> Decided:
    program, at = program_in_force(books, card, act.now), cut(act.now)
    match wanted:
        case RewardWanted():
            draft = spending.redeem(
                program,
                card,
                wanted.reward_id,
                occurred_at=at,
                confirmed=wanted.confirmed,
                location_id=told.location_id,
            )
        case OfferWanted():
            draft = spending.redeem_offer(program, card, wanted.offer_id, occurred_at=at)
        case PointsWanted():
            draft = spending.spend_points(program, card, wanted.points, occurred_at=at)
    return Decided(draft=draft, program=program)


def _check(reader: Reader, claim: Claim) -> None:
    """What the commit would find outside the card. A code was looked at as it was read."""
    match claim:
        case Stock():
            given = reader.stocks.given(claim.program_id, claim.reward_id)
            if given + claim.given > claim.most:
                raise OutOfStockError
        case Receipt():
            if reader.books.ledger.receipt(claim) is not None:
                raise ReferenceUsedError
        case UsedCode():
            pass
