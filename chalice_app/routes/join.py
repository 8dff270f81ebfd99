"""Joining: a page that works without JavaScript, and the same address for web sites, in JSON.

Who joins has a card at once. The answer is the same whether or not the contact has a card already:
docs/decisions/0008.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import Struct, field

from chalice_app.api import check_size_and_type, read_body
from chalice_app.documents import card_links
from chalice_app.forms import Form, check_origin, read_form
from chalice_app.http import JSON, Answer, Call, json_answer, refusal
from chalice_app.joining import (
    TRAP,
    Read,
    Typed,
    application,
    consent_question,
    consent_texts,
    new_key,
    program_of,
    read,
    typed,
    without_data,
)
from chalice_app.languages import language_of
from chalice_app.mailing import send_letter
from chalice_app.pages import page, redirect
from chalice_app.problems import RequestError
from chalice_app.program_words import promise, rules_in_words
from wallet import runtime
from wallet.domain.consents import ConsentKind
from wallet.domain.errors import InvalidError
from wallet.domain.programs import Program
from wallet.domain.tokens import link_token
from wallet.services.join import (
    JOINS_WINDOW,
    Joined,
    is_publishable_key,
    join,
    may_join,
    network_of,
)

_WRONG, _TOO_MANY = 422, 429
# Shop, promise and rule: with more words than this, the line under the button is left out.
_WORDS_MAX = 13
_LONG_PROMISE = 44
_RETRY = str(int(JOINS_WINDOW.total_seconds()))
# A web site's own page may call this address: it names the programme with a key that is no secret,
# and no cookie of ours counts here.
_CORS = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {
    **_CORS,
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "86400",
}


class ConsentsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Which boxes were ticked."""

    email: bool = False
    on_pass: bool = field(default=False, name="pass")


class JoinIn(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a web site sends: a name, one of the contacts, what was ticked; `key` is its key."""

    name: str | None = None
    contact: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: Literal["en", "hu", "pl"] | None = None
    consents: ConsentsIn = ConsentsIn()
    key: str | None = None


def show(call: Call) -> Answer:
    """The page."""
    program = program_of(call.params["program_id"])
    return _page(call, program, Typed(key=new_key()))


def post(call: Call) -> Answer:
    """The form, or a web site's JSON."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        return _from_form(call)
    try:
        answer = _from_json(call)
    except Exception as error:  # noqa: BLE001  a refusal too is for the site's script to read
        answer = refusal(error, call.route)
    return msgspec.structs.replace(answer, headers={**answer.headers, **_CORS})


def preflight(call: Call) -> Answer:
    """What a browser asks before it sends another site's JSON."""
    program_of(call.params["program_id"])
    return Answer(status=204, content_type="", headers=_PREFLIGHT)


def _from_form(call: Call) -> Answer:
    form = read_form(call)
    program = program_of(call.params["program_id"])
    _check_sender(call, form, program)
    said, plain = typed(form), form.ticked("plain")
    got = without_data(said) if plain else read(said, program)
    faults = {"form": "again"} if form.text(TRAP) else got.faults
    if faults:
        return _page(call, program, said, status=_WRONG, faults=faults)
    if not may_join(runtime.edge(), program.id, call.source_ip, now=runtime.now()):
        return _page(call, program, said, status=_TOO_MANY, faults={"form": "often"})
    language = language_of(call, program.locale)
    joined = _join(program, got, language)
    welcome = str(got.contact.kind) if got.contact else "plain"
    return redirect(f"/c/{link_token(joined.card.id, joined.card.secret)}?welcome={welcome}")


def _from_json(call: Call) -> Answer:
    program = program_of(call.params["program_id"])
    check_size_and_type(call)
    body = read_body(call.body, JoinIn)
    given = call.headers.get("authorization", "").removeprefix("Bearer ").strip() or body.key
    if not is_publishable_key(runtime.vault(), program, given or ""):
        raise RequestError(
            "unauthenticated", 401, "Send the programme's publishable key: “Bearer pk_…”."
        )
    if not may_join(runtime.edge(), program.id, call.source_ip, now=runtime.now()):
        raise RequestError("too-many", _TOO_MANY, "Too many joined from there. Wait a while.")
    got = read(_said(call, body), program)
    _check(got, named=body.name is not None)
    joined = _join(program, got, body.locale or program.locale)
    links = card_links(joined.card, runtime.settings().base_url)
    return json_answer(msgspec.json.encode({"card": {"links": links}}), status=201)


def _said(call: Call, body: JoinIn) -> Typed:
    contacts = [text for text in (body.contact, body.email, body.phone) if text is not None]
    if len(contacts) > 1:
        raise InvalidError("contact", "give one of contact, email and phone")
    ticked = {
        ConsentKind.EMAIL: body.consents.email,
        ConsentKind.PASS: body.consents.on_pass,
    }
    key = call.headers.get("idempotency-key")
    return Typed(
        # A key is as hard to guess as the site made it, so it counts only where it came from: it
        # must not lead a stranger to the card of somebody whose address they know.
        key=f"{network_of(call.source_ip)}\n{key}" if key else new_key(),
        name=body.name or "",
        contact=contacts[0] if contacts else "",
        consents=frozenset(kind for kind, given in ticked.items() if given),
    )


_REASONS = {
    "empty": "must hold something to read",
    "long": "is too long",
    "wrong": "is neither an e-mail address nor a phone number",
}


def _check(got: Read, *, named: bool) -> None:
    """A web site need not ask for a name."""
    for name, fault in got.faults.items():
        if name != "name" or named:
            raise InvalidError(name, _REASONS[fault])


def _join(program: Program, got: Read, language: str) -> Joined:
    asked = application(got, program, language)
    joined = join(runtime.front_desk(), program, asked, now=runtime.now())
    send_letter(joined.letter)
    return joined


def _check_sender(call: Call, form: Form, program: Program) -> None:
    """A form comes from our own page, or from a site that names the programme by its key."""
    if not is_publishable_key(runtime.vault(), program, form.text("publishable_key")):
        check_origin(call)


def _page(
    call: Call,
    program: Program,
    said: Typed,
    *,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
) -> Answer:
    language = language_of(call, program.locale)
    title = promise(program, language)
    rules = rules_in_words(program, language)
    words = len(" ".join((program.name, title, *rules[:1])).split())
    return page(
        call,
        "join.html",
        status=status,
        fallback=program.locale,
        headers={"Retry-After": _RETRY} if status == _TOO_MANY else None,
        program=program,
        title=title,
        is_long=len(title) > _LONG_PROMISE,
        rule=rules[0] if rules else "",
        brief=words > _WORDS_MAX,
        question=consent_question(program, language),
        consents=consent_texts(language),
        said=said,
        faults=faults or {},
        trap=TRAP,
    )
