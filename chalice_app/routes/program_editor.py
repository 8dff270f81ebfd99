"""The editor of a programme: typed values in, a new version out, both wallets shown beside it."""

from typing import Any

from chalice_app.console import console_language, console_page, merchant_of, own_program, said_in
from chalice_app.console_forms import owner_act
from chalice_app.editor_words import editor_words, first_reward
from chalice_app.formats import day
from chalice_app.forms import Form, check_form, new_key, read_form
from chalice_app.http import Answer, Call
from chalice_app.numbers import read_whole
from chalice_app.pages import CONFLICT, WRONG, redirect
from chalice_app.passes import sample_face, sample_stamps
from chalice_app.problems import RequestError, Slug
from chalice_app.program_form import (
    COLORS,
    CURRENCIES,
    TARGETS,
    TIME_ZONES,
    TRADES,
    Typed,
    first_typed,
    read_program,
    read_typed,
    shown_target,
    typed_of,
)
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.art.logos import LogoError, LogoFault, clean_logo, logo_name
from wallet.domain.designs import Picture, StampStyle
from wallet.domain.errors import ContentionError, KeyReusedError
from wallet.domain.program_document import write_terms
from wallet.domain.programs import Program
from wallet.services.open_program import open_program
from wallet.services.put_program import put_program
from wallet.services.sessions import Session, SessionKind
from wallet.texts import texts


def show_new(call: Call) -> Answer:
    """The empty form, with what the visitor's language suggests."""
    session = needed_session(call, SessionKind.CONSOLE)
    return _editor(call, session, None, _first(call, session))


def publish_new(call: Call) -> Answer:
    """Publishes a first version, and goes on to link and poster."""
    session = needed_session(call, SessionKind.CONSOLE)
    form, faults = _read(call, session)
    typed = _first(call, session)
    if form is None:
        return _editor(call, session, None, typed, faults=faults, status=WRONG)
    typed, faults = _with_logo(form, read_typed(form, typed))
    terms, wrong = read_program(typed, None)
    if terms is None or faults:
        faults |= dict.fromkeys(wrong, "")
        return _editor(call, session, None, typed, faults=faults, status=WRONG)
    act = owner_act(call, session, form, write_terms(terms))
    try:
        program = open_program(runtime.programs(), act, terms).program
    except KeyReusedError:
        before = runtime.programs().published(act.merchant_id, act.digest)
        return redirect(f"/console/programs/{before[0]}?again=1" if before else "/console")
    if not merchant_of(session).name:
        runtime.merchants().rename(session.merchant_id, program.name)
    return redirect(f"/console/programs/{program.id}/published")


def show(call: Call) -> Answer:
    """The form of a programme that stands."""
    session = needed_session(call, SessionKind.CONSOLE)
    program = own_program(session, call.params["program_id"])
    said = said_in(call, "saved", "again")
    return _editor(call, session, program, typed_of(program), said=said)


def publish(call: Call) -> Answer:
    """Publishes a new version, unless somebody else has published one since the form was made."""
    session = needed_session(call, SessionKind.CONSOLE)
    program = own_program(session, call.params["program_id"])
    form, faults = _read(call, session)
    if form is None:
        typed = typed_of(program)
        return _editor(call, session, program, typed, faults=faults, status=WRONG)
    typed, faults = _with_logo(form, read_typed(form, typed_of(program)))
    terms, wrong = read_program(typed, program)
    if terms is None or faults:
        faults |= dict.fromkeys(wrong, "")
        return _editor(call, session, program, typed, faults=faults, status=WRONG)
    request = {"program": program.id, "terms": write_terms(terms)}
    act = owner_act(call, session, form, request)
    # There is no version 0, so that a form which names none is overtaken.
    seen = read_whole(form.text("version")) or 0
    try:
        put_program(runtime.programs(), act, program.id, terms, over=seen)
    except (KeyReusedError, ContentionError):
        newest = own_program(session, program.id)
        return _editor(call, session, newest, typed, said="overtaken", status=CONFLICT)
    return redirect(f"/console/programs/{program.id}?saved=1")


def _first(call: Call, session: Session) -> Typed:
    language = console_language(call, session)
    return first_typed(language, first_reward(language))


def _read(call: Call, session: Session) -> tuple[Form | None, dict[str, str]]:
    """The form, or None and why: a file that is too large comes before anything can be read."""
    try:
        form = read_form(call)
    except RequestError as error:
        if error.slug is not Slug.TOO_LARGE:
            raise
        return None, {"logo": LogoFault.TOO_LARGE}
    check_form(call, form, session)
    return form, {}


def _with_logo(form: Form, typed: Typed) -> tuple[Typed, dict[str, str]]:
    """Takes in an uploaded logo at once, so that it stays while other fields are put right."""
    from msgspec.structs import replace

    file = form.files.get("file", b"")
    if file:
        try:
            logo = clean_logo(file)
        except LogoError as error:
            return typed, {"logo": error.fault}
        name = logo_name(logo)
        runtime.logos().keep_logo(name, logo)
        return replace(typed, logo=name), {}
    return (replace(typed, logo=""), {}) if form.ticked("no_logo") else (typed, {})


def _editor(
    call: Call,
    session: Session,
    program: Program | None,
    typed: Typed,
    *,
    faults: dict[str, str] | None = None,
    said: str = "",
    status: int = 200,
) -> Answer:
    language = console_language(call, session)
    return console_page(
        call,
        "program.html",
        session,
        tab="programs",
        status=status,
        program=program,
        typed=typed,
        faults=faults or {},
        said=said,
        since=day(program.effective_at, program.time_zone, language) if program else "",
        key=new_key(),
        say=editor_words(language, typed.design),
        time_zones=sorted({*TIME_ZONES, program.time_zone} if program else TIME_ZONES),
        **_choices(typed, language),
    )


def _choices(typed: Typed, language: str) -> dict[str, Any]:
    target, stamps = shown_target(typed), typed.kind != "points"
    return {
        "colors": COLORS,
        "pictures": list(Picture),
        "styles": list(StampStyle),
        "targets": sorted({*TARGETS, target}),
        "trades": TRADES,
        "currencies": CURRENCIES,
        "design": typed.design,
        "face": sample_face(
            typed.design,
            name=typed.name or texts(language).gettext("Your shop"),
            reward=typed.reward or "…",
            target=target if stamps else None,
            points=sample_stamps(100),
            language=language,
        ),
    }
