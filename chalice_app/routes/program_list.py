"""The merchant's programmes, one row each."""

from chalice_app.console import console_page
from chalice_app.http import Answer, Call
from chalice_app.pages import redirect
from chalice_app.program_words import promise
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.services.sessions import SessionKind


def show(call: Call) -> Answer:
    """All of them; who has none is led to make one."""
    session = needed_session(call, SessionKind.CONSOLE)
    shelf = runtime.programs()
    found = [shelf.newest(program_id) for program_id in shelf.of_merchant(session.merchant_id)]
    programs = [program for program in found if program is not None]
    if not programs:
        return redirect("/console/programs/new")
    rows = [(program, promise(program, program.locale)) for program in programs]
    return console_page(call, "programs.html", session, tab="programs", rows=rows)
