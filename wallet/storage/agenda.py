"""The agenda on the core table: buckets of a UTC day, each in shards; roll calls in one bucket."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from pynamodb.exceptions import DoesNotExist, PutError

from wallet.domain.ids import CardId, ProgramId
from wallet.domain.times import from_millis, to_millis
from wallet.services.agenda import PAGE_SIZE, Appointment, RollCall, Walk, shard_of
from wallet.storage.rows.cards import AgendaRow

_CURSOR = "Y#cursor"
_ROLLS = "Y#rolls"
_ROLL_KEY = re.compile(r"[0-9]{13}#.+")
# Sorts behind all that may follow the time.
_LAST = "~"


class AgendaBook:
    """The Agenda port."""

    def __init__(self) -> None:
        self._begun: set[Walk] = set()

    def add(self, appointments: Sequence[Appointment]) -> None:
        """Writes appointments."""
        with AgendaRow.batch_write() as batch:
            for each in dict.fromkeys(appointments):
                batch.save(appointment_row(each))

    def remove(self, appointments: Sequence[Appointment]) -> None:
        """Takes appointments away."""
        with AgendaRow.batch_write() as batch:
            for each in dict.fromkeys(appointments):
                batch.delete(appointment_row(each))

    def page(
        self, day: date, shard: int, *, until: datetime, after: Appointment | None
    ) -> Sequence[Appointment]:
        """A page of a day's shard."""
        rows = _page(_bucket(day, shard), _no_later(until), _key(after) if after else "")
        return [_appointment(row.sk) for row in rows]

    def born_on(self, finder: str, *, after: CardId | None) -> Sequence[CardId]:
        """A page of the cards of a birthday."""
        rows = _page(f"YB#{finder}", None, after or "")
        return [CardId(row.sk) for row in rows]

    def roll_calls(self, *, until: datetime) -> Sequence[RollCall]:
        """The first page of those that are due."""
        found = (call for _, call in _roll_calls(until) if call)
        return list(islice(found, PAGE_SIZE))

    def unreadable_roll_calls(self, *, until: datetime) -> Sequence[str]:
        """The keys of those whose keys say nothing."""
        return [key for key, call in _roll_calls(until) if call is None]

    def put_roll_call(self, roll_call: RollCall) -> None:
        """Writes a roll call and its place."""
        roll_call_row(roll_call).save()

    def end_roll_call(self, roll_call: RollCall) -> None:
        """Takes a roll call away."""
        roll_call_row(roll_call).delete()

    def place(self, walk: Walk) -> date | None:
        """How far a walk has come."""
        try:
            row = AgendaRow.get(_CURSOR, walk, consistent_read=True)
        except DoesNotExist:
            return None
        return date.fromisoformat(row.day or "")

    def begin(self, walk: Walk, day: date) -> None:
        """Where a walk begins; asked of the table once in the life of a process."""
        if walk in self._begun:
            return
        row = AgendaRow(_CURSOR, walk, day=day.isoformat())
        try:
            row.save(condition=AgendaRow.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
        self._begun.add(walk)

    def reach(self, walk: Walk, day: date) -> None:
        """How far a walk has come."""
        AgendaRow(_CURSOR, walk, day=day.isoformat()).save()


def appointment_row(appointment: Appointment) -> AgendaRow:
    """An appointment as a row."""
    day = appointment.at.astimezone(UTC).date()
    return AgendaRow(_bucket(day, shard_of(appointment.card_id)), _key(appointment))


def roll_call_row(roll_call: RollCall) -> AgendaRow:
    """A roll call as a row."""
    key = f"{to_millis(roll_call.at):013d}#{roll_call.program_id}"
    return AgendaRow(_ROLLS, key, after=roll_call.after or None)


def birthday_row(finder: str, card_id: CardId) -> AgendaRow:
    """A card under the blind index of its holder's birthday."""
    return AgendaRow(f"YB#{finder}", card_id)


def _page(pk: str, condition: Any, behind: str) -> list[AgendaRow]:
    start = {"pk": {"S": pk}, "sk": {"S": behind}} if behind else None
    rows = AgendaRow.query(
        pk,
        condition,
        consistent_read=True,
        limit=PAGE_SIZE,
        page_size=PAGE_SIZE,
        last_evaluated_key=start,
    )
    return list(rows)


def _no_later(until: datetime) -> Any:
    return AgendaRow.sk.between("0", f"{to_millis(until):013d}{_LAST}")


def _bucket(day: date, shard: int) -> str:
    return f"Y#{day.isoformat()}#{shard}"


def _key(appointment: Appointment) -> str:
    key = f"{to_millis(appointment.at):013d}#{appointment.card_id}"
    return f"{key}#{appointment.birthday.isoformat()}" if appointment.birthday else key


def _appointment(key: str) -> Appointment:
    millis, card_id, *birthday = key.split("#")
    return Appointment(
        at=from_millis(int(millis)),
        card_id=CardId(card_id),
        birthday=date.fromisoformat(birthday[0]) if birthday else None,
    )


def _roll_calls(until: datetime) -> Iterator[tuple[str, RollCall | None]]:
    """Roll calls under their keys, None for one that cannot be read."""
    rows = AgendaRow.query(_ROLLS, _no_later(until), consistent_read=True, page_size=PAGE_SIZE + 1)
    return ((row.sk, _roll_call(row)) for row in rows)


def _roll_call(row: AgendaRow) -> RollCall | None:
    if not _ROLL_KEY.fullmatch(row.sk):
        return None
    millis, program_id = row.sk.split("#", 1)
    return RollCall(
        at=from_millis(int(millis)), program_id=ProgramId(program_id), after=row.after or ""
    )
