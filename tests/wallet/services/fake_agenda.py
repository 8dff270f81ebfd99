"""The agenda in memory.

It keeps to the contract in tests/wallet/storage/test_agenda_contract.py.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from wallet.domain.ids import CardId, ProgramId
from wallet.services.agenda import PAGE_SIZE, Appointment, RollCall, Walk, shard_of


class FakeAgenda:
    """The Agenda port."""

    def __init__(self) -> None:
        self.noted: set[Appointment] = set()
        self.births: dict[str, set[CardId]] = defaultdict(set)
        self.places: dict[Walk, date] = {}
        self.calls: dict[tuple[datetime, ProgramId], RollCall] = {}
        self.unreadable: list[str] = []

    def add(self, appointments: Sequence[Appointment]) -> None:
        self.noted |= set(appointments)

    def remove(self, appointments: Sequence[Appointment]) -> None:
        self.noted -= set(appointments)

    def page(
        self, day: date, shard: int, *, until: datetime, after: Appointment | None
    ) -> Sequence[Appointment]:
        found = [
            each
            for each in sorted(self.noted, key=_place)
            if each.at.date() == day and shard_of(each.card_id) == shard and each.at <= until
        ]
        return [each for each in found if after is None or _place(each) > _place(after)][
            :PAGE_SIZE
        ]

    def born_on(self, finder: str, *, after: CardId | None) -> Sequence[CardId]:
        found = sorted(self.births[finder])
        return [each for each in found if after is None or each > after][:PAGE_SIZE]

    def roll_calls(self, *, until: datetime) -> Sequence[RollCall]:
        found = [call for (at, _), call in sorted(self.calls.items()) if at <= until]
        return found[:PAGE_SIZE]

    def unreadable_roll_calls(self, *, until: datetime) -> Sequence[str]:
        del until
        return self.unreadable

    def put_roll_call(self, roll_call: RollCall) -> None:
        self.calls[roll_call.at, roll_call.program_id] = roll_call

    def end_roll_call(self, roll_call: RollCall) -> None:
        self.calls.pop((roll_call.at, roll_call.program_id), None)

    def place(self, walk: Walk) -> date | None:
        return self.places.get(walk)

    def begin(self, walk: Walk, day: date) -> None:
        self.places.setdefault(walk, day)

    def reach(self, walk: Walk, day: date) -> None:
        self.places[walk] = day


def _place(appointment: Appointment) -> tuple[datetime, CardId, str]:
    return appointment.at, appointment.card_id, str(appointment.birthday or "")
