"""The tills: a new one paired, an old one renamed or closed."""

from datetime import timedelta

from chalice_app.console import console_language, console_page, said_in, time_zone_of
from chalice_app.console_forms import console_form
from chalice_app.formats import day
from chalice_app.http import Answer, Call
from chalice_app.pages import TOO_MANY, WRONG, redirect
from chalice_app.qr import Qr, qr_code
from chalice_app.tills import start_pairing
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.domain.errors import InvalidError
from wallet.domain.tills import NAME_CHARS_MAX, TillId
from wallet.services.sessions import Session, SessionKind, within_limit
from wallet.services.tills import list_tills, rename_till, revoke_till

_CODES_MAX = 30
_CODES_WINDOW = timedelta(minutes=10)


def show(call: Call) -> Answer:
    """The tills that are open."""
    session = needed_session(call, SessionKind.CONSOLE)
    said = said_in(call, "renamed", "closed")
    return _page(call, session, said=said)


def pair(call: Call) -> Answer:
    """Shows a code that makes one browser a till; a reload shows another one."""
    session, _ = console_form(call)
    who = f"pairing {session.merchant_id}"
    if not within_limit(
        runtime.edge(), who, limit=_CODES_MAX, window=_CODES_WINDOW, now=runtime.now()
    ):
        return _page(call, session, said="often", status=TOO_MANY)
    link = start_pairing(session.merchant_id)
    return _page(call, session, link=link, qr=qr_code(link))


def rename(call: Call) -> Answer:
    """Gives a till another name."""
    session, form = console_form(call)
    till_id = TillId(call.params["till_id"])
    try:
        rename_till(
            runtime.tillbox().tills, session.merchant_id, till_id, form.fields.get("name", "")
        )
    except InvalidError:
        typed = form.text("name")[: 2 * NAME_CHARS_MAX]
        return _page(call, session, wrong=till_id, typed=typed, status=WRONG)
    return redirect("/console/tills?renamed=1")


def revoke(call: Call) -> Answer:
    """Closes a till for good, at once."""
    session, _ = console_form(call)
    till_id = TillId(call.params["till_id"])
    revoke_till(runtime.tillbox(), session.merchant_id, till_id, now=runtime.now())
    return redirect("/console/tills?closed=1")


def _page(
    call: Call,
    session: Session,
    *,
    said: str = "",
    link: str = "",
    qr: Qr | None = None,
    wrong: str = "",
    typed: str = "",
    status: int = 200,
) -> Answer:
    language = console_language(call, session)
    zone = time_zone_of(session)
    tills = list_tills(runtime.tillbox().tills, session.merchant_id)
    return console_page(
        call,
        "console_tills.html",
        session,
        tab="tills",
        status=status,
        tills=[
            (till, day(till.created_at, zone, language))
            for till in reversed(tills)
            if till.revoked_at is None
        ],
        said=said,
        link=link,
        code=link.rpartition("/")[2],
        qr=qr,
        wrong=wrong,
        typed=typed,
        name_chars_max=NAME_CHARS_MAX,
    )
