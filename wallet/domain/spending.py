"""Decides what is taken off a card for a reward, an offer or money off, at once or put by first.

A hold takes the cost as a redeem does; a capture makes it final, a release gives it back. All of
it as pure as `ledger.py`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from wallet.domain import balances
from wallet.domain.calendar import local_time, lot_end
from wallet.domain.cards import Card, Hold, State, Status, Tally, tally_key
from wallet.domain.conditions import counts
from wallet.domain.drafts import Draft, active_at, check_active, drafted
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import (
    BalanceTooSmallError,
    ConfirmationError,
    InvalidError,
    NotHeldError,
    RewardNotNowError,
)
from wallet.domain.ids import EntryId, digest_of
from wallet.domain.offers import without
from wallet.domain.programs import Cost, Offer, Program, Reward
from wallet.domain.tallies import window_since, with_tallies
from wallet.domain.tiers import moment_of
from wallet.domain.vocabulary import Per, ProgramKind, RewardKind

HOLD_MINUTES_MAX = 7 * 24 * 60


def redeem(
    program: Program,
    card: Card,
    reward_id: str,
    *,
    occurred_at: datetime,
    confirmed: bool = False,
    location_id: str | None = None,
) -> Draft:
    """Takes a reward's cost off the card.

    Raises InvalidError for an unknown reward, BalanceTooSmallError, RewardNotNowError outside its
    days or beyond its times, ConfirmationError unless a member of the staff confirmed,
    CardNotActiveError.
    """
    reward = _reward(program, reward_id)
    if reward.confirm and not confirmed:
        raise ConfirmationError
    after = _paid(program, card, reward, occurred_at, location_id)
    after = _with_bonus(after, program, reward, occurred_at)
    return replace(
        drafted(EntryKind.REDEEM, card, after, occurred_at),
        reward_id=reward_id,
        location_id=location_id,
        stock=_stock(reward, -1),
    )


def is_to_be_had(
    program: Program, state: State, reward: Reward, at: datetime, *, location_id: str | None = None
) -> bool:
    """Whether a redeem would give a reward then, its stock and the staff aside.

    At some place of the merchant's, unless one is named.
    """
    when = reward.when if location_id else replace(reward.when, locations=())
    moment = moment_of(program, state, at, location_id)
    return (
        state.status is Status.ACTIVE
        and not state.missing(reward.cost).units
        and counts(when, moment)
        and not _is_too_often(program, reward, state, at)
    )


def handed_over(program: Program, entry: Entry) -> Reward | Offer | None:
    """The reward or offer that an entry is about, as far as the programme has it."""
    if entry.reward_id is None:
        return None
    return program.offer(entry.reward_id) if entry.offer_id else program.reward(entry.reward_id)


def redeem_offer(program: Program, card: Card, offer_id: str, *, occurred_at: datetime) -> Draft:
    """Uses an offer, once.

    Raises InvalidError if the card has no such offer, RewardNotNowError if it has ended.
    """
    check_active(card)
    held = next((each for each in card.state.offers if each.id == offer_id), None)
    if held is None:
        raise InvalidError("offer_id", "this card has no such offer")
    if occurred_at > held.expires_at:
        raise RewardNotNowError("when")
    after = active_at(without(card.state, [held.id]), occurred_at, earned=False)
    template = program.offer(held.offer)
    if template:
        after = _with_bonus(after, program, template, occurred_at)
    return replace(
        drafted(EntryKind.REDEEM, card, after, occurred_at),
        reward_id=held.offer,
        offer_id=held.id,
    )


def spend_points(program: Program, card: Card, points: int, *, occurred_at: datetime) -> Draft:
    """Takes points off the card, as money if the programme says what they are worth.

    Raises BalanceTooSmallError; InvalidError in a stamps programme, or for points that are no
    multiple of those that have a value.
    """
    check_active(card)
    if program.kind is not ProgramKind.POINTS:
        raise InvalidError("points", "this programme collects stamps")
    worth = program.money_off
    if worth and points % worth.points:
        raise InvalidError("points", f"must be a multiple of {worth.points}")
    after = _taken(card, program, Cost(points=points))
    after = active_at(after, occurred_at, earned=False)
    draft = drafted(EntryKind.REDEEM, card, after, occurred_at)
    if worth is None:
        return draft
    amount = points // worth.points * worth.amount
    return replace(draft, amount=amount, currency=program.currency)


def hold(
    program: Program,
    card: Card,
    reward_id: str,
    *,
    digest: str,
    until: datetime,
    occurred_at: datetime,
    confirmed: bool = False,
) -> Draft:
    """Puts a reward by: its cost is taken now, and comes back at `until` unless it is captured.

    Raises as `redeem` does; InvalidError for an end that is past or more than a week away.
    """
    if not occurred_at < until <= occurred_at + timedelta(minutes=HOLD_MINUTES_MAX):
        raise InvalidError("minutes", f"must be from 1 to {HOLD_MINUTES_MAX}")
    reward = _reward(program, reward_id)
    if reward.confirm and not confirmed:
        raise ConfirmationError
    after = _paid(program, card, reward, occurred_at, None)
    held = Hold(digest=digest, until=until.replace(microsecond=0))
    after = replace(after, holds=(*after.holds, held))
    return replace(
        drafted(EntryKind.HOLD, card, after, occurred_at),
        reward_id=reward_id,
        stock=_stock(reward, -1),
    )


def capture(program: Program, card: Card, held: Entry, *, occurred_at: datetime) -> Draft:
    """Makes a hold final. Raises NotHeldError if it has ended, or was settled before."""
    check_active(card)
    until = _held(card.state, held.id)
    if occurred_at > until:
        raise NotHeldError
    after = _settled(card.state, held.id)
    reward = program.reward(held.reward_id or "")
    if reward:
        after = _with_bonus(after, program, reward, occurred_at)
    return replace(
        drafted(EntryKind.CAPTURE, card, after, occurred_at),
        reward_id=held.reward_id,
        settles=held.id,
    )


def release(
    program: Program, card: Card, held: Entry, before: State, *, occurred_at: datetime
) -> Draft:
    """Gives back what a hold took, with its old ends; `before` is the card before the hold.

    Raises NotHeldError if it was settled before.
    """
    _held(card.state, held.id)
    after = _settled(card.state, held.id)
    lots = balances.lost_lots(before.lots, held.after.lots)
    after = balances.give_back(after, program.kind, lots)
    reward = program.reward(held.reward_id or "")
    if reward and reward.often:
        after = with_tallies(after, [_often_tally(program, reward, after, held.occurred_at, -1)])
    return replace(
        drafted(EntryKind.RELEASE, card, after, occurred_at),
        reward_id=held.reward_id,
        settles=held.id,
        stock=_stock(reward, 1) if reward else None,
    )


def _reward(program: Program, reward_id: str) -> Reward:
    reward = program.reward(reward_id)
    if reward is None:
        raise InvalidError("reward_id", "this programme has no such reward")
    return reward


def _paid(
    program: Program,
    card: Card,
    reward: Reward,
    occurred_at: datetime,
    location_id: str | None,
) -> State:
    """The state once the reward's cost is off and its use is counted."""
    check_active(card)
    if not counts(reward.when, moment_of(program, card.state, occurred_at, location_id)):
        raise RewardNotNowError("when")
    after = _taken(card, program, reward.cost)
    if _is_too_often(program, reward, card.state, occurred_at):
        raise RewardNotNowError("often")
    if reward.often:
        tally = _often_tally(program, reward, card.state, occurred_at, 1)
        after = with_tallies(after, [tally])
    return active_at(after, occurred_at, earned=False)


def _is_too_often(program: Program, reward: Reward, state: State, at: datetime) -> bool:
    """Whether the card has had the reward as often as its window allows."""
    if reward.often is None:
        return False
    return _often_tally(program, reward, state, at, 1).count > reward.often.count


def _often_tally(
    program: Program, reward: Reward, state: State, occurred_at: datetime, more: int
) -> Tally:
    """How often this card has had the reward in its window, with this time."""
    key = tally_key("reward", reward.id)
    per = reward.often.per if reward.often else Per.CARD
    since = window_since(program, per, local_time(occurred_at, program.time_zone))
    tally = state.tally(key)
    if tally is None or tally.since < since:
        return Tally(key=key, count=max(more, 0), since=since)
    # A release that comes once a new window has begun takes nothing from that one.
    less = more if more > 0 or tally.since == since else 0
    return Tally(key=key, count=max(tally.count + less, 0), since=tally.since)


def _taken(card: Card, program: Program, cost: Cost) -> State:
    if card.state.points < cost.points:
        raise BalanceTooSmallError(unit="points", balance=card.state.points, cost=cost.points)
    if card.state.stamps < cost.stamps:
        raise BalanceTooSmallError(unit="stamps", balance=card.state.stamps, cost=cost.stamps)
    return balances.take(card.state, program.kind, cost.units)


def _with_bonus(
    state: State, program: Program, reward: Reward | Offer, occurred_at: datetime
) -> State:
    """The state with the points that a reward of points gives."""
    if reward.kind is not RewardKind.BONUS_POINTS:
        return state
    expires_at = lot_end(program, occurred_at)
    return balances.give(state, program.kind, reward.points, expires_at)


def _stock(reward: Reward, pieces: int) -> tuple[str, int] | None:
    return (reward.id, pieces) if reward.stock is not None else None


def _held(state: State, entry_id: EntryId) -> datetime:
    digest = digest_of(entry_id)
    until = next((each.until for each in state.holds if each.digest == digest), None)
    if until is None:
        raise NotHeldError
    return until


def _settled(state: State, entry_id: EntryId) -> State:
    digest = digest_of(entry_id)
    return replace(state, holds=tuple(each for each in state.holds if each.digest != digest))
