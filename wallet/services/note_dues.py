"""Notes in the agenda when a changed card next has something due, from the stream.

Only what comes earlier than before is written: an earn that merely postpones the end of a card
writes nothing, since the appointment that stands is found at its time and put off then.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice

from wallet.domain.cards import Card
from wallet.domain.ids import CardId
from wallet.domain.lapse import next_due
from wallet.domain.programs import Program
from wallet.domain.times import cut
from wallet.services.agenda import PAGE_SIZE, Agenda, Appointment
from wallet.services.ports import Heads, Programs

# So late may a process notice that another version of a programme is in force.
_LAG = timedelta(minutes=1)
_NEVER = datetime.max.replace(tzinfo=UTC)

Turn = tuple[Card | None, Card]
"""A head before and after a change; a new card has no head before."""


def note_dues(agenda: Agenda, programs: Programs, turns: Iterable[Turn], *, now: datetime) -> None:
    """Adds the appointments that the changes make necessary.

    Each change by itself, also where a card has several: in between, somebody may have looked at
    the card, and have put its appointment off to what was due then.
    """
    noted = [
        Appointment(at=max(at, cut(now)), card_id=after.id)
        for before, after in turns
        if (at := _due(programs.current(after.program_id, now), after))
        < _promised(programs, before, now)
    ]
    if noted:
        agenda.begin("due", now.astimezone(UTC).date())
        agenda.add(noted)


def note_again(
    agenda: Agenda, heads: Heads, programs: Programs, cards: Iterable[CardId], *, now: datetime
) -> None:
    """Adds the appointments of cards whose stream records were lost, or may have been."""
    left = iter(cards)
    while page := list(islice(left, PAGE_SIZE)):
        found = heads.heads(page).values()
        note_dues(agenda, programs, ((None, card) for card in found), now=now)


def _due(program: Program | None, card: Card) -> datetime:
    return (next_due(program, card.state) if program else None) or _NEVER


def _promised(programs: Programs, card: Card | None, now: datetime) -> datetime:
    """The latest time for which the card is noted, by whichever version of its programme it was
    that somebody knew when that was written. Without knowing it, never.
    """
    if card is None:
        return _NEVER
    since = card.updated_at - _LAG
    first, last = programs.at(card.program_id, since), programs.current(card.program_id, now)
    if first is None or last is None or first.effective_at > since:
        return _NEVER
    numbers = range(first.version, last.version + 1)
    dues = (_due(programs.version(card.program_id, number), card) for number in numbers)
    return max(dues, default=_NEVER)
