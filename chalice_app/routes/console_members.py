"""The members of a programme, and the search for one of them."""

import re

from chalice_app.console import chosen_program, console_language, console_page, own_programs
from chalice_app.console_forms import console_form
from chalice_app.http import Answer, Call
from chalice_app.member_rows import member_lines
from chalice_app.pages import redirect
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.domain.errors import NotFoundError
from wallet.domain.ids import MemberId, is_id
from wallet.services.list_members import Place, find_members, list_members
from wallet.services.sessions import SessionKind

QUERY_CHARS_MAX = 254
_PLACE = re.compile(r"([0-9]{1,15})-([0-9A-Za-z]{22})")


def show(call: Call) -> Answer:
    """A page of them, newest first."""
    session = needed_session(call, SessionKind.CONSOLE)
    programs = own_programs(session)
    if not programs:
        return redirect("/console/programs/new")
    program = chosen_program(call, programs)
    after = _read_place(call.query.get("after"))
    members, further = list_members(runtime.directory(), program.id, after=after)
    language = console_language(call, session)
    return console_page(
        call,
        "members.html",
        session,
        tab="members",
        program=program,
        programs=programs,
        members=member_lines(members, {program.id: program}, language, now=runtime.now()),
        is_first=after is None,
        further=f"{further.joined_millis}-{further.member_id}" if further else "",
        asked="",
    )


def search(call: Call) -> Answer:
    """Who has that e-mail, phone, code or barcode.

    It comes by POST, so that nobody's address stands in the address bar or in a log.
    """
    session, form = console_form(call)
    programs = own_programs(session)
    asked = form.text("q")[:QUERY_CHARS_MAX]
    if not asked or not programs:
        return redirect("/console/members")
    zones = sorted({program.time_zone for program in programs})
    found = find_members(runtime.directory(), session.merchant_id, asked, time_zones=zones)
    if len(found) == 1:
        return redirect(f"/console/members/{found[0].card.id}")
    language = console_language(call, session)
    known = {program.id: program for program in programs}
    return console_page(
        call,
        "members.html",
        session,
        tab="members",
        program=programs[-1],
        programs=programs,
        members=member_lines(found, known, language, now=runtime.now()),
        is_first=True,
        further="",
        asked=asked,
    )


def _read_place(text: str | None) -> Place | None:
    if text is None:
        return None
    match = _PLACE.fullmatch(text)
    if match is None or not is_id(match[2]):
        raise NotFoundError("page")
    return Place(joined_millis=int(match[1]), member_id=MemberId(match[2]))
