"""A reward in a sale of a till system: what it would take, and the taking of it.

Whoever sends it has seen the card or knows the person; we believe the signature.
"""

from dataclasses import dataclass
from datetime import datetime

from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card
from wallet.domain.errors import InvalidError
from wallet.domain.hooks import Hook, Named, Naming, hook_digest, sale_digest
from wallet.domain.programs import Cost, Program, Reward
from wallet.domain.spending import is_to_be_had
from wallet.services.commit import Act, program_in_force
from wallet.services.named_cards import find_card, shown_digest
from wallet.services.redeem import redeem_reward
from wallet.services.sales_desk import SalesDesk, Taken, actor, outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A reward for a card.

    `missing` is what the card lacks; `available` says whether it could have the reward now, its
    stock and the staff aside.
    """

    card: Card
    program: Program
    reward: Reward
    missing: Cost
    available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """A reward that was taken in a sale; `confirmed`: a member of the staff has agreed."""

    sale_id: str
    named: Named
    reward_id: str
    confirmed: bool = False
    location_id: str | None = None


def quote_reward(
    desk: SalesDesk, hook: Hook, named: Named, reward_id: str, *, now: datetime
) -> Quote | None:
    """What a redeem would do; writes nothing. None for an unknown card.

    Raises InvalidError for an unknown reward.
    """
    card = _card(desk, hook, named, reward_id, now=now)
    if card is None:
        return None
    program = program_in_force(desk.finder.counter.books, card, now)
    reward = program.reward(reward_id)
    if reward is None:
        raise InvalidError("reward_id", "this programme has no such reward")
    return Quote(
        card=card,
        program=program,
        reward=reward,
        missing=card.state.missing(reward.cost),
        available=is_to_be_had(program, card.state, reward, now),
    )


def take_reward(desk: SalesDesk, hook: Hook, told: Redeemed, *, now: datetime) -> Taken | None:
    """Takes a reward's cost off the card, once in a sale. None for an unknown card.

    Raises as `redeem_reward` does.
    """
    sale_id, named, reward_id = told.sale_id, told.named, told.reward_id
    card = _card(desk, hook, named, reward_id, now=now)
    if card is None:
        return None
    card_id = card.id
    if named.by in (Naming.EMAIL, Naming.PHONE):
        # It may lead to another card tomorrow; told again it must mean the card of today.
        card_id = desk.sales.pin(
            sale_digest(hook.id, sale_id), shown_digest(desk.finder, hook, named), card.id
        )
    act = Act(
        merchant_id=hook.merchant_id,
        actor=actor(hook.id),
        digest=hook_digest(hook.id, f"redeem {sale_id}\n{reward_id}"),
        fingerprint=fingerprint("hook", {"sale_id": sale_id, "reward_id": reward_id}),
        now=now,
    )
    done = redeem_reward(
        desk.finder.counter.books,
        act,
        card_id,
        reward_id,
        confirmed=told.confirmed,
        location_id=told.location_id,
    )
    return outcome(desk, done, now=now)


def _card(
    desk: SalesDesk, hook: Hook, named: Named, reward_id: str, *, now: datetime
) -> Card | None:
    def gives_it(program: Program) -> bool:
        return program.reward(reward_id) is not None

    return find_card(desk.finder, hook, named, gives_it, now=now)
