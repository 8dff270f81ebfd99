"""Cards and entries as the API shows them."""

import msgspec

from chalice_app.schemas import Balance, CardOut, Expiry, Links, RewardOut
from wallet.domain.cards import Card
from wallet.domain.entries import Entry, entry_document
from wallet.domain.programs import Cost, Program, Reward
from wallet.domain.times import write_time
from wallet.domain.tokens import link_token
from wallet.services.commit import Committed


def card_document(card: Card, program: Program, base_url: str) -> CardOut:
    """The card under a version of its program. Links are absolute."""
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
        tier=None,
        expiries=[
            Expiry(write_time(lot.expires_at), lot.points) for lot in state.lots if lot.expires_at
        ],
        rewards=[_reward(reward, card) for reward in program.rewards],
        offers=[],
        barcode=card.barcode,
        code=card.code,
        updated_at=write_time(card.updated_at),
        links=card_links(card, base_url),
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
    return msgspec.json.encode(
        {
            "entry": entry_document(committed.entry),
            "card": card_document(committed.card, committed.program, base_url),
        }
    )


def page_document(entries: list[Entry], cursor: str | None) -> bytes:
    """A page of entries."""
    documents = [entry_document(entry) for entry in entries]
    return msgspec.json.encode({"entries": documents, "cursor": cursor})


def _reward(reward: Reward, card: Card) -> RewardOut:
    return RewardOut(
        id=reward.id,
        name=reward.name,
        kind=str(reward.kind),
        cost=_cost(reward.cost),
        available=card.state.points >= reward.cost.points
        and card.state.stamps >= reward.cost.stamps,
    )


def _cost(cost: Cost) -> dict[str, int]:
    return {"stamps": cost.stamps} if cost.stamps else {"points": cost.points}
