"""Cards of the API: what a merchant does to one by hand."""

from chalice_app.acts import Adjust, Close, GiveOffer, Merge
from chalice_app.api import Ask, check_one, operation
from chalice_app.http import Answer
from chalice_app.routes.cards import answer_of, card_id_of
from chalice_app.schemas import Outcome
from wallet import runtime
from wallet.domain.cards import Status
from wallet.domain.errors import InvalidError, NotFoundError
from wallet.domain.ids import CardId, is_id
from wallet.domain.merchants import Scope
from wallet.domain.program_document import clean_text
from wallet.domain.purchases import Gift
from wallet.services.adjust import adjust, close_card, give_offer
from wallet.services.merge_cards import merge_cards


@operation(body=Adjust, answer=Outcome, scope=Scope.FULL, statuses=(201, 200))
def post_adjust(ask: Ask[Adjust]) -> Answer:
    """Adds points or stamps to a card, or takes them off, because somebody says so and why."""
    body = ask.body
    check_one(points=body.points, stamps=body.stamps)
    for name, change in (("points", body.points), ("stamps", body.stamps)):
        if change == 0:
            raise InvalidError(name, "must not be 0")
    gift = Gift(points=body.points or 0, stamps=body.stamps or 0)
    reason = _reason(body.reason)
    card_id = card_id_of(ask)
    return answer_of(adjust(runtime.books(), ask.act_on_body(), card_id, gift, reason=reason))


@operation(body=GiveOffer, answer=Outcome, statuses=(201, 200))
def post_offer(ask: Ask[GiveOffer]) -> Answer:
    """Gives a card one of the programme's offers."""
    act, card_id = ask.act_on_body(), card_id_of(ask)
    return answer_of(give_offer(runtime.books(), act, card_id, ask.body.offer_id))


@operation(body=Close, answer=Outcome, scope=Scope.FULL, statuses=(201, 200))
def post_close(ask: Ask[Close]) -> Answer:
    """Closes a card or makes it void; reversing the entry opens it again."""
    body, card_id = ask.body, card_id_of(ask)
    reason = _reason(body.reason) if body.reason is not None else None
    status = Status(body.status)
    act = ask.act_on_body()
    return answer_of(close_card(runtime.books(), act, card_id, status, reason=reason))


@operation(body=Merge, answer=Outcome, scope=Scope.FULL, statuses=(201, 200))
def post_merge(ask: Ask[Merge]) -> Answer:
    """Empties another card of the same person into this one; reversing the entry undoes it."""
    card_id, other_id = card_id_of(ask), ask.body.card_id
    if not is_id(other_id):
        raise NotFoundError("card")
    return answer_of(merge_cards(runtime.books(), ask.act_on_body(), card_id, CardId(other_id)))


def _reason(said: str) -> str:
    reason = clean_text(said)
    if not reason:
        raise InvalidError("reason", "must hold something to read")
    return reason
