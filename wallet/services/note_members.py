"""Notes all cards of a programme anew, since by a version other things are due.

Who is idle gives the stream nothing to note. So a version by which something may be due earlier
leaves a roll call in the agenda, and the calendar's worker goes through the members, a page at a
time. The place reached is written behind the appointments: a run that dies notes a page twice.
"""

import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from wallet.domain.cards import Card
from wallet.domain.ids import CardId, ProgramId
from wallet.domain.lapse import next_due
from wallet.domain.programs import Program
from wallet.services.agenda import AGAIN, PAGE_SIZE, Agenda, Appointment, RollCall
from wallet.services.ports import Heads, Programs


class Roll(Protocol):
    """The cards of programmes' members; may lag by a moment."""

    def cards(
        self, program_id: ProgramId, *, after: str, limit: int
    ) -> tuple[Sequence[CardId], str]:
        """At most `limit` behind a place (the first ones: ""), and the next place, "" at the end.

        Who joins meanwhile need not be among them; nobody else is missing. Raises ValueError for
        what is no place.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What noting members needs. `alarm` is told of what failed, and of which programme it is."""

    agenda: Agenda
    programs: Programs
    heads: Heads
    roll: Roll
    alarm: Callable[[ProgramId | None, str], None]


def tell_unreadable(register: Register, *, now: datetime) -> int:
    """Tells of the roll calls that nobody can read; how many those are. They stay as they are."""
    keys = register.agenda.unreadable_roll_calls(until=now)
    for key in keys:
        register.alarm(None, f"no roll call has a key like {key}")
    return len(keys)


def join_roll_calls(register: Register, *, now: datetime) -> Sequence[RollCall]:
    """Of each programme the roll call to go on with, of those that are due.

    One that has begun goes on to its end first: otherwise those at the end would never be come to
    where a programme is edited all the time. Of those that have not, the last does for all, since
    all cards are noted by the version in force then.
    """
    of_programs: dict[ProgramId, list[RollCall]] = defaultdict(list)
    for each in register.agenda.roll_calls(until=now):
        of_programs[each.program_id].append(each)
    return [_joined(register.agenda, calls) for calls in of_programs.values()]


def call_roll(register: Register, roll_call: RollCall, *, now: datetime) -> bool:
    """Notes a page of the programme's cards. False if that failed: it is tried again later."""
    try:
        _note_page(register, roll_call, now)
    except Exception:  # noqa: BLE001  the outermost edge of a programme
        register.alarm(roll_call.program_id, traceback.format_exc(limit=12))
        register.agenda.put_roll_call(replace(roll_call, at=now + AGAIN))
        register.agenda.end_roll_call(roll_call)
        return False
    return True


def _joined(agenda: Agenda, calls: Sequence[RollCall]) -> RollCall:
    begun = [each for each in calls if each.after]
    waiting = [each for each in calls if not each.after]
    for each in waiting[:-1]:
        agenda.end_roll_call(each)
    return (begun + waiting[-1:])[0]


def _note_page(register: Register, roll_call: RollCall, now: datetime) -> None:
    cards, further = _members(register, roll_call)
    program = register.programs.in_force(roll_call.program_id, now)
    if program:
        register.agenda.add(list(_appointments(register.heads, program, cards, now)))
    if further:
        register.agenda.put_roll_call(replace(roll_call, after=further))
    else:
        register.agenda.end_roll_call(roll_call)


def _members(register: Register, roll_call: RollCall) -> tuple[Sequence[CardId], str]:
    """The page that comes next: the first one where nobody can read the place."""
    program_id = roll_call.program_id
    try:
        return register.roll.cards(program_id, after=roll_call.after, limit=PAGE_SIZE)
    except ValueError:
        register.alarm(program_id, traceback.format_exc(limit=12))
        return register.roll.cards(program_id, after="", limit=PAGE_SIZE)


def _appointments(
    heads: Heads, program: Program, cards: Sequence[CardId], now: datetime
) -> Iterator[Appointment]:
    try:
        found = heads.heads(cards).values()
    except Exception:  # noqa: BLE001  each is looked at, and told of, alone
        yield from (Appointment(at=now, card_id=each) for each in cards)
        return
    for card in found:
        at = _when_to_look(program, card, now)
        if at:
            yield Appointment(at=max(at, now), card_id=card.id)


def _when_to_look(program: Program, card: Card, now: datetime) -> datetime | None:
    try:
        return next_due(program, card.state)
    except Exception:  # noqa: BLE001  a card that breaks here is looked at, and told of, alone
        return now
