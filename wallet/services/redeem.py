"""Redeem: a reward, an offer, or points as money off, taken off a card; or put by first."""

from datetime import datetime, timedelta

from wallet.domain import spending
from wallet.domain.cards import Card
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import NotFoundError
from wallet.domain.ids import CardId
from wallet.domain.times import cut
from wallet.services.commit import (
    Act,
    Books,
    Committed,
    Decided,
    commit,
    named_entry,
    program_in_force,
    program_version,
    state_before,
)


def redeem_reward(
    books: Books,
    act: Act,
    card_id: CardId,
    reward_id: str,
    *,
    confirmed: bool = False,
    location_id: str | None = None,
) -> Committed:
    """Takes the cost of a reward. Raises as `commit` and `domain.spending.redeem` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = spending.redeem(
            program,
            card,
            reward_id,
            occurred_at=cut(act.now),
            confirmed=confirmed,
            location_id=location_id,
        )
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)


def redeem_points(books: Books, act: Act, card_id: CardId, points: int) -> Committed:
    """Takes points. Raises as `commit` and `domain.spending.spend_points` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = spending.spend_points(program, card, points, occurred_at=cut(act.now))
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)


def redeem_offer(books: Books, act: Act, card_id: CardId, offer_id: str) -> Committed:
    """Uses an offer. Raises as `commit` and `domain.spending.redeem_offer` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = spending.redeem_offer(program, card, offer_id, occurred_at=cut(act.now))
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)


def hold_reward(
    books: Books,
    act: Act,
    card_id: CardId,
    reward_id: str,
    *,
    minutes: int,
    confirmed: bool = False,
) -> Committed:
    """Puts a reward by. Raises as `commit` and `domain.spending.hold` do."""

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, act.now)
        draft = spending.hold(
            program,
            card,
            reward_id,
            digest=act.digest,
            until=act.now + timedelta(minutes=minutes),
            occurred_at=cut(act.now),
            confirmed=confirmed,
        )
        return Decided(draft=draft, program=program)

    return commit(books, act, card_id, decide)


def capture_hold(books: Books, act: Act, hold_id: str) -> Committed:
    """Makes a hold final. Raises NotFoundError, and as `domain.spending.capture` does."""
    held = _held(books, hold_id)

    def decide(card: Card) -> Decided:
        program = program_version(books, card, held.program_version)
        draft = spending.capture(program, card, held, occurred_at=cut(act.now))
        return Decided(draft=draft, program=program_in_force(books, card, act.now))

    return commit(books, act, held.card_id, decide)


def release_hold(
    books: Books, act: Act, hold_id: str, *, occurred_at: datetime | None = None
) -> Committed:
    """Gives back what a hold took. Raises NotFoundError, and as `domain.spending.release` does."""
    held = _held(books, hold_id)
    before = state_before(books, held)

    def decide(card: Card) -> Decided:
        program = program_version(books, card, held.program_version)
        at = occurred_at or cut(act.now)
        draft = spending.release(program, card, held, before, occurred_at=at)
        return Decided(draft=draft, program=program_in_force(books, card, act.now))

    return commit(books, act, held.card_id, decide)


def _held(books: Books, hold_id: str) -> Entry:
    """The entry of a hold; whose it is, `commit` asks."""
    held = named_entry(books.ledger, hold_id)
    if held is None or held.kind is not EntryKind.HOLD:
        raise NotFoundError("hold")
    return held
