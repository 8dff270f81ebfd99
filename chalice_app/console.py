"""The pages of the console.

Whose data a page shows is said by the session alone, never by an address or a form.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chalice_app.http import Answer, Call
from chalice_app.languages import language_of
from chalice_app.pages import page
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.errors import NotFoundError, UnauthenticatedError
from wallet.domain.ids import CardId, ProgramId, is_id, is_program_id
from wallet.domain.merchants import Merchant
from wallet.domain.programs import Program
from wallet.services.commit import own_card
from wallet.services.sessions import Session

# A merchant with more makes them by the API, and looks at them there.
PROGRAMS_MAX = 50


def console_page(
    call: Call,
    template: str,
    session: Session,
    *,
    tab: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Answer:
    """A page in the console's frame, in the merchant's language where the visitor names none."""
    merchant = merchant_of(session)
    return page(
        call,
        template,
        status=status,
        fallback=merchant.locale,
        headers=headers,
        session=session,
        shop=merchant.name,
        tab=tab,
        **context,
    )


def console_language(call: Call, session: Session) -> str:
    """The language that a page of the console speaks."""
    return language_of(call, merchant_of(session).locale)


def said_in(call: Call, *names: str) -> str:
    """Which of these an address says has been done; empty if none."""
    return next((name for name in names if name in call.query), "")


def merchant_of(session: Session) -> Merchant:
    """The merchant whose console this is."""
    merchant = runtime.merchants().merchant(session.merchant_id)
    if merchant is None:
        raise UnauthenticatedError
    return merchant


def named_card(call: Call, session: Session) -> Card:
    """The merchant's card that the address names. Raises NotFoundError."""
    text = call.params["card_id"]
    if not is_id(text):
        raise NotFoundError("card")
    return own_card(runtime.ledger(), session.merchant_id, CardId(text))


def own_program(session: Session, text: str) -> Program:
    """The newest version of a program of this merchant.

    Raises NotFoundError for an unknown one and for another merchant's alike.
    """
    program = runtime.programs().newest(ProgramId(text)) if is_program_id(text) else None
    if program is None or program.merchant_id != session.merchant_id:
        raise NotFoundError("program")
    return program


def own_programs(session: Session) -> list[Program]:
    """The merchant's programmes in their newest version, the one published last at the end."""
    shelf = runtime.programs()
    listed = shelf.of_merchant(session.merchant_id)[-PROGRAMS_MAX:]
    return [program for each in listed if (program := shelf.newest(each))]


def time_zone_of(session: Session) -> str:
    """Where the merchant's clocks are: the place of the programme published last."""
    shelf = runtime.programs()
    listed = shelf.of_merchant(session.merchant_id)
    newest = shelf.newest(listed[-1]) if listed else None
    return newest.time_zone if newest else "UTC"


def chosen_program(call: Call, programs: Sequence[Program]) -> Program:
    """Of these programmes the one that the address names, else the one published last.

    Raises NotFoundError for any other.
    """
    asked = call.query.get("program")
    if asked is None:
        return programs[-1]
    for program in programs:
        if program.id == asked:
            return program
    raise NotFoundError("program")
