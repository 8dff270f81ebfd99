"""Decides what a request does to a card.

Pure: the same program, card and request always give the same draft.

A decision either returns a Draft or raises one of the errors of `errors.py`, and then nothing has
happened. `seal` makes the draft into the next entry of the card's chain and the head that goes
with it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wallet.domain.cards import Card, State, add_lot, take_points
from wallet.domain.entries import Entry, EntryKind, Line, entry_hash
from wallet.domain.errors import (
    AlreadyReversedError,
    BalanceTooSmallError,
    InvalidError,
    NotReversibleError,
)
from wallet.domain.ids import EntryId
from wallet.domain.programs import Cost, Program, ProgramKind, RuleKind
from wallet.domain.times import cut

AMOUNT_MAX = 10_000_000_000
GIVEN_MAX = 1_000_000
# In UTF-8. An entry is to stay within one write unit of 1,024 bytes, whatever a shop calls a sale.
REFERENCE_BYTES_MAX = 80
# Clocks of tills run a little ahead; more than this is a mistake.
AHEAD_MAX = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What was paid, in minor units; the shop's own reference; a digest of the basket."""

    amount: int
    currency: str
    reference: str | None = None
    basket: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """Exactly so many stamps or points, whatever the rules say; the other is 0."""

    points: int = 0
    stamps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an entry will say, before it has a place in the chain."""

    kind: EntryKind
    points: int
    stamps: int
    after: State
    occurred_at: datetime
    lines: tuple[Line, ...] = ()
    location_id: str | None = None
    reference: str | None = None
    amount: int | None = None
    currency: str | None = None
    basket: str | None = None
    reward_id: str | None = None
    reverses: EntryId | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """How much of an entry has been taken back so far.

    `amount` is minor units of its purchase; `whole` says that nothing is left.
    """

    amount: int = 0
    whole: bool = False


def check_occurred(occurred_at: datetime | None, now: datetime) -> datetime:
    """When the thing happened: now, unless said otherwise. A time to come is refused."""
    if occurred_at is None:
        return cut(now)
    if occurred_at > now + AHEAD_MAX:
        raise InvalidError("occurred_at", "is in the future")
    return occurred_at


def earn(
    program: Program,
    card: Card,
    award: Purchase | Gift,
    *,
    location_id: str | None,
    occurred_at: datetime,
) -> Draft:
    """What a purchase or a gift gives.

    Points of a purchase = floor((carry + amount) / step) x points; the remainder is the new carry.
    Raises InvalidError for another currency, or for a gift that the programme does not collect.
    """
    if isinstance(award, Gift):
        return _give(program, card, award, location_id, occurred_at)
    if award.currency != program.currency:
        raise InvalidError("purchase.currency", f"this programme counts in {program.currency}")
    if len((award.reference or "").encode()) > REFERENCE_BYTES_MAX:
        raise InvalidError("purchase.reference", f"is longer than {REFERENCE_BYTES_MAX} bytes")
    lines, carry = _rate(program, card.state.carry, award.amount)
    points, stamps = sum(line.points for line in lines), sum(line.stamps for line in lines)
    return Draft(
        kind=EntryKind.EARN,
        points=points,
        stamps=stamps,
        after=replace(_moved(card.state, points, stamps), carry=carry),
        occurred_at=occurred_at,
        lines=lines,
        location_id=location_id,
        reference=award.reference,
        amount=award.amount,
        currency=award.currency,
        basket=award.basket,
    )


def redeem(program: Program, card: Card, reward_id: str, *, occurred_at: datetime) -> Draft:
    """Takes a reward's cost off the card.

    Raises BalanceTooSmallError, or InvalidError for an unknown reward.
    """
    reward = program.reward(reward_id)
    if reward is None:
        raise InvalidError("reward_id", "this programme has no such reward")
    return _spend(card, reward.cost, reward_id, occurred_at)


def spend_points(program: Program, card: Card, points: int, *, occurred_at: datetime) -> Draft:
    """Takes points off the card.

    Raises BalanceTooSmallError, or InvalidError in a stamps programme.
    """
    if program.kind is not ProgramKind.POINTS:
        raise InvalidError("points", "this programme collects stamps")
    return _spend(card, Cost(points=points), None, occurred_at)


def reverse(
    program: Program,
    card: Card,
    entry: Entry,
    so_far: Reversed,
    *,
    refund: int | None,
    occurred_at: datetime,
) -> tuple[Draft, Reversed]:
    """Takes back what is left of an entry, or of a purchase the part worth `refund` minor units.

    `program` is the version that the entry was made under. A refund leaves points and carry as the
    net amount would have left them. Balances already spent go below zero. Raises
    AlreadyReversedError when nothing is left, NotReversibleError for a reversal, InvalidError for
    a refund of more than is left or of what was no purchase.
    """
    if entry.kind is EntryKind.REVERSE:
        raise NotReversibleError(str(entry.kind))
    if so_far.whole:
        raise AlreadyReversedError(entry.id)
    if entry.amount is None:
        if refund is not None:
            raise InvalidError("amount", "only a purchase can be refunded in part")
        return _undo(card, entry, occurred_at), Reversed(whole=True)
    left = entry.amount - so_far.amount
    refund = left if refund is None else refund
    if refund > left:
        raise InvalidError("amount", f"only {left} of this purchase are left to refund")
    done = Reversed(amount=so_far.amount + refund, whole=refund == left)
    draft = _refund(program, card, entry, refund=refund, done=done, occurred_at=occurred_at)
    return draft, done


def seal(
    card: Card, draft: Draft, program: Program, *, entry_id: EntryId, actor: str, now: datetime
) -> tuple[Card, Entry]:
    """The next entry of the card's chain, and the head that goes with it."""
    now = cut(now)
    bare = Entry(
        id=entry_id,
        card_id=card.id,
        seq=card.seq + 1,
        kind=draft.kind,
        points=draft.points,
        stamps=draft.stamps,
        after=draft.after,
        stamps_target=program.stamps_target,
        lines=draft.lines,
        program_version=program.version,
        reason=draft.reason,
        actor=actor,
        location_id=draft.location_id,
        reference=draft.reference,
        amount=draft.amount,
        currency=draft.currency,
        basket=draft.basket,
        reward_id=draft.reward_id,
        reverses=draft.reverses,
        occurred_at=draft.occurred_at,
        created_at=now,
        card_version=card.version + 1,
    )
    entry = replace(bare, hash=entry_hash(bare, card.last_hash))
    return head_after(card, entry), entry


def head_after(card: Card, entry: Entry) -> Card:
    """The head of the card once the entry is its newest."""
    return replace(
        card,
        version=entry.card_version,
        seq=entry.seq,
        state=entry.after,
        last_hash=entry.hash,
        updated_at=entry.created_at,
        modified=max(int(entry.created_at.timestamp()), card.modified + 1),
    )


def _give(
    program: Program, card: Card, gift: Gift, location_id: str | None, occurred_at: datetime
) -> Draft:
    if gift.stamps and program.kind is not ProgramKind.STAMPS:
        raise InvalidError("stamps", "this programme collects points")
    if gift.points and program.kind is not ProgramKind.POINTS:
        raise InvalidError("points", "this programme collects stamps")
    return Draft(
        kind=EntryKind.EARN,
        points=gift.points,
        stamps=gift.stamps,
        after=_moved(card.state, gift.points, gift.stamps),
        occurred_at=occurred_at,
        location_id=location_id,
    )


def _rate(program: Program, carry: int, amount: int) -> tuple[tuple[Line, ...], int]:
    """What each rule gives for an amount (or, negative, takes back), and the new carry."""
    lines = []
    for rule in program.rules:
        if rule.kind is RuleKind.STAMPS_PER_PURCHASE:
            lines.append(Line(rule_id=rule.id, points=0, stamps=rule.stamps))
        else:
            steps, carry = _steps(carry + amount, rule.step, refunding=amount < 0)
            lines.append(Line(rule_id=rule.id, points=steps * rule.points, stamps=0))
    return tuple(line for line in lines if line.points or line.stamps), carry


def _steps(amount: int, step: int, *, refunding: bool) -> tuple[int, int]:
    """Whole steps and what remains of them.

    A refund never gives: a carry that a later version let grow beyond this version's step stays.
    """
    steps = amount // step
    if refunding:
        steps = min(steps, 0)
    return steps, amount - steps * step


def _spend(card: Card, cost: Cost, reward_id: str | None, occurred_at: datetime) -> Draft:
    if card.state.points < cost.points:
        raise BalanceTooSmallError(unit="points", balance=card.state.points, cost=cost.points)
    if card.state.stamps < cost.stamps:
        raise BalanceTooSmallError(unit="stamps", balance=card.state.stamps, cost=cost.stamps)
    return Draft(
        kind=EntryKind.REDEEM,
        points=-cost.points,
        stamps=-cost.stamps,
        after=_moved(card.state, -cost.points, -cost.stamps),
        occurred_at=occurred_at,
        reward_id=reward_id,
    )


def _undo(card: Card, entry: Entry, occurred_at: datetime) -> Draft:
    return Draft(
        kind=EntryKind.REVERSE,
        points=-entry.points,
        stamps=-entry.stamps,
        after=_moved(card.state, -entry.points, -entry.stamps),
        occurred_at=occurred_at,
        reward_id=entry.reward_id,
        reverses=entry.id,
    )


def _refund(
    program: Program,
    card: Card,
    entry: Entry,
    *,
    refund: int,
    done: Reversed,
    occurred_at: datetime,
) -> Draft:
    rated, carry = _rate(program, card.state.carry, -refund)
    # A visit remains a visit until all of it has been refunded; its stamps go with the last part.
    given = entry.lines if done.whole else ()
    lines = tuple(line for line in rated if line.points) + tuple(
        Line(rule_id=line.rule_id, points=0, stamps=-line.stamps) for line in given if line.stamps
    )
    points, stamps = sum(line.points for line in lines), sum(line.stamps for line in lines)
    return Draft(
        kind=EntryKind.REVERSE,
        points=points,
        stamps=stamps,
        after=replace(_moved(card.state, points, stamps), carry=carry),
        occurred_at=occurred_at,
        lines=lines,
        location_id=entry.location_id,
        reference=entry.reference,
        amount=refund,
        currency=entry.currency,
        reverses=entry.id,
    )


def _moved(state: State, points: int, stamps: int) -> State:
    """The state with so many more points and stamps (or fewer); a debt has no lots."""
    total = state.points + points
    held = max(total, 0) - max(state.points, 0)
    lots = add_lot(state.lots, held, None) if held > 0 else take_points(state.lots, -held)
    return replace(state, points=total, stamps=state.stamps + stamps, lots=lots)
