"""Counts what happened in a program on a day, from the stream and never in a request.

A stream delivers more than once, and not all entries of a card come in one batch. So an entry is
not counted when it comes: its card is brought up to date, from the last entry counted to the
newest, in one conditional write. So whoever must see every entry looks on here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from wallet.domain.cards import Card
from wallet.domain.entries import Entry, EntryKind
from wallet.domain.errors import ContentionError
from wallet.domain.ids import CardId, EntryId, ProgramId
from wallet.domain.programs import Program
from wallet.domain.vocabulary import RewardKind
from wallet.services.ports import Ledger, Programs

_TRIES = 5
# What one transaction may hold: each entry touches at most one day.
ENTRIES_MAX = 50
# In the place of a day: the sum of all of them.
TOTAL = "total"

Onlooker = Callable[[Card, Sequence[Entry], Sequence[Entry]], None]
"""Sees a card, its new entries, and what reversals among them took back: each at least once."""

_REWARDED = (EntryKind.REDEEM, EntryKind.CAPTURE)


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
    donated: int = 0
    lapsed: int = 0

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

    def total(self, program_id: ProgramId) -> Tally:
        """The sum of all days of a program."""


def fold_statistics(
    ledger: Ledger,
    programs: Programs,
    statistics: Statistics,
    card_ids: Iterable[CardId],
    *,
    shown_to: Onlooker,
) -> None:
    """Brings the counts of these cards up to date.

    Before entries are counted they are `shown_to` somebody: what that raises is raised, and they
    come again. Raises ContentionError if others keep doing the same.
    """
    for card_id in card_ids:
        _fold(ledger, programs, statistics, card_id, shown_to)


def _fold(
    ledger: Ledger,
    programs: Programs,
    statistics: Statistics,
    card_id: CardId,
    shown_to: Onlooker,
) -> None:
    card = ledger.head(card_id)
    if card is None:
        return
    tries = 0
    while tries < _TRIES:
        counted = statistics.counted(card_id)
        entries = ledger.entries_after(card_id, counted, limit=ENTRIES_MAX)
        if not entries:
            return
        targets = _targets(ledger, entries)
        shown_to(card, entries, list(targets.values()))
        days = _by_day(entries, targets, _versions(programs, entries, card))
        if not statistics.count(
            card.program_id, card_id, days, after=counted, upto=entries[-1].seq
        ):
            tries += 1
    raise ContentionError(card_id)


def _versions(
    programs: Programs, entries: Sequence[Entry], card: Card
) -> Mapping[int, Program | None]:
    """Each version that the entries name."""
    versions = {entry.program_version for entry in entries}
    return {version: programs.version(card.program_id, version) for version in versions}


def _targets(ledger: Ledger, entries: Sequence[Entry]) -> Mapping[EntryId, Entry]:
    """The entries that reversals took back."""
    named = {entry.reverses for entry in entries if entry.reverses}
    found = {each: ledger.entry(each) for each in named}
    return {each: written.entry for each, written in found.items() if written}


def _by_day(
    entries: Sequence[Entry],
    targets: Mapping[EntryId, Entry],
    versions: Mapping[int, Program | None],
) -> Mapping[str, Tally]:
    """What the entries add to each day, and all of it once more to the total."""
    days: dict[str, Tally] = defaultdict(Tally)
    for entry in entries:
        program = versions[entry.program_version]
        added = tally(entry, program, targets.get(entry.reverses) if entry.reverses else None)
        day = _day(entry.occurred_at, ZoneInfo(program.time_zone if program else "UTC"))
        days[day] = days[day].plus(added)
        days[TOTAL] = days[TOTAL].plus(added)
    return days


def _day(at: datetime, zone: ZoneInfo) -> str:
    try:
        return at.astimezone(zone).date().isoformat()
    except OverflowError:
        # A caller may date a purchase to the year 1, which in western zones is the year before the
        # first. It must not stop the stream for everybody.
        return at.date().isoformat()


def tally(entry: Entry, program: Program | None, target: Entry | None) -> Tally:
    """What one entry adds; `target` is the one that a reversal took back."""
    if entry.kind is EntryKind.REVERSE:
        return _undone(entry, program, target)
    return Tally(
        entries=1,
        earns=entry.kind is EntryKind.EARN,
        redeems=entry.kind in _REWARDED,
        # A redeem's amount is the money that points stood for.
        turnover=(entry.amount or 0) if entry.kind is EntryKind.EARN else 0,
        donated=_donation(entry, program) if entry.kind in _REWARDED else 0,
        **_moved(entry),
    )


def _moved(entry: Entry) -> dict[str, int]:
    """Points and stamps given and taken: not those that went from one card to another."""
    if entry.kind in (EntryKind.MERGE, EntryKind.UNMERGE):
        return {}
    if entry.kind is EntryKind.EXPIRE:
        return {"lapsed": -entry.points - entry.stamps}
    if entry.kind is EntryKind.RELEASE:
        return {"points_taken": -entry.points, "stamps_taken": -entry.stamps}
    return {
        "points_given": max(entry.points, 0),
        "points_taken": max(-entry.points, 0),
        "stamps_given": max(entry.stamps, 0),
        "stamps_taken": max(-entry.stamps, 0),
    }


def _undone(entry: Entry, program: Program | None, target: Entry | None) -> Tally:
    """A reversal takes off what its target added; a visit only if it was undone as a whole."""
    is_purchase = target is not None and target.kind is EntryKind.EARN
    is_reward = target is not None and target.kind in _REWARDED
    whole = target is not None and entry.amount == target.amount
    return Tally(
        entries=1,
        earns=-int(is_purchase and whole),
        redeems=-int(is_reward),
        reversals=1,
        points_given=min(entry.points, 0),
        points_taken=min(-entry.points, 0),
        stamps_given=min(entry.stamps, 0),
        stamps_taken=min(-entry.stamps, 0),
        turnover=-(entry.amount or 0),
        donated=-_donation(target, program) if target and is_reward else 0,
    )


def _donation(entry: Entry, program: Program | None) -> int:
    """Minor units that a reward gives to a cause."""
    if program is None or entry.reward_id is None:
        return 0
    find = program.offer if entry.offer_id else program.reward
    given = find(entry.reward_id)
    return given.amount if given and given.kind is RewardKind.DONATION else 0
