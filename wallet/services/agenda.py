"""The agenda: which cards to look at, and when; and whose cards to note in it anew.

A card with something due stands in it at least once, at the latest at the time of the first such
thing. It may stand there too early, or for nothing: who looks finds what is due by the card
itself. So whatever only postpones writes nothing here.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from wallet.domain.ids import CardId, ProgramId

# A day of everybody's at once is spread over so many partitions.
SHARDS = 16
PAGE_SIZE = 100
# What failed is tried again after this.
AGAIN = timedelta(minutes=10)

Walk = Literal["due", "birthdays"]
"""What goes through the agenda day by day: what is due, and the birthdays that become due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A card to look at; `birthday` is the day that its holder has one, if that is why."""

    at: datetime
    card_id: CardId
    birthday: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCall:
    """A programme all cards of which are to be noted anew; those before the place `after` are."""

    at: datetime
    program_id: ProgramId
    after: str = ""


class Agenda(Protocol):
    """Appointments by UTC day and shard, birthdays by blind index, and the places reached."""

    def add(self, appointments: Sequence[Appointment]) -> None:
        """Writes appointments; one that stands already stays."""

    def remove(self, appointments: Sequence[Appointment]) -> None:
        """Takes appointments away; nothing happens where there is none."""

    def page(
        self, day: date, shard: int, *, until: datetime, after: Appointment | None
    ) -> Sequence[Appointment]:
        """At most PAGE_SIZE of a day, behind `after` and no later than `until`, in order."""

    def born_on(self, finder: str, *, after: CardId | None) -> Sequence[CardId]:
        """At most PAGE_SIZE cards behind `after` whose holders' birthday has that blind index."""

    def roll_calls(self, *, until: datetime) -> Sequence[RollCall]:
        """At most PAGE_SIZE that are due by then, in order, without those that cannot be read."""

    def unreadable_roll_calls(self, *, until: datetime) -> Sequence[str]:
        """The keys of those among the ones that are due by then that nobody can read."""

    def put_roll_call(self, roll_call: RollCall) -> None:
        """Writes a roll call, or the place that it has come to."""

    def end_roll_call(self, roll_call: RollCall) -> None:
        """Takes a roll call away."""

    def place(self, walk: Walk) -> date | None:
        """The first day that a walk has not done; None if it never began."""

    def begin(self, walk: Walk, day: date) -> None:
        """Says where a walk begins, unless it has begun."""

    def reach(self, walk: Walk, day: date) -> None:
        """Says that a walk has done all days before that one."""


def shard_of(card_id: CardId) -> int:
    """Where a card stands, always the same."""
    return zlib.crc32(card_id.encode()) % SHARDS
