"""A card's history as its holder reads it: what happened, when, by how much."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chalice_app.deeds import deed
from chalice_app.formats import clock, number, on_day
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.programs import Program
from wallet.domain.vocabulary import ProgramKind
from wallet.services.ports import Programs
from wallet.texts import texts


class Happening(Struct, frozen=True, kw_only=True):
    """One line. `change` has its sign; `at` is for machines."""

    id: str
    what: str
    when: str
    at: str
    change: str
    is_plus: bool


def happenings(
    entries: Iterable[Entry], program: Program, programs: Programs, language: str, *, now: datetime
) -> list[Happening]:
    """A line for each entry. A reward has the name of its time, in that version of the program."""
    return [
        _line(
            entry,
            programs.version(program.id, entry.program_version) or program,
            language,
            now,
        )
        for entry in entries
    ]


def signed(change: int, language: str) -> str:
    """`+1`, `0`, or the number with a real minus, which lines up with the plus."""
    shown = number(change, language).replace("-", "\u2212")
    return f"+{shown}" if change > 0 else shown


def _line(entry: Entry, program: Program, language: str, now: datetime) -> Happening:
    change = entry.stamps if program.kind is ProgramKind.STAMPS else entry.points
    return Happening(
        id=entry.id,
        what=_what(entry, program, language),
        when=_when(entry.occurred_at, program.time_zone, language, now),
        at=entry.occurred_at.isoformat(),
        change=signed(change, language),
        is_plus=change > 0,
    )


def _what(entry: Entry, program: Program, language: str) -> str:
    if entry.kind is not EntryKind.REVERSE:
        return deed(entry, program, language)
    say = texts(language).gettext
    gave = entry.points > 0 or entry.stamps > 0
    return say("Given back") if gave else say("Taken back")


def _when(at: datetime, zone: str, language: str, now: datetime) -> str:
    """`today, 08:14`, else with the date."""
    return f"{on_day(at, zone, language, now=now)}, {clock(at, zone, language)}"
