"""Does what the calendar brings: what ripens, ends, is reminded of, is given for a birthday.

A run takes the cards that the agenda holds up to now, a page at a time. Each card is brought to
the point where nothing is due; then its next appointment is written, and only then the old one
removed. So a run that dies at any point leaves the card in the agenda, and what had been done is
not due again. A card that fails stops no other: it is looked at again a little later.

Before that, a run goes on with the roll calls that are due, so far that the cards do not wait
long.
"""

import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card
from wallet.domain.errors import NotHeldError
from wallet.domain.ids import CardId, ProgramId, entry_id, key_digest
from wallet.domain.lapse import Due, Task, due_now, key_of, lapse, next_due
from wallet.domain.times import cut
from wallet.services.agenda import SHARDS, Agenda, Appointment, RollCall
from wallet.services.birthdays import (
    ACTOR,
    EARLIEST,
    Finders,
    appointment,
    finders_of,
    give_birthday_bonus,
)
from wallet.services.commit import Act, Books, Decided, commit, own_card, program_in_force
from wallet.services.note_members import Register, Roll, note_page
from wallet.services.ports import Clock, Heads
from wallet.services.redeem import release_hold

# A card that failed is looked at again after this.
AGAIN = timedelta(minutes=10)
# A day is done only so long after its end: till then, somebody may still write into it.
_SETTLED = timedelta(hours=1)
_DAY = timedelta(days=1)
# After an outage longer than this, older birthdays are not made up for.
_BIRTHDAYS_LATE = timedelta(days=30)
# More things due on one card at one time than any card can have.
_STEPS_MAX = 1_000
# Of roll calls, a run goes through no more: each page may bring a hundred cards that are due now.
ROLL_PAGES_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the calendar's work needs.

    `has_time` says whether there is time for one card more; `alarm` is told of cards that failed,
    and of programmes whose cards could not be noted.
    """

    books: Books
    heads: Heads
    roll: Roll
    agenda: Agenda
    vault: Finders
    clock: Clock
    has_time: Callable[[], bool]
    alarm: Callable[[CardId | ProgramId, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a run did: cards looked at, entries written, what failed; whether it got through.

    `entries` counts those of this run's own calls; one written by a run that died is not in it.
    `rolls` is how many pages of members it noted.
    """

    cards: int
    entries: int
    failed: int
    done: bool
    rolls: int = 0


def keep_calendar(office: Office) -> Kept:
    """Does all that is due by now, or as much as there is time for."""
    run = _Run(office)
    run.spread_birthdays()
    called = run.call_rolls()
    done = run.do_dues()
    counts = run.counts
    return Kept(
        cards=counts["cards"],
        entries=counts["entries"],
        failed=counts["failed"],
        done=called and done,
        rolls=counts["rolls"],
    )


class _OutOfTimeError(Exception):
    """There is no time for one card more."""


class _MovedOnError(Exception):
    """The card has changed since it was looked at."""


class _Run:
    """One run, as of one moment."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._now = cut(office.clock())
        self.counts: Counter[str] = Counter()

    def spread_birthdays(self) -> None:
        """Puts the birthdays of each day that begins somewhere into the agenda, once."""
        agenda, last = self._office.agenda, (self._now + EARLIEST).date()
        agenda.begin("birthdays", last - _DAY)
        place = agenda.place("birthdays") or last
        # A place beyond tomorrow was reached by a clock that has been set back since.
        day = last if place > last + _DAY else max(place, last - _BIRTHDAYS_LATE)
        while day <= last:
            for finder in finders_of(self._office.vault, day):
                for cards in self._born_on(finder):
                    self._spread(cards, day)
            day += _DAY
            agenda.reach("birthdays", day)

    def call_rolls(self) -> bool:
        """Goes on with the roll calls, a page of each in turn; whether none is left for now."""
        waiting = deque(self._latest())
        while waiting and self.counts["rolls"] < ROLL_PAGES_MAX and self._office.has_time():
            self.counts["rolls"] += 1
            further = self._call(waiting.popleft())
            if further:
                waiting.append(further)
        return not waiting

    def do_dues(self) -> bool:
        """Goes through the days that are not done; whether it came to the end."""
        agenda, today = self._office.agenda, self._now.date()
        settled = (self._now - _SETTLED).date()
        agenda.begin("due", settled)
        day = agenda.place("due") or settled
        if day > settled:
            # The clock has been set back since.
            day = settled
            agenda.reach("due", day)
        try:
            while day <= today:
                for shard in range(SHARDS):
                    self._do_shard(day, shard)
                day += _DAY
                if day <= settled:
                    agenda.reach("due", day)
        except _OutOfTimeError:
            return False
        return True

    def _latest(self) -> Iterable[RollCall]:
        """The roll calls that are due. Of a programme's the last one, from its start, for all."""
        agenda = self._office.agenda
        latest: dict[ProgramId, RollCall] = {}
        for each in agenda.roll_calls(until=self._now):
            earlier = latest.get(each.program_id)
            latest[each.program_id] = replace(each, after="") if earlier else each
            if earlier:
                agenda.put_roll_call(latest[each.program_id])
                agenda.end_roll_call(earlier)
        return latest.values()

    def _call(self, roll_call: RollCall) -> RollCall | None:
        """Notes a page; the roll call to go on with, None if it is done, or put off."""
        office, agenda = self._office, self._office.agenda
        register = Register(
            agenda=agenda, programs=office.books.programs, heads=office.heads, roll=office.roll
        )
        try:
            return note_page(register, roll_call, now=self._now)
        except Exception:  # noqa: BLE001  the outermost edge of a programme
            self.counts["failed"] += 1
            office.alarm(roll_call.program_id, traceback.format_exc(limit=12))
            agenda.put_roll_call(replace(roll_call, at=self._now + AGAIN))
            agenda.end_roll_call(roll_call)
            return None

    def _born_on(self, finder: str) -> Iterator[Sequence[CardId]]:
        after = None
        while cards := self._office.agenda.born_on(finder, after=after):
            yield cards
            after = cards[-1]

    def _spread(self, cards: Sequence[CardId], day: date) -> None:
        books = self._office.books
        found = self._office.heads.heads(cards).values()
        programs = ((card, books.programs.current(card.program_id, self._now)) for card in found)
        self._office.agenda.add(
            [
                appointment(card, program, day, now=self._now)
                for card, program in programs
                if program
            ]
        )

    def _do_shard(self, day: date, shard: int) -> None:
        agenda, after = self._office.agenda, None
        while page := agenda.page(day, shard, until=self._now, after=after):
            cards = self._office.heads.heads(each.card_id for each in page)
            done: list[Appointment] = []
            further: list[Appointment] = []
            for each in page:
                if not self._office.has_time():
                    break
                further += self._look(each, cards.get(each.card_id))
                done.append(each)
            # In this order: a card is never out of the agenda.
            agenda.add(further)
            agenda.remove([each for each in done if each not in further])
            if len(done) < len(page):
                raise _OutOfTimeError
            after = page[-1]

    def _look(self, noted: Appointment, card: Card | None) -> Iterable[Appointment]:
        """Does what is due on a card; its next appointment, if it has one."""
        self.counts["cards"] += 1
        if card is None:
            return ()
        now = cut(self._office.clock())
        try:
            if noted.birthday:
                given = give_birthday_bonus(self._office.books, card, noted.birthday, now=now)
                self.counts["entries"] += given
                return ()
            at = self._settle(card, now)
        except Exception:  # noqa: BLE001  the outermost edge of a card
            self.counts["failed"] += 1
            self._office.alarm(card.id, traceback.format_exc(limit=12))
            return (replace(noted, at=now + AGAIN),)
        return (Appointment(at=max(at, now), card_id=card.id),) if at else ()

    def _settle(self, card: Card, now: datetime) -> datetime | None:
        """Does all that is due on a card, one after the other; when something is due next."""
        for _ in range(_STEPS_MAX):
            program = program_in_force(self._office.books, card, now)
            due = due_now(program, card.state, now)
            if due is None:
                return next_due(program, card.state)
            try:
                card = self._do(card, due, now)
            except (_MovedOnError, NotHeldError):
                card = own_card(self._office.books.ledger, card.merchant_id, card.id)
        raise RuntimeError("the card never comes to rest")

    def _do(self, card: Card, due: Due, now: datetime) -> Card:
        books, seq = self._office.books, card.seq
        act = Act(
            merchant_id=card.merchant_id,
            actor=ACTOR,
            digest=key_digest("due", key_of(due, card)),
            fingerprint=fingerprint("due", {"name": due.name}),
            now=now,
        )

        def decide(card: Card) -> Decided:
            if card.seq != seq:
                raise _MovedOnError
            program = program_in_force(books, card, now)
            return Decided(draft=lapse(program, card, due, digest=act.digest), program=program)

        if due.task is Task.RELEASE:
            hold_id = entry_id(card.id, due.detail)
            committed = release_hold(books, act, hold_id, occurred_at=due.at)
        else:
            committed = commit(books, act, card.id, decide)
        self.counts["entries"] += not committed.replayed
        return committed.card
