"""Programs of the API."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chalice_app.api import Ask, operation
from chalice_app.documents import card_document
from chalice_app.http import Answer, json_answer
from chalice_app.people import read_member
from chalice_app.schemas import CardOut, Enrol
from wallet import runtime
from wallet.domain.errors import InvalidError, NotFoundError
from wallet.domain.ids import CardId, ProgramId, is_program_id
from wallet.domain.merchants import Member, Scope
from wallet.domain.program_document import read_terms, write_terms
from wallet.domain.programs import Program
from wallet.domain.times import read_time, write_time
from wallet.services.enrol import enrol
from wallet.services.put_program import put_program

_EFFECTIVE_AT = "effective_at"
_Document = Annotated[
    dict[str, Any],
    Meta(title="Program", description="A programme: docs/program.schema.json says what it holds."),
]
_OUTSIDE = (_EFFECTIVE_AT, "id", "version")


@operation(
    body=_Document,
    answer=_Document,
    scope=Scope.FULL,
    statuses=(200, 201),
)
def put(ask: Ask[dict[str, Any]]) -> Answer:
    """Publishes a program: a new immutable version if the document differs from the newest.

    What GET gave may be sent back as it is: its `id` and `version` are passed over.
    """
    program_id = _program_id(ask.call.params["program_id"])
    if ask.body.get("id", program_id) != program_id:
        raise InvalidError("id", "is another programme's")
    document = {name: value for name, value in ask.body.items() if name not in _OUTSIDE}
    terms = read_terms(document)
    said = ask.body.get(_EFFECTIVE_AT)
    effective_at = read_time(said) if isinstance(said, str) else None
    if said is not None and effective_at is None:
        raise InvalidError(_EFFECTIVE_AT, "must be an RFC 3339 time with Z or an offset")
    request: Mapping[str, object] = {
        **write_terms(terms),
        _EFFECTIVE_AT: write_time(effective_at) if effective_at else None,
    }
    published = put_program(
        runtime.programs(), ask.act(request), program_id, terms, effective_at=effective_at
    )
    return json_answer(
        program_document(published.program), status=201 if published.created else 200
    )


@operation(answer=_Document, scope=Scope.LEDGER)
def get(ask: Ask[None]) -> Answer:
    """The newest version of a program."""
    program = runtime.programs().newest(_program_id(ask.call.params["program_id"]))
    if program is None or program.merchant_id != ask.key.merchant_id:
        raise NotFoundError("program")
    return json_answer(program_document(program))


@operation(body=Enrol, answer=CardOut, statuses=(201, 200))
def post_card(ask: Ask[Enrol]) -> Answer:
    """Enrols a member: a new card with its links."""
    member = read_member(ask.body.member, ask.key.merchant_id)
    program_id = _program_id(ask.call.params["program_id"])
    welcome = enrol(
        runtime.reception(),
        ask.act_on_body(),
        program_id,
        member,
        referred_by=_referred_by(program_id, ask.body.referral_code, member),
    )
    document = card_document(welcome.card, welcome.program, runtime.settings().base_url)
    return json_answer(msgspec.json.encode(document), status=200 if welcome.replayed else 201)


def _referred_by(program_id: ProgramId, code: str | None, member: Member) -> CardId | None:
    if code is None:
        return None
    from wallet.services.find_referrer import referrer_of_new

    return referrer_of_new(runtime.counter(), program_id, code, member, now=runtime.now())


def program_document(program: Program) -> bytes:
    """A version as the API shows it."""
    return msgspec.json.encode(
        {
            "id": program.id,
            "version": program.version,
            _EFFECTIVE_AT: write_time(program.effective_at),
            **write_terms(program),
        }
    )


def _program_id(text: str) -> ProgramId:
    if not is_program_id(text):
        raise NotFoundError("program")
    return ProgramId(text)
