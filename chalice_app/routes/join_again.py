"""“I have a card already”: a mail with its link.

The answer is the same whether or not the address has a card, and takes as long.
"""

import time

from chalice_app.forms import check_origin, read_form
from chalice_app.http import Answer, Call
from chalice_app.joining import program_of
from chalice_app.languages import language_of
from chalice_app.mailing import send_letter
from chalice_app.pages import TOO_MANY, WRONG, page, redirect
from wallet import runtime
from wallet.domain.contacts import EMAIL_CHARS_MAX, Contact, ContactKind, normal_email
from wallet.domain.program_document import clean_text
from wallet.domain.programs import Program
from wallet.services.join import find_again, may_join

# Handing a mail over takes a part of a second. Every answer waits this long, so that nobody can
# hear from the pause whether there was one.
_ANSWER_SECONDS = 0.6


def show(call: Call) -> Answer:
    """The form, or what happens next."""
    program = program_of(call.params["program_id"])
    return _page(call, program, sent="sent" in call.query)


def post(call: Call) -> Answer:
    """Sends the link to an address that has a card."""
    until = time.monotonic() + _ANSWER_SECONDS
    check_origin(call)
    form = read_form(call)
    program = program_of(call.params["program_id"])
    typed = clean_text(form.text("contact")[: EMAIL_CHARS_MAX + 1])
    email = normal_email(typed)
    if email is None:
        return _page(call, program, status=WRONG, typed=typed, fault="wrong")
    now = runtime.now()
    if not may_join(runtime.edge(), program.id, call.source_ip, now=now):
        return _page(call, program, status=TOO_MANY, typed=typed, fault="often")
    contact = Contact(kind=ContactKind.EMAIL, value=email)
    language = language_of(call, program.locale)
    send_letter(find_again(runtime.front_desk(), program, contact, language, now=now))
    time.sleep(max(0.0, until - time.monotonic()))
    return redirect(f"/join/{program.id}/again?sent=1")


def _page(
    call: Call,
    program: Program,
    *,
    status: int = 200,
    sent: bool = False,
    typed: str = "",
    fault: str = "",
) -> Answer:
    return page(
        call,
        "join_again.html",
        status=status,
        fallback=program.locale,
        program=program,
        sent=sent,
        typed=typed,
        fault=fault,
    )
