"""Joining from another web site: the same address as the page, in JSON, for scripts.

The site names the programme with a key that is no secret, and no cookie of ours counts here, so
any site's script may call, and read every answer.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from chalice_app.api import bearer_of, check_size_and_type, read_body, read_idempotency_key
from chalice_app.documents import card_links
from chalice_app.forms import new_key
from chalice_app.http import Answer, Call, json_answer, refusal
from chalice_app.joining import NAME_CHARS_MAX, Read, Typed, enter, program_of, read
from chalice_app.problems import RequestError, Slug
from chalice_app.schemas import Links
from wallet import runtime
from wallet.domain.canonical import fingerprint
from wallet.domain.consents import ConsentKind
from wallet.domain.contacts import CONTACT_CHARS_MAX
from wallet.domain.errors import InvalidError
from wallet.services.join import JOINS_WINDOW, is_publishable_key, may_join, network_of

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "86400",
}
_REFUSED = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": str(int(JOINS_WINDOW.total_seconds()))},
}
# A card's id, or the code under its barcode as somebody types it.
_REF_CHARS_MAX = 40
_CONTACT = Annotated[str, Meta(min_length=1, max_length=CONTACT_CHARS_MAX)]


class ConsentsIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Which boxes were ticked."""

    email: bool = False
    on_pass: bool = field(default=False, name="pass")


class JoinIn(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Who joins: exactly one of `contact`, `email` and `phone`.

    `contact` is what was typed into a field that takes either. `referral_code` names the card
    whose holder sent them; one that names none is no fault. `key` is the publishable key, for who
    cannot send it as a header.
    """

    name: Annotated[str, Meta(min_length=1, max_length=NAME_CHARS_MAX)] | None = None
    contact: _CONTACT | None = None
    email: _CONTACT | None = None
    phone: _CONTACT | None = None
    locale: Literal["en", "hu", "pl"] | None = None
    consents: ConsentsIn = ConsentsIn()
    referral_code: Annotated[str, Meta(max_length=_REF_CHARS_MAX)] | None = None
    key: str | None = None


class JoinedCard(Struct):
    """The new card."""

    links: Links


class JoinedOut(Struct):
    """The same for whoever joins: it does not tell whether the contact had a card."""

    card: JoinedCard


def post(call: Call) -> Answer:
    """A card; a refusal too is for the site's script to read."""
    try:
        answer = _joined(call)
    except Exception as error:  # noqa: BLE001  the outermost edge
        answer = refusal(error, call.route)
    headers = {**answer.headers, **_REFUSED.get(answer.status, {}), **_CORS}
    return msgspec.structs.replace(answer, headers=headers)


def preflight(call: Call) -> Answer:
    """What a browser asks before it sends another site's JSON."""
    program_of(call.params["program_id"])
    return Answer(status=204, content_type="", headers=_PREFLIGHT)


def _joined(call: Call) -> Answer:
    program = program_of(call.params["program_id"])
    check_size_and_type(call)
    body = read_body(call.body, JoinIn)
    if not is_publishable_key(runtime.vault(), program, bearer_of(call) or body.key or ""):
        raise RequestError(
            Slug.UNAUTHENTICATED, "Send the programme's publishable key: “Bearer pk_…”."
        )
    if not may_join(runtime.edge(), program.id, call.source_ip, now=runtime.now()):
        raise RequestError(Slug.TOO_MANY, "Too many joined from there. Wait a while.")
    got = read(_said(call, body), program)
    _check(got, named=body.name is not None)
    joined = enter(program, got, body.locale or program.locale)
    links = card_links(joined.card, runtime.settings().base_url)
    return json_answer(msgspec.json.encode(JoinedOut(JoinedCard(links))), status=201)


def _said(call: Call, body: JoinIn) -> Typed:
    contacts = [text for text in (body.contact, body.email, body.phone) if text is not None]
    if len(contacts) > 1:
        raise InvalidError("contact", "give one of contact, email and phone")
    ticked = {
        ConsentKind.EMAIL: body.consents.email,
        ConsentKind.PASS: body.consents.on_pass,
    }
    return Typed(
        key=_key(call, body),
        ref=body.referral_code or "",
        name=body.name or "",
        contact=contacts[0] if contacts else "",
        consents=frozenset(kind for kind, given in ticked.items() if given),
    )


def _key(call: Call, body: JoinIn) -> str:
    """What makes a repetition the same act.

    A key is as hard to guess as the site made it: some send the same one always. So it counts only
    with the very same request from where the first came. It must not lead a stranger to the card
    of somebody whose address they know.
    """
    if "idempotency-key" not in call.headers:
        return new_key()
    key = read_idempotency_key(call)
    request = msgspec.to_builtins(msgspec.structs.replace(body, key=None))
    network = network_of(call.source_ip)
    return f"{network}\n{key}\n{fingerprint('join', request).hex()}"


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
