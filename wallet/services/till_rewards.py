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
from wallet.services.commit import Act, program_in_force
from wallet.services.named_cards import find_card, shown_digest
from wallet.services.redeem import redeem_reward
from wallet.services.till_sales import SalesDesk, Taken, actor, outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A reward for a card.

    `missing` is what the card lacks; nothing of it: the reward is there.
    """

    card: Card
    program: Program
    reward: Reward
    missing: Cost


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
    missing = Cost(
        points=max(reward.cost.points - card.state.points, 0),
        stamps=max(reward.cost.stamps - card.state.stamps, 0),
    )
    return Quote(card=card, program=program, reward=reward, missing=missing)


def take_reward(
    desk: SalesDesk, hook: Hook, sale_id: str, named: Named, reward_id: str, *, now: datetime
) -> Taken | None:
    """Takes a reward's cost off the card, once in a sale. None for an unknown card.

    Raises as `redeem_reward` does.
    """
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
    books = desk.finder.counter.books
    return outcome(desk, redeem_reward(books, act, card_id, reward_id), now=now)


def _card(
    desk: SalesDesk, hook: Hook, named: Named, reward_id: str, *, now: datetime
) -> Card | None:
    def gives_it(program: Program) -> bool:
        return program.reward(reward_id) is not None

    return find_card(desk.finder, hook, named, gives_it, now=now)
