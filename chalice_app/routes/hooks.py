"""The generic hook: any till or web shop tells of its sales, signed per Standard Webhooks 1.0.

docs/hooks.md is the page for those who send.
"""

from collections.abc import Callable, Mapping

from chalice_app.api import Open, check_size_and_type, read_body
from chalice_app.hook_messages import (
    ClaimOut,
    Envelope,
    HookAnswer,
    Message,
    RewardQuoted,
    RewardRedeemed,
    SaleCompleted,
    SaleRefunded,
    answer_document,
    quote_document,
    read_sale,
    read_word,
)
from chalice_app.http import Answer, Call, json_answer
from chalice_app.problems import RequestError, Slug
from wallet import runtime
from wallet.domain.errors import InvalidError, KeyReusedError
from wallet.domain.hooks import Hook, Named, Sale, sale_digest
from wallet.domain.standard_webhooks import ID_HEADER, Flaw
from wallet.domain.times import write_time
from wallet.services.claim import claim_ends, claim_token
from wallet.services.hooks import check_repeated, flaw_of, note_taken, open_hook
from wallet.services.sales_desk import Status, Taken, Why
from wallet.services.till_refunds import refund_of, take_refund
from wallet.services.till_rewards import Redeemed, quote_reward, take_reward
from wallet.services.till_sales import take_sale

_ACCEPTED = 202
_FLAWS: Mapping[Flaw, tuple[Slug, str]] = {
    Flaw.UNSIGNED: (
        Slug.UNSIGNED,
        "Sign the call: webhook-id, webhook-timestamp, webhook-signature.",
    ),
    Flaw.MALFORMED: (
        Slug.MALFORMED_HEADERS,
        "webhook-id is 1 to 255 visible characters, webhook-timestamp seconds since 1970.",
    ),
    Flaw.FORGED: (
        Slug.BAD_SIGNATURE,
        "The signature is not that of these bytes under this hook's secret.",
    ),
    Flaw.STALE: (
        Slug.STALE_TIMESTAMP,
        "webhook-timestamp is more than five minutes off. Sign each try anew; check the clock.",
    ),
}
# What the use cases name in their own words, as the sender named it.
_FIELDS = {
    "purchase.currency": "data.currency",
    "purchase.reference": "data.sale_id",
    "reward_id": "data.reward_id",
}
_TOLD_OTHERWISE = (
    Slug.KEY_REUSED,
    "This sale, refund or webhook-id was told otherwise before; what was told first stands.",
)
_NO_CARD = (Slug.UNKNOWN_CARD, "This shop has no card of that name.")


def _take(call: Call) -> Answer:
    """Takes what a till system or web shop tells of a sale; types that we do not know are ignored.

    The call is signed as https://www.standardwebhooks.com says.
    """
    rack, now = runtime.hook_rack(), runtime.now()
    hook = open_hook(rack, call.params["hook_id"])
    check_size_and_type(call)
    flaw = flaw_of(rack, hook, call.headers, call.body, now=now)
    if flaw is not None:
        raise RequestError(*_FLAWS[flaw])
    envelope = read_body(call.body, Envelope)
    message_id = call.headers[ID_HEADER]
    try:
        check_repeated(rack, hook, message_id, call.body, now=now)
        answer = _TAKERS.get(envelope.type, _ignore)(hook, call.body)
    except KeyReusedError:
        raise RequestError(*_TOLD_OTHERWISE) from None
    except InvalidError as error:
        raise InvalidError(_FIELDS.get(error.field, error.field), error.reason) from None
    note_taken(rack, hook, message_id, call.body, now=now)
    return answer


def _sale(hook: Hook, body: bytes) -> Answer:
    now, message = runtime.now(), read_body(body, SaleCompleted)
    sale = read_sale(hook, message, now=now)
    named = message.data.card.named() if message.data.card else None
    return _answer(take_sale(runtime.sales_desk(), hook, sale, named, now=now))


def _refund(hook: Hook, body: bytes) -> Answer:
    now, said = runtime.now(), read_body(body, SaleRefunded).data
    sale_id = read_word("data.sale_id", said.sale_id)
    refund_id = read_word("data.refund_id", said.refund_id)
    refund = refund_of(hook.id, sale_id, refund_id, said.amount, now=now)
    digest = sale_digest(hook.id, sale_id)
    return _answer(take_refund(runtime.sales_desk(), digest, refund, now=now))


def _quote(hook: Hook, body: bytes) -> Answer:
    message = read_body(body, RewardQuoted)
    named, reward_id = _named(message), message.data.reward_id
    quote = quote_reward(runtime.sales_desk(), hook, named, reward_id, now=runtime.now())
    if quote is None:
        raise RequestError(*_NO_CARD)
    return json_answer(quote_document(quote, runtime.settings().base_url))


def _redeem(hook: Hook, body: bytes) -> Answer:
    message = read_body(body, RewardRedeemed)
    named, said = _named(message), message.data
    told = Redeemed(
        sale_id=said.sale_id,
        named=named,
        reward_id=said.reward_id,
        confirmed=said.confirmed,
        location_id=said.location_id,
    )
    taken = take_reward(runtime.sales_desk(), hook, told, now=runtime.now())
    if taken is None:
        raise RequestError(*_NO_CARD)
    return _answer(taken)


def _named(message: RewardQuoted | RewardRedeemed) -> Named:
    read_word("data.sale_id", message.data.sale_id)
    named = message.data.card.named()
    if named is None:
        raise InvalidError("data.card", "name the card")
    return named


def _ignore(_hook: Hook, _body: bytes) -> Answer:
    return _answer(Taken(status=Status.IGNORED, why=Why.UNKNOWN_TYPE))


_TAKERS: Mapping[str, Callable[[Hook, bytes], Answer]] = {
    "sale.completed": _sale,
    "sale.refunded": _refund,
    "reward.quoted": _quote,
    "reward.redeemed": _redeem,
}


def _answer(taken: Taken) -> Answer:
    base_url = runtime.settings().base_url
    claim = _claim(taken.waiting, base_url) if taken.waiting else None
    status = _ACCEPTED if taken.status is Status.PENDING else 200
    return json_answer(answer_document(taken, base_url, claim=claim), status=status)


def _claim(sale: Sale, base_url: str) -> ClaimOut:
    token = claim_token(runtime.vault(), sale)
    return ClaimOut(url=f"{base_url}/claim/{token}", expires_at=write_time(claim_ends(sale)))


post_generic = Open(
    handle=_take, body=Message, answer=HookAnswer, statuses=(200, _ACCEPTED), proof="webhook"
)
