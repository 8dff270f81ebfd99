"""What has no place of its own in the phone's tab bar."""

from chalice_app.console import console_page
from chalice_app.http import Answer, Call
from chalice_app.visitors import needed_session
from wallet.services.sessions import SessionKind


def show(call: Call) -> Answer:
    """The rest of the console, the language, and the way out."""
    session = needed_session(call, SessionKind.CONSOLE)
    return console_page(call, "more.html", session, tab="more", email=session.subject)
