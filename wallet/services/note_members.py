"""Notes all cards of a programme anew, since by a version other things are due.

Who is idle gives the stream nothing to note. So a version by which something may be due earlier
leaves a roll call in the agenda, and the calendar's worker goes through the members, a page at a
time. The place reached is written behind the appointments: a run that dies notes a page twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from wallet.domain.cards import Card
from wallet.domain.ids import CardId, ProgramId
from wallet.domain.lapse import next_due
from wallet.domain.programs import Program
from wallet.services.agenda import PAGE_SIZE, Agenda, Appointment, RollCall
from wallet.services.ports import Heads, Programs


class Roll(Protocol):
    """The cards of programmes' members; may lag by a moment."""

    def cards(
        self, program_id: ProgramId, *, after: str, limit: int
    ) -> tuple[Sequence[CardId], str]:
        """At most `limit` behind a place (the first ones: ""), and the next place, "" at the end.

        Who joins meanwhile need not be among them; nobody else is missing.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What noting members needs."""

    agenda: Agenda
    programs: Programs
    heads: Heads
    roll: Roll


def note_page(register: Register, roll_call: RollCall, *, now: datetime) -> RollCall | None:
    """Notes a page of the programme's cards; the roll call to go on with, None at the end."""
    roll, agenda, program_id = register.roll, register.agenda, roll_call.program_id
    cards, further = roll.cards(program_id, after=roll_call.after, limit=PAGE_SIZE)
    program = register.programs.in_force(program_id, now)
    if program:
        heads = register.heads.heads(cards).values()
        agenda.begin("due", now.astimezone(UTC).date())
        agenda.add(list(_appointments(program, heads, now)))
    if not further:
        agenda.end_roll_call(roll_call)
        return None
    reached = replace(roll_call, after=further)
    agenda.put_roll_call(reached)
    return reached


def _appointments(program: Program, cards: Iterable[Card], now: datetime) -> Iterator[Appointment]:
    for card in cards:
        at = _due(program, card, now)
        if at:
            yield Appointment(at=max(at, now), card_id=card.id)


def _due(program: Program, card: Card, now: datetime) -> datetime | None:
    try:
        return next_due(program, card.state)
    except Exception:  # noqa: BLE001  a card that breaks here is looked at, and told of, alone
        return now
