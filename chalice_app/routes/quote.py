"""What an earn or a redeem would do, without doing it."""

from typing import Any

import msgspec

from chalice_app.api import Ask, check_one, operation, time_of
from chalice_app.documents import card_document
from chalice_app.explanation_documents import step_documents
from chalice_app.http import Answer, json_answer
from chalice_app.problems import problem_of
from chalice_app.quote_schemas import Quote, QuotedEntry, QuoteOut
from chalice_app.routes.cards import award_of, card_id_of
from chalice_app.schemas import Balance, LineOut
from wallet import runtime
from wallet.domain.entries import Entry
from wallet.domain.errors import WalletError
from wallet.services.earn import Circumstances
from wallet.services.quote import (
    Code,
    OfferWanted,
    PointsWanted,
    Quoted,
    RewardWanted,
    Wanted,
    quote,
)

_ONE_OF = ("purchase", "stamps", "points", "action", "code", "reward_id", "offer_id", "spend")


@operation(body=Quote, answer=QuoteOut)
def post(ask: Ask[Quote]) -> Answer:
    """What an earn or a redeem would do. Nothing is written, and the key is not used up."""
    body = ask.body
    check_one(**{name: getattr(body, name) for name in _ONE_OF})
    told = Circumstances(
        location_id=body.location_id,
        occurred_at=time_of("occurred_at", body.occurred_at),
        insist=body.override,
        once=True,
    )
    quoted = quote(runtime.quote_reader(), ask.act_on_body(), card_id_of(ask), _wanted(body), told)
    return json_answer(msgspec.json.encode(_document(quoted)))


def _wanted(body: Quote) -> Wanted:
    if body.code is not None:
        return Code(typed=body.code)
    if body.reward_id is not None:
        return RewardWanted(reward_id=body.reward_id, confirmed=body.confirmed)
    if body.offer_id is not None:
        return OfferWanted(offer_id=body.offer_id)
    if body.spend is not None:
        return PointsWanted(points=body.spend)
    return award_of(body)


def _document(quoted: Quoted) -> QuoteOut:
    base_url, now = runtime.settings().base_url, runtime.now()
    return QuoteOut(
        entry=_entry(quoted.entry) if quoted.entry else None,
        card=card_document(quoted.card, quoted.program, base_url, at=now),
        explanation=step_documents(quoted.steps, quoted.program.kind),
        refusal=_refusal(quoted.refusal) if quoted.refusal else None,
    )


def _entry(entry: Entry) -> QuotedEntry:
    after = entry.after
    return QuotedEntry(
        kind=str(entry.kind),
        points=entry.points,
        stamps=entry.stamps,
        balance_after=Balance(after.points, after.stamps, entry.stamps_target),
        lines=[LineOut(line.rule_id, line.points, line.stamps) for line in entry.lines],
        program_version=entry.program_version,
    )


def _refusal(error: WalletError) -> dict[str, Any]:
    """The problem document, without the status that it would have."""
    problem = problem_of(error)
    if problem is None:
        raise error
    document: dict[str, Any] = msgspec.json.decode(problem.body())
    return {name: value for name, value in document.items() if name != "status"}
