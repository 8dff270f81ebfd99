"""Cards of the API: read, earn, redeem, history."""

from typing import Any

import msgspec

from chalice_app.api import Ask, check_one, operation
from chalice_app.baskets import basket_digest
from chalice_app.documents import card_document, outcome_document, page_document
from chalice_app.http import Answer, json_answer
from chalice_app.schemas import (
    CardOut,
    Earn,
    EntryPage,
    Outcome,
    PurchaseIn,
    Redeem,
    Reverse,
)
from wallet import runtime
from wallet.domain.errors import InvalidError, NotFoundError
from wallet.domain.ids import CardId, is_id
from wallet.domain.ledger import Gift, Purchase
from wallet.domain.program_document import clean_text
from wallet.domain.times import read_time
from wallet.services.commit import Committed, own_card, program_in_force
from wallet.services.earn import earn
from wallet.services.redeem import redeem_offer, redeem_points, redeem_reward
from wallet.services.reverse import reverse

_LIMIT = 50
_LIMIT_MAX = 100
_SEQ_DIGITS_MAX = 12


@operation(answer=CardOut)
def get(ask: Ask[None]) -> Answer:
    """A card."""
    card = own_card(runtime.ledger(), ask.key.merchant_id, _card_id(ask))
    program = program_in_force(runtime.books(), card, runtime.now())
    document = card_document(card, program, runtime.settings().base_url)
    return json_answer(msgspec.json.encode(document))


@operation(body=Earn, answer=Outcome, statuses=(201, 200))
def post_earn(ask: Ask[Earn]) -> Answer:
    """Gives what a purchase is worth, or exactly so many stamps or points."""
    body = ask.body
    check_one(purchase=body.purchase, stamps=body.stamps, points=body.points)
    award = (
        _purchase(body.purchase)
        if body.purchase
        else Gift(points=body.points or 0, stamps=body.stamps or 0)
    )
    occurred_at = read_time(body.occurred_at) if body.occurred_at is not None else None
    if body.occurred_at is not None and occurred_at is None:
        raise InvalidError("occurred_at", "must be an RFC 3339 time with Z or an offset")
    return _answer(
        earn(
            runtime.books(),
            ask.act_on_body(),
            _card_id(ask),
            award,
            location_id=body.location_id,
            occurred_at=occurred_at,
        )
    )


@operation(body=Redeem, answer=Outcome, statuses=(201, 200))
def post_redeem(ask: Ask[Redeem]) -> Answer:
    """Takes the cost of a reward, or points, off a card."""
    body, books, card_id = ask.body, runtime.books(), _card_id(ask)
    check_one(reward_id=body.reward_id, offer_id=body.offer_id, points=body.points)
    act = ask.act_on_body()
    if body.reward_id is not None:
        return _answer(redeem_reward(books, act, card_id, body.reward_id))
    if body.offer_id is not None:
        return _answer(redeem_offer(books, act, card_id, body.offer_id))
    return _answer(redeem_points(books, act, card_id, body.points or 0))


@operation(body=Reverse, answer=Outcome, statuses=(201, 200))
def post_reverse(ask: Ask[Reverse]) -> Answer:
    """Takes an entry back: all that is left of it, or what a refund of `amount` stands for."""
    entry_id = ask.call.params["entry_id"]
    return _answer(reverse(runtime.books(), ask.act_on_body(), entry_id, refund=ask.body.amount))


@operation(answer=EntryPage)
def get_entries(ask: Ask[None]) -> Answer:
    """The history of a card, newest first.

    `limit` 1 to 100 (50), `cursor` from the page before.
    """
    limit, before = _limit(ask.call.query.get("limit")), _before(ask.call.query.get("cursor"))
    card = own_card(runtime.ledger(), ask.key.merchant_id, _card_id(ask))
    entries, more = runtime.ledger().entries(card.id, before=before, limit=limit)
    cursor = str(entries[-1].seq) if more else None
    return json_answer(page_document(list(entries), cursor))


def _answer(committed: Committed) -> Answer:
    document = outcome_document(committed, runtime.settings().base_url)
    return json_answer(document, status=200 if committed.replayed else 201)


def _purchase(said: PurchaseIn) -> Purchase:
    reference = clean_text(said.reference) if said.reference else ""
    if said.reference is not None and not reference:
        raise InvalidError("purchase.reference", "must hold something to read")
    return Purchase(
        amount=said.amount,
        currency=said.currency,
        reference=reference or None,
        basket=basket_digest(said.items),
    )


def _card_id(ask: Ask[Any]) -> CardId:
    text = ask.call.params["card_id"]
    if not is_id(text):
        raise NotFoundError("card")
    return CardId(text)


def _limit(text: str | None) -> int:
    if text is None:
        return _LIMIT
    limit = int(text) if text.isascii() and text.isdigit() and len(text) <= _SEQ_DIGITS_MAX else 0
    if not 1 <= limit <= _LIMIT_MAX:
        raise InvalidError("limit", f"must be a whole number from 1 to {_LIMIT_MAX}")
    return limit


def _before(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _SEQ_DIGITS_MAX):
        raise InvalidError("cursor", "is not one that a page gave")
    return int(text)
