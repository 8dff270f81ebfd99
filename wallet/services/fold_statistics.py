"""Counts what happened in a program on a day, from the stream and never in a request.

A stream delivers more than once, and not all entries of a card come in one batch. So an entry is
not counted when it comes: its card is brought up to date, from the last entry counted to the
newest, in one conditional write.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import ContentionError
from wallet.domain.ids import CardId, ProgramId
from wallet.services.ports import Ledger, Programs

_TRIES = 5
# What one transaction may hold: each entry touches at most one day.
ENTRIES_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What entries add to a day.

    What is undone is taken off again on the day of the undoing, so a day can be below zero.
    `turnover` is minor units of purchases, less refunds.
    """

    entries: int = 0
    earns: int = 0
    redeems: int = 0
    reversals: int = 0
    points_given: int = 0
    points_taken: int = 0
    stamps_given: int = 0
    stamps_taken: int = 0
    turnover: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """The sum of both."""
        return Tally(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(self)
            }
        )


class Statistics(Protocol):
    """The roll-ups."""

    def counted(self, card_id: CardId) -> int:
        """The `seq` of the newest entry of the card that has been counted."""

    def count(
        self,
        program_id: ProgramId,
        card_id: CardId,
        days: Mapping[str, Tally],
        *,
        after: int,
        upto: int,
    ) -> bool:
        """Adds to the days and raises the card's counted `seq`, if it is still `after`."""

    def days(self, program_id: ProgramId, first: str, last: str) -> Mapping[str, Tally]:
        """The days (ISO dates) of a program, ends included, that have anything."""


def fold_statistics(
    ledger: Ledger, programs: Programs, statistics: Statistics, card_ids: Iterable[CardId]
) -> None:
    """Brings the counts of these cards up to date.

    Raises ContentionError if others keep doing the same.
    """
    for card_id in dict.fromkeys(card_ids):
        _fold(ledger, programs, statistics, card_id)


def _fold(ledger: Ledger, programs: Programs, statistics: Statistics, card_id: CardId) -> None:
    card = ledger.head(card_id)
    if card is None:
        return
    tries = 0
    while tries < _TRIES:
        counted = statistics.counted(card_id)
        entries = ledger.entries_after(card_id, counted, limit=ENTRIES_MAX)
        if not entries:
            return
        zones = _zones(programs, card.program_id, entries)
        days = _by_day(entries, zones)
        if not statistics.count(
            card.program_id, card_id, days, after=counted, upto=entries[-1].seq
        ):
            tries += 1
    raise ContentionError(card_id)


def _zones(
    programs: Programs, program_id: ProgramId, entries: Sequence[Entry]
) -> Mapping[int, ZoneInfo]:
    """The time zone of each version that the entries name."""
    versions = {entry.program_version for entry in entries}
    found = {version: programs.version(program_id, version) for version in versions}
    return {
        version: ZoneInfo(program.time_zone if program else "UTC")
        for version, program in found.items()
    }


def _by_day(entries: Sequence[Entry], zones: Mapping[int, ZoneInfo]) -> Mapping[str, Tally]:
    days: dict[str, Tally] = defaultdict(Tally)
    for entry in entries:
        day = _day(entry.occurred_at, zones[entry.program_version])
        days[day] = days[day].plus(tally(entry))
    return days


def _day(at: datetime, zone: ZoneInfo) -> str:
    try:
        return at.astimezone(zone).date().isoformat()
    except OverflowError:
        # A caller may date a purchase to the year 1, which in western zones is the year before the
        # first. It must not stop the stream for everybody.
        return at.date().isoformat()


def tally(entry: Entry) -> Tally:
    """What one entry adds."""
    if entry.kind is EntryKind.REVERSE:
        return _undone(entry)
    return Tally(
        entries=1,
        earns=entry.kind is EntryKind.EARN,
        redeems=entry.kind is EntryKind.REDEEM,
        points_given=max(entry.points, 0),
        points_taken=max(-entry.points, 0),
        stamps_given=max(entry.stamps, 0),
        stamps_taken=max(-entry.stamps, 0),
        turnover=entry.amount or 0,
    )


def _undone(entry: Entry) -> Tally:
    """A reversal that gives something back undoes a reward, always whole; any other, an earn."""
    return Tally(
        entries=1,
        redeems=-int(entry.points > 0 or entry.stamps > 0),
        reversals=1,
        points_given=min(entry.points, 0),
        points_taken=min(-entry.points, 0),
        stamps_given=min(entry.stamps, 0),
        stamps_taken=min(-entry.stamps, 0),
        turnover=-(entry.amount or 0),
    )
