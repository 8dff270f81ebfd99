"""The merchant's way in and out: an address, a link by mail, a session."""

from chalice_app.cookies import no_session_cookie, session_cookie
from chalice_app.forms import check_form, check_origin, read_form
from chalice_app.http import Answer, Call
from chalice_app.languages import language_of
from chalice_app.pages import GONE, TOO_MANY, WRONG, page, redirect
from chalice_app.passes import landing_passes
from chalice_app.visitors import session_of
from wallet import runtime
from wallet.domain.contacts import EMAIL_CHARS_MAX, normal_email
from wallet.domain.program_document import clean_text
from wallet.services.sessions import SessionKind, close_session
from wallet.services.sign_up import address_of_link, enter, send_link


def landing(call: Call) -> Answer:
    """What this is, and the way in."""
    session = session_of(call, SessionKind.CONSOLE)
    return page(
        call,
        "landing.html",
        passes=landing_passes(language_of(call)),
        signed_in=session is not None,
        email="",
        error="",
    )


def show(call: Call) -> Answer:
    """The way in alone: for who comes back, was sent here, or has just asked for a link."""
    state = next((name for name in ("sent", "ended", "left") if name in call.query), "plain")
    return _way_in(call, state)


def ask(call: Call) -> Answer:
    """Sends a link, to whoever owns the address, known or not."""
    check_origin(call)
    form = read_form(call)
    typed = form.text("email")[: EMAIL_CHARS_MAX + 1]
    email = normal_email(clean_text(typed))
    if email is None:
        return _way_in(call, "plain", status=WRONG, email=typed, error="email")
    sent = send_link(
        runtime.door(), email, language=language_of(call), source=call.source_ip, now=runtime.now()
    )
    if not sent:
        return _way_in(call, "plain", status=TOO_MANY, email=email, error="often")
    return redirect("/signup?sent=1")


def open_link(call: Call) -> Answer:
    """Shows a button: programs that look into mails open links, but press nothing."""
    email = address_of_link(runtime.door(), call.params["token"], now=runtime.now())
    if email is None:
        return _way_in(call, "gone", status=GONE)
    return page(call, "signup_link.html", email=email)


def use_link(call: Call) -> Answer:
    """Lets the holder of a link in, once."""
    check_origin(call)
    entered = enter(runtime.door(), call.params["token"], now=runtime.now())
    if entered is None:
        return _way_in(call, "gone", status=GONE)
    cookie = session_cookie(SessionKind.CONSOLE, entered.token)
    return redirect("/console/programs/new" if entered.is_new else "/console", Set_Cookie=cookie)


def sign_out(call: Call) -> Answer:
    """Ends the session, here and in the table."""
    session = session_of(call, SessionKind.CONSOLE)
    if session is not None:
        check_form(call, read_form(call), session)
        close_session(runtime.edge(), SessionKind.CONSOLE, session.digest)
    return redirect("/signup?left=1", Set_Cookie=no_session_cookie(SessionKind.CONSOLE))


def _way_in(
    call: Call, state: str, *, status: int = 200, email: str = "", error: str = ""
) -> Answer:
    return page(call, "signup.html", status=status, state=state, email=email, error=error)
