"""One member: who it is, what the card holds, all that happened, and the taking back of it."""

from collections.abc import Mapping, Sequence
from datetime import date

from chalice_app.console import console_language, console_page, named_card, said_in
from chalice_app.console_forms import console_form, owner_act
from chalice_app.documents import card_links
from chalice_app.entry_words import entry_lines
from chalice_app.formats import day, short_date
from chalice_app.forms import new_key
from chalice_app.holders import check_entry
from chalice_app.http import Answer, Call
from chalice_app.member_rows import balance_of, contact_of
from chalice_app.numbers import read_whole
from chalice_app.pages import CONFLICT, redirect
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.consents import ConsentKind
from wallet.domain.entries import Entry, EntryKind, Reversed
from wallet.domain.errors import (
    AlreadyReversedError,
    CardNotActiveError,
    ConflictError,
    NotFoundError,
)
from wallet.domain.ids import EntryId, MemberId
from wallet.domain.merchants import Member
from wallet.services.counter import actor, member_of
from wallet.services.sessions import Session, SessionKind
from wallet.services.take_back import take_back as undo

_PAGE_SIZE = 50
# A birthday has no year, and may be 29 February.
_LEAP_YEAR = 2000


def show(call: Call) -> Answer:
    """The page."""
    session = needed_session(call, SessionKind.CONSOLE)
    said = said_in(call, "done")
    return _page(call, session, named_card(call, session), said=said)


def take_back(call: Call) -> Answer:
    """Takes an entry of this card back, whole, or what is left of it."""
    session, form = console_form(call)
    card = named_card(call, session)
    entry_id = form.text("entry")
    check_entry(card, entry_id)
    act = owner_act(call, session, form, {"entry": entry_id})
    try:
        undo(runtime.books(), act, entry_id)
    except AlreadyReversedError:
        return _page(call, session, card, said="before", status=CONFLICT)
    except CardNotActiveError:
        return _page(call, session, card, said="closed", status=CONFLICT)
    except ConflictError:
        return _page(call, session, card, said="busy", status=CONFLICT)
    return redirect(f"/console/members/{card.id}?done=1")


def _page(call: Call, session: Session, card: Card, *, said: str, status: int = 200) -> Answer:
    language = console_language(call, session)
    program = runtime.programs().newest(card.program_id)
    if program is None:
        raise NotFoundError("program")
    before = read_whole(call.query.get("before", ""))
    entries, more = runtime.ledger().entries(card.id, before=before, limit=_PAGE_SIZE)
    member = member_of(runtime.counter(), session.merchant_id, card.member_id)

    return console_page(
        call,
        "member.html",
        session,
        tab="members",
        status=status,
        card=card,
        program=program,
        name=(member.name or "") if member else "",
        contact=contact_of(member),
        email=(member.email or "") if member else "",
        phone=(member.phone or "") if member else "",
        birthday=_birthday(member, language),
        balance=balance_of(card, program, language),
        joined=day(card.created_at, program.time_zone, language),
        allowed=_allowed(card.member_id),
        card_link=card_links(card, runtime.settings().base_url).card,
        entries=entry_lines(
            entries,
            program,
            lambda number: runtime.programs().version(card.program_id, number),
            hands=_hands(session),
            taken=_taken(entries, is_newest=before is None),
            language=language,
        ),
        older=entries[-1].seq if more else 0,
        is_first=before is None,
        said=said,
        key=new_key(),
    )


def _taken(entries: Sequence[Entry], *, is_newest: bool) -> Mapping[EntryId, Reversed]:
    """How much of these entries was taken back.

    What took it back is newer: on the newest page it stands among them, and only what it names
    need be looked up.
    """
    named = {entry.reverses for entry in entries}
    found = {
        entry.id: Reversed(whole=entry.id in named)
        if entry.kind is EntryKind.MERGE
        else runtime.ledger().mark(entry.id)
        for entry in entries
        if entry.kind is not EntryKind.REVERSE and (entry.id in named or not is_newest)
    }
    return {entry_id: mark for entry_id, mark in found.items() if mark != Reversed()}


def _hands(session: Session) -> Mapping[str, str]:
    """The names of the merchant's tills and keys, by how the ledger names them."""
    tills = runtime.tillbox().tills.tills(session.merchant_id)
    keys = runtime.merchants().keys(session.merchant_id)
    return {actor(till.id): till.name for till in tills} | {
        f"key:{key.id}": key.name for key in keys
    }


def _birthday(member: Member | None, language: str) -> str:
    """Day and month as the language writes them; empty if none is known."""
    if member is None or member.birthday is None:
        return ""
    month, _, of_month = member.birthday.partition("-")
    return short_date(date(_LEAP_YEAR, int(month), int(of_month)), language)


def _allowed(member_id: MemberId) -> Mapping[str, bool]:
    """Which channels news may take."""
    allowed = dict.fromkeys(map(str, ConsentKind), False)
    for consent in reversed(runtime.consents().acts(member_id)):
        allowed[str(consent.kind)] = consent.given
    return allowed
