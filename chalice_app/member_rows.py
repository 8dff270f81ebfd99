"""Members as lines of a table, with what their card holds."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from chalice_app.formats import number, on_day
from chalice_app.program_words import units
from wallet.domain.cards import Card
from wallet.domain.ids import ProgramId
from wallet.domain.merchants import Member
from wallet.domain.programs import Program
from wallet.domain.vocabulary import ProgramKind
from wallet.services.list_members import Listed
from wallet.texts import texts

# More rings than this are no picture any more.
_RINGS_MAX = 15


class Balance(Struct, frozen=True, kw_only=True):
    """What a card holds, in words; `on` of `rings` rings are inked."""

    text: str
    rings: int
    on: int
    is_ready: bool


class MemberLine(Struct, frozen=True, kw_only=True):
    """One member. Empty name and contact: a card without data."""

    card_id: str
    name: str
    contact: str
    program: str
    balance: Balance
    joined: str
    joined_at: str


def member_lines(
    members: Iterable[Listed],
    programs: Mapping[ProgramId, Program],
    language: str,
    *,
    now: datetime,
) -> list[MemberLine]:
    """A line for each whose programme is known."""
    return [
        _line(listed, programs[listed.card.program_id], language, now)
        for listed in members
        if listed.card.program_id in programs
    ]


def balance_of(card: Card, program: Program, language: str) -> Balance:
    """What a card holds."""
    stamps, target = card.state.stamps, program.stamps_target
    is_ready = any(not card.state.missing(reward.cost).units for reward in program.rewards)
    if target is None:
        text = units(card.state.points, ProgramKind.POINTS, language)
        return Balance(text=text, rings=0, on=0, is_ready=is_ready)
    text = (
        texts(language)
        .gettext("{count} of {target}")
        .format(count=number(stamps, language), target=target)
    )
    rings = target if target <= _RINGS_MAX else 0
    return Balance(text=text, rings=rings, on=max(min(stamps, rings), 0), is_ready=is_ready)


def contact_of(member: Member | None) -> str:
    """E-mail or phone, whichever there is."""
    return (member.email or member.phone or "") if member else ""


def _line(listed: Listed, program: Program, language: str, now: datetime) -> MemberLine:
    card, member = listed.card, listed.member
    return MemberLine(
        card_id=card.id,
        name=(member.name or "") if member else "",
        contact=contact_of(member),
        program=program.name,
        balance=balance_of(card, program, language),
        joined=on_day(card.created_at, program.time_zone, language, now=now),
        joined_at=card.created_at.isoformat(),
    )
