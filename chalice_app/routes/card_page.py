"""The customer's card: how far it is, the way into both wallets, rewards, history, consents.

Whoever has the link has the card; a wrong proof and an unknown card look the same.
"""

import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from msgspec import Struct

from chalice_app.documents import card_links
from chalice_app.formats import day, number
from chalice_app.forms import check_origin, read_form
from chalice_app.history import Happening, happenings
from chalice_app.holders import card_of_holder
from chalice_app.http import Answer, Call
from chalice_app.joining import consent_question, consent_texts, friends_link
from chalice_app.languages import language_of
from chalice_app.numbers import read_whole
from chalice_app.pages import PRIVATE, page, redirect
from chalice_app.program_words import cost_in_words, promise, units
from chalice_app.qr import qr_code
from chalice_app.referral_words import friends_part_in_words
from chalice_app.rule_words import referrals_in_words
from wallet import runtime
from wallet.domain.cards import Card, Status
from wallet.domain.consents import Consent, ConsentKind
from wallet.domain.entries import Entry
from wallet.domain.programs import Program, Reward
from wallet.domain.sentences import nearest_reward, say_next
from wallet.domain.spending import is_to_be_had
from wallet.domain.times import cut
from wallet.domain.vocabulary import ProgramKind
from wallet.services.commit import program_in_force
from wallet.services.find_cards import follow
from wallet.texts import texts

_SHORT, _LONG = 10, 50
# What somebody has just joined with: they are greeted, and the wallets stand first.
_WELCOMES = ("email", "phone", "plain")


class Prize(Struct, frozen=True, kw_only=True):
    """A reward with its price in words, and how much is missing.

    Nothing when `missing` is empty; it is `ready` if it can be had now.
    """

    name: str
    cost: str
    missing: str
    ready: bool


class Present(Struct, frozen=True, kw_only=True):
    """An offer that this card has, and until when."""

    name: str
    until: str


class View(Struct, frozen=True, kw_only=True):
    """A card, the version of its programme in force, and the language to speak."""

    token: str
    card: Card
    program: Program
    language: str


def show(call: Call) -> Answer:
    """The card."""
    view = _view(call)
    card, program, language = view.card, view.program, view.language
    entries, more = runtime.ledger().entries(card.id, before=None, limit=_SHORT)
    links = card_links(card, runtime.settings().base_url)
    stamps = program.kind is ProgramKind.STAMPS
    write = partial(number, language=language)
    reward = nearest_reward(card, program)
    welcome = call.query.get("welcome", "")
    closed = card.state.status is not Status.ACTIVE
    return _page(
        call,
        view,
        "card.html",
        headline=say_next(card, program, texts(language), write=write) or program.name,
        balance=f"{card.state.stamps} / {program.stamps_target}"
        if stamps
        else write(card.state.points),
        strip_label=_strip_label(card, program, language),
        stamps=card.state.stamps,
        reward=reward.name if reward else "",
        code=qr_code(card.barcode),
        links=links,
        platform=_platform(call),
        own_code=qr_code(links.card),
        rewards=[_prize(each, view) for each in program.rewards],
        offers=_presents(view),
        pending=_pending(view),
        closed=closed,
        deals=[] if closed else referrals_in_words(program, language),
        friends_link=friends_link(card, program),
        share_text=friends_part_in_words(program, language) or promise(program, language),
        history=_lines(entries, view),
        more=more,
        welcome=welcome if welcome in _WELCOMES else "",
    )


def history(call: Call) -> Answer:
    """All of the history, a page at a time."""
    view = _view(call)
    before = read_whole(call.query.get("before", ""))
    entries, more = runtime.ledger().entries(view.card.id, before=before, limit=_LONG)
    return _page(
        call,
        view,
        "history.html",
        history=_lines(entries, view),
        older=entries[-1].seq if more else None,
    )


def consents(call: Call) -> Answer:
    """What the holder allowed, to be changed."""
    view = _view(call)
    return _page(
        call,
        view,
        "consents.html",
        question=consent_question(view.program, view.language),
        consents=consent_texts(view.language),
        given=_given(view.card),
        saved="saved" in call.query,
    )


def change_consents(call: Call) -> Answer:
    """Keeps each box that was changed as an act of its own."""
    check_origin(call)
    form = read_form(call)
    view = _view(call)
    given, words = _given(view.card), consent_texts(view.language)
    for kind in ConsentKind:
        ticked = form.ticked(f"consent_{kind}")
        if ticked is not (kind in given):
            consent = Consent(
                kind=kind,
                given=ticked,
                text=f"{consent_question(view.program, view.language)} {words[kind]}",
                language=view.language,
                at=cut(runtime.now()),
            )
            runtime.consents().add(view.card.member_id, consent)
    return redirect(f"/c/{view.token}/consents?saved=1")


def _view(call: Call) -> View:
    token = call.params["card_token"]
    # The link to a card that was merged leads to the one that has what it held.
    card = follow(runtime.books(), card_of_holder(token))
    return View(
        token=token,
        card=card,
        program=program_in_force(runtime.books(), card, runtime.now()),
        language=language_of(call, card.locale),
    )


def _page(call: Call, view: View, template: str, **context: Any) -> Answer:
    return page(
        call,
        template,
        fallback=view.card.locale,
        headers=PRIVATE,
        token=view.token,
        card=view.card,
        program=view.program,
        **context,
    )


def _lines(entries: Iterable[Entry], view: View) -> list[Happening]:
    programs, now = runtime.programs(), runtime.now()
    return happenings(entries, view.program, programs, view.language, now=now)


def _given(card: Card) -> frozenset[ConsentKind]:
    """The kinds whose newest act is a yes."""
    newest: dict[ConsentKind, bool] = {}
    for act in runtime.consents().acts(card.member_id):
        newest.setdefault(act.kind, act.given)
    return frozenset(kind for kind, given in newest.items() if given)


def _platform(call: Call) -> str:
    """`apple`, `google`, or empty for what is no phone. A guess: it only decides what is first."""
    agent = call.headers.get("user-agent", "")
    if "Android" in agent:
        return "google"
    return "apple" if re.search(r"iPhone|iPad|iPod", agent) else ""


def _strip_label(card: Card, program: Program, language: str) -> str:
    if program.stamps_target is None:
        return units(card.state.points, ProgramKind.POINTS, language)
    sentence = texts(language).gettext("{count} of {target} stamps")
    return sentence.format(count=card.state.stamps, target=program.stamps_target)


def _prize(reward: Reward, view: View) -> Prize:
    state, language = view.card.state, view.language
    missing = state.missing(reward.cost).units
    sentence = texts(language).ngettext("{count} missing", "{count} missing", missing)
    return Prize(
        name=reward.name,
        cost=cost_in_words(reward.cost, language),
        missing=sentence.format(count=number(missing, language)) if missing else "",
        ready=is_to_be_had(view.program, state, reward, runtime.now()),
    )


def _presents(view: View) -> list[Present]:
    """The offers that have not ended, as far as the programme still knows them."""
    program, language, now = view.program, view.language, runtime.now()
    until = texts(language).gettext("until {day}")
    known = ((held, program.offer(held.offer)) for held in view.card.state.offers)
    return [
        Present(
            name=offer.name,
            until=until.format(day=day(held.expires_at, program.time_zone, language)),
        )
        for held, offer in known
        if offer and held.expires_at >= now
    ]


def _pending(view: View) -> str:
    """That something counts later; empty if nothing does."""
    say, count = texts(view.language), view.card.state.pending
    if not count:
        return ""
    if view.program.kind is ProgramKind.STAMPS:
        said = say.ngettext("{count} stamp counts later.", "{count} stamps count later.", count)
    else:
        said = say.ngettext("{count} point counts later.", "{count} points count later.", count)
    return said.format(count=number(count, view.language))
