"""Cards of the API: read, earn, redeem, history."""

from typing import TYPE_CHECKING, Any

import msgspec

from chalice_app.api import Ask, check_one, operation, time_of
from chalice_app.baskets import basket_digest, basket_items
from chalice_app.documents import card_document, outcome_document, page_document
from chalice_app.http import Answer, json_answer
from chalice_app.numbers import read_whole
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
from wallet.domain.program_document import clean_text
from wallet.services.commit import Committed, own_card, program_in_force

if TYPE_CHECKING:
    from wallet.domain.purchases import Award, Purchase

_LIMIT = 50
_LIMIT_MAX = 100


@operation(answer=CardOut)
def get(ask: Ask[None]) -> Answer:
    """A card."""
    card = own_card(runtime.ledger(), ask.key.merchant_id, card_id_of(ask))
    program = program_in_force(runtime.books(), card, runtime.now())
    document = card_document(card, program, runtime.settings().base_url, at=runtime.now())
    return json_answer(msgspec.json.encode(document))


@operation(body=Earn, answer=Outcome, statuses=(201, 200))
def post_earn(ask: Ask[Earn]) -> Answer:
    """Gives what a purchase is worth, or exactly so many stamps or points."""
    # Here and below: a cold start that only reads a card does not load the engine.
    from wallet.services.earn import Circumstances, earn, earn_by_code

    body, books = ask.body, runtime.books()
    check_one(
        purchase=body.purchase,
        stamps=body.stamps,
        points=body.points,
        action=body.action,
        code=body.code,
    )
    act, card_id = ask.act_on_body(), card_id_of(ask)
    told = Circumstances(
        location_id=body.location_id,
        occurred_at=time_of("occurred_at", body.occurred_at),
        insist=body.override,
        once=True,
    )
    if body.code is not None:
        codes = runtime.code_press().codes
        return answer_of(earn_by_code(books, codes, act, card_id, body.code, told=told))
    return answer_of(earn(books, act, card_id, award_of(body), told))


@operation(body=Redeem, answer=Outcome, statuses=(201, 200))
def post_redeem(ask: Ask[Redeem]) -> Answer:
    """Takes the cost of a reward, or points, off a card."""
    from wallet.services.redeem import redeem_offer, redeem_points, redeem_reward

    body, books, card_id = ask.body, runtime.books(), card_id_of(ask)
    check_one(reward_id=body.reward_id, offer_id=body.offer_id, points=body.points)
    act = ask.act_on_body()
    if body.reward_id is not None:
        done = redeem_reward(
            books,
            act,
            card_id,
            body.reward_id,
            confirmed=body.confirmed,
            location_id=body.location_id,
        )
    elif body.offer_id is not None:
        done = redeem_offer(books, act, card_id, body.offer_id)
    else:
        done = redeem_points(books, act, card_id, body.points or 0)
    return answer_of(done)


@operation(body=Reverse, answer=Outcome, statuses=(201, 200))
def post_reverse(ask: Ask[Reverse]) -> Answer:
    """Takes an entry back: all that is left of it, or what a refund of `amount` stands for."""
    from wallet.services.take_back import take_back

    entry_id, amount = ask.call.params["entry_id"], ask.body.amount
    return answer_of(take_back(runtime.books(), ask.act_on_body(), entry_id, refund=amount))


@operation(answer=EntryPage)
def get_entries(ask: Ask[None]) -> Answer:
    """The history of a card, newest first.

    `limit` 1 to 100 (50), `cursor` from the page before.
    """
    limit, before = _limit(ask.call.query.get("limit")), _before(ask.call.query.get("cursor"))
    card = own_card(runtime.ledger(), ask.key.merchant_id, card_id_of(ask))
    entries, more = runtime.ledger().entries(card.id, before=before, limit=limit)
    cursor = str(entries[-1].seq) if more else None
    return json_answer(page_document(list(entries), cursor))


def answer_of(committed: Committed) -> Answer:
    """The answer to a change of a card."""
    document = outcome_document(committed, runtime.settings().base_url)
    return json_answer(document, status=200 if committed.replayed else 201)


def card_id_of(ask: Ask[Any]) -> CardId:
    """The card that the path names. Raises NotFoundError."""
    text = ask.call.params["card_id"]
    if not is_id(text):
        raise NotFoundError("card")
    return CardId(text)


def award_of(body: Earn) -> "Award":
    """What was earned by."""
    from wallet.domain.purchases import Action, Gift

    if body.purchase:
        return _purchase(body.purchase)
    if body.action is not None:
        return Action(name=body.action)
    return Gift(points=body.points or 0, stamps=body.stamps or 0)


def _purchase(said: PurchaseIn) -> "Purchase":
    from wallet.domain.purchases import Purchase

    reference = clean_text(said.reference) if said.reference else ""
    if said.reference is not None and not reference:
        raise InvalidError("purchase.reference", "must hold something to read")
    return Purchase(
        amount=said.amount,
        currency=said.currency,
        reference=reference or None,
        basket=basket_digest(said.items),
        tax=said.tax or 0,
        items=basket_items(said.items),
    )


def _limit(text: str | None) -> int:
    limit = _LIMIT if text is None else read_whole(text) or 0
    if not 1 <= limit <= _LIMIT_MAX:
        raise InvalidError("limit", f"must be a whole number from 1 to {_LIMIT_MAX}")
    return limit


def _before(text: str | None) -> int | None:
    before = None if text is None else read_whole(text)
    if text is not None and before is None:
        raise InvalidError("cursor", "is not one that a page gave")
    return before
