"""Why an entry is what it is, for the card's holder and for the shop."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from chalice_app.console import console_language, console_page, named_card
from chalice_app.explanation_words import step_text
from chalice_app.history import happenings, signed
from chalice_app.holders import card_of_holder, check_entry
from chalice_app.http import Answer, Call
from chalice_app.languages import language_of
from chalice_app.pages import PRIVATE, page
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.explanation.steps import Say, Step
from wallet.services.explain import explain_entry
from wallet.services.sessions import SessionKind

# Why the shop changed something by hand is the shop's own note.
_SHOPS_OWN = frozenset({Say.REASON})


class Reason(Struct, frozen=True, kw_only=True):
    """One step. `rule` and `change` may be empty; `change` has its sign."""

    text: str
    rule: str
    change: str
    is_plus: bool


def show(call: Call) -> Answer:
    """The holder's page."""
    token = call.params["card_token"]
    card = card_of_holder(token)
    language = language_of(call, card.locale)
    return page(
        call,
        "why.html",
        fallback=card.locale,
        headers=PRIVATE,
        token=token,
        **_told(call, card, language, without=_SHOPS_OWN, rules=False),
    )


def show_to_shop(call: Call) -> Answer:
    """The shop's page: with the rules' ids, and its own notes."""
    session = needed_session(call, SessionKind.CONSOLE)
    card = named_card(call, session)
    language = console_language(call, session)
    told = _told(call, card, language, without=frozenset(), rules=True)
    return console_page(call, "member_why.html", session, tab="members", card=card, **told)


def _told(
    call: Call, card: Card, language: str, *, without: frozenset[Say], rules: bool
) -> dict[str, Any]:
    """What both pages say."""
    entry_id = call.params["entry_id"]
    check_entry(card, entry_id)
    entry, program, explained = explain_entry(runtime.books(), card.merchant_id, entry_id)
    (line,) = happenings([entry], program, runtime.programs(), language, now=runtime.now())
    version, *steps = (step for step in explained.steps if step.says[0] not in without)
    return {
        "program": program,
        "line": line,
        "version": step_text(version, language),
        "steps": list(_reasons(steps, language, rules=rules)),
    }


def _reasons(steps: Iterable[Step], language: str, *, rules: bool) -> Iterable[Reason]:
    for step in steps:
        yield Reason(
            text=step_text(step, language),
            rule=step.rule_id or "" if rules else "",
            change=signed(step.adds, language) if step.adds else "",
            is_plus=step.adds > 0,
        )
