"""Cards and entries as the API shows them."""

from datetime import datetime

import msgspec

from chalice_app.schemas import (
    Balance,
    CardOut,
    Expiry,
    HoldOut,
    Links,
    OfferOut,
    RewardOut,
    Tier,
)
from wallet.domain.balances import balance
from wallet.domain.cards import Card, HeldOffer
from wallet.domain.entries import Entry, entry_document
from wallet.domain.idleness import ends_idle
from wallet.domain.ids import entry_id
from wallet.domain.programs import Cost, Program, Reward
from wallet.domain.spending import is_to_be_had
from wallet.domain.tiers import holds_until, tier_of
from wallet.domain.times import write_time
from wallet.domain.tokens import link_token
from wallet.domain.vocabulary import ProgramKind
from wallet.services.commit import Committed

# What a card is given keeps its name as long as the programme has it; after that, its id.
_LOST_KIND = "gift"


def card_document(
    card: Card, program: Program, base_url: str, *, at: datetime | None = None
) -> CardOut:
    """The card under a version of its program. Links are absolute.

    `at` says when its rewards are asked for: with its last change, if nobody says otherwise.
    """
    state = card.state
    return CardOut(
        id=card.id,
        program_id=card.program_id,
        serial=card.serial,
        version=card.version,
        balance=Balance(state.points, state.stamps, program.stamps_target),
        pending=state.pending,
        owed=state.owed,
        carry=state.carry,
        tier=_tier(card, program),
        expiries=_expiries(card, program),
        rewards=[
            _reward(reward, card, program, at or card.updated_at) for reward in program.rewards
        ],
        offers=[_offer(held, program) for held in state.offers],
        barcode=card.barcode,
        code=card.code,
        updated_at=write_time(card.updated_at),
        links=card_links(card, base_url),
        status=state.status.value,
        merged_into=state.merged_into,
        referred_by=card.referred_by,
        visits=state.visits,
        holds=[
            HoldOut(entry_id(card.id, held.digest), write_time(held.until)) for held in state.holds
        ],
    )


def card_links(card: Card, base_url: str) -> Links:
    """Where the card's holder goes."""
    token = link_token(card.id, card.secret)
    return Links(
        card=f"{base_url}/c/{token}",
        apple=f"{base_url}/passes/{token}.pkpass",
        google=f"{base_url}/google/save/{token}",
    )


def outcome_document(committed: Committed, base_url: str) -> bytes:
    """The answer to a change of a card: the same bytes, whether written now or long ago."""
    from chalice_app.vouchers import voucher_of

    entry, card, program = committed.entry, committed.card, committed.program
    return msgspec.json.encode(
        {
            "entry": entry_document(entry),
            "card": card_document(card, program, base_url),
            "voucher": voucher_of(entry, program, card.locale),
        }
    )


def page_document(entries: list[Entry], cursor: str | None) -> bytes:
    """A page of entries."""
    documents = [entry_document(entry) for entry in entries]
    return msgspec.json.encode({"entries": documents, "cursor": cursor})


def _expiries(card: Card, program: Program) -> list[Expiry]:
    """What ends when, soonest first: lot by lot, or all of it once the card lies idle."""
    state, kind = card.state, program.kind
    ends = [(lot.expires_at, lot.units) for lot in state.lots if lot.expires_at]
    idle = ends_idle(program, state)
    if idle:
        ends = [(at, units) for at, units in ends if at <= idle]
        left = balance(state, kind) - sum(units for _, units in ends)
        ends += [(idle, left)] if left > 0 else []
    by_stamps = kind is ProgramKind.STAMPS
    return [
        Expiry(write_time(at), 0 if by_stamps else units, units if by_stamps else 0)
        for at, units in sorted(ends)
    ]


def _tier(card: Card, program: Program) -> Tier | None:
    """The tier that the card's last change left it with."""
    standing = card.state.standing
    if program.tiers is None or standing is None:
        return None
    tier, until = tier_of(program.tiers, standing), holds_until(program, standing)
    if tier is None or until is None:
        return None
    return Tier(tier.id, tier.name, standing.sum, write_time(until), tier.percent or None)


def _reward(reward: Reward, card: Card, program: Program, at: datetime) -> RewardOut:
    return RewardOut(
        id=reward.id,
        name=reward.name,
        kind=str(reward.kind),
        cost=_cost(reward.cost),
        available=is_to_be_had(program, card.state, reward, at),
        amount=reward.amount or None,
        percent=reward.percent or None,
        points=reward.points or None,
        url=reward.url or None,
        cause=reward.cause or None,
        confirm=reward.confirm,
    )


def _offer(held: HeldOffer, program: Program) -> OfferOut:
    offer = program.offer(held.offer)
    return OfferOut(
        id=held.id,
        name=offer.name if offer else held.offer,
        kind=str(offer.kind) if offer else _LOST_KIND,
        expires_at=write_time(held.expires_at),
    )


def _cost(cost: Cost) -> dict[str, int]:
    return {"stamps": cost.stamps} if cost.stamps else {"points": cost.points}
