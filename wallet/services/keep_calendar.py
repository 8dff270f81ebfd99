"""Does what the calendar brings: what ripens, ends, is reminded of, is given for a birthday.

A run takes the cards that the agenda holds up to now, a page at a time. Each card is brought to
the point where nothing is due; then its next appointment is written, and only then the old one
removed. So a run that dies at any point leaves the card in the agenda, and what had been done is
not due again. A card that fails stops no other: it is looked at again a little later.

With the time that is left, a run goes on with the roll calls: a page of each, then the cards that
are due by now, and so on. So what a roll call brings holds up others no longer than its page does.
"""

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card
from wallet.domain.errors import NotHeldError
from wallet.domain.ids import CardId, ProgramId, entry_id, key_digest
from wallet.domain.lapse import Due, Task, due_now, key_of, lapse, next_due
from wallet.domain.programs import Program
from wallet.domain.times import cut
from wallet.services.agenda import AGAIN, SHARDS, Agenda, Appointment
from wallet.services.birthdays import (
    ACTOR,
    EARLIEST,
    Finders,
    appointment,
    finders_of,
    give_birthday_bonus,
)
from wallet.services.commit import Act, Books, Decided, commit, own_card, program_in_force
from wallet.services.note_members import (
    Register,
    Roll,
    call_roll,
    join_roll_calls,
    tell_unreadable,
)
from wallet.services.ports import Clock, Heads
from wallet.services.redeem import release_hold

# A day is done only so long after its end: till then, somebody may still write into it.
_SETTLED = timedelta(hours=1)
_DAY = timedelta(days=1)
# After an outage longer than this, older birthdays are not made up for.
_BIRTHDAYS_LATE = timedelta(days=30)
# A day has begun everywhere so long after it did in UTC.
_LATEST = timedelta(hours=12)
# More things due on one card at one time than any card can have.
_STEPS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the calendar's work needs.

    `has_time` says whether there is time for one card more. `alarm` is told of cards that failed,
    `alarm_of_program` of programmes whose cards could not be noted, None where nobody can tell
    whose they are.
    """

    books: Books
    heads: Heads
    roll: Roll
    agenda: Agenda
    vault: Finders
    clock: Clock
    has_time: Callable[[], bool]
    alarm: Callable[[CardId, str], None]
    alarm_of_program: Callable[[ProgramId | None, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a run did: cards looked at, entries written, what failed; whether it got through.

    `entries` counts those of this run's own calls; one written by a run that died is not in it.
    `roll_pages` is how many pages of members it noted, or tried to.
    """

    cards: int
    entries: int
    failed: int
    done: bool
    roll_pages: int = 0


def keep_calendar(office: Office) -> Kept:
    """Does all that is due by now, or as much as there is time for."""
    run = _Run(office)
    run.spread_birthdays()
    done = run.do_dues() and run.call_rolls()
    counts = run.counts
    return Kept(
        cards=counts["cards"],
        entries=counts["entries"],
        failed=counts["failed"],
        done=done,
        roll_pages=counts["roll_pages"],
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
        self._register = Register(
            agenda=office.agenda,
            programs=office.books.programs,
            heads=office.heads,
            roll=office.roll,
            alarm=office.alarm_of_program,
        )
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

    def call_rolls(self) -> bool:
        """Goes on with the roll calls; whether all came to their ends, and all cards were done."""
        failed = tell_unreadable(self._register, now=self._now)
        self.counts["failed"] += failed
        while calls := join_roll_calls(self._register, now=self._now):
            for each in calls:
                if not self._office.has_time():
                    return False
                self.counts["roll_pages"] += 1
                put_off = not call_roll(self._register, each, now=self._now)
                self.counts["failed"] += put_off
                failed += put_off
            # The cards on these pages, before there are more of them than a run can do.
            if not self.do_dues():
                return False
        return not failed

    def _born_on(self, finder: str) -> Iterator[Sequence[CardId]]:
        after = None
        while cards := self._office.agenda.born_on(finder, after=after):
            yield cards
            after = cards[-1]

    def _spread(self, cards: Sequence[CardId], day: date) -> None:
        books, agenda = self._office.books, self._office.agenda
        try:
            found = self._office.heads.heads(cards).values()
        except Exception:  # noqa: BLE001  each is looked at, and told of, alone
            at = max(datetime.combine(day, time(), UTC) + _LATEST, self._now)
            agenda.add([Appointment(at=at, card_id=each, birthday=day) for each in cards])
            return
        programs = ((card, books.programs.current(card.program_id, self._now)) for card in found)
        agenda.add(
            [
                appointment(card, program, day, now=self._now)
                for card, program in programs
                if program
            ]
        )

    def _do_shard(self, day: date, shard: int) -> None:
        agenda, after = self._office.agenda, None
        while page := agenda.page(day, shard, until=self._now, after=after):
            head = self._heads(page)
            done: list[Appointment] = []
            further: list[Appointment] = []
            for each in page:
                if not self._office.has_time():
                    break
                further += self._look(each, head)
                done.append(each)
            # In this order: a card is never out of the agenda.
            agenda.add(further)
            agenda.remove([each for each in done if each not in further])
            if len(done) < len(page):
                raise _OutOfTimeError
            after = page[-1]

    def _heads(self, page: Sequence[Appointment]) -> Callable[[CardId], Card | None]:
        """What finds the head of a card of the page: all are read at once, if that can be done."""
        try:
            return self._office.heads.heads(each.card_id for each in page).get
        except Exception:  # noqa: BLE001  one at a time, whichever cannot be read fails alone
            return self._office.books.ledger.head

    def _look(
        self, noted: Appointment, head: Callable[[CardId], Card | None]
    ) -> Iterable[Appointment]:
        """Does what is due on a card; its next appointment, if it has one."""
        self.counts["cards"] += 1
        now = cut(self._office.clock())
        try:
            card = head(noted.card_id)
            if card is None:
                return ()
            if noted.birthday:
                given = give_birthday_bonus(self._office.books, card, noted.birthday, now=now)
                self.counts["entries"] += given
                return ()
            at = self._settle(card, now)
        except Exception:  # noqa: BLE001  the outermost edge of a card
            self.counts["failed"] += 1
            self._office.alarm(noted.card_id, traceback.format_exc(limit=12))
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
                card = self._do(card, program, due, now)
            except (_MovedOnError, NotHeldError):
                card = own_card(self._office.books.ledger, card.merchant_id, card.id)
        raise RuntimeError("the card never comes to rest")

    def _do(self, card: Card, program: Program, due: Due, now: datetime) -> Card:
        """Does what by that version is due: by another one it might be dated otherwise."""
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
            return Decided(draft=lapse(program, card, due, digest=act.digest), program=program)

        if due.task is Task.RELEASE:
            hold_id = entry_id(card.id, due.detail)
            committed = release_hold(books, act, hold_id, occurred_at=due.at)
        else:
            committed = commit(books, act, card.id, decide)
        self.counts["entries"] += not committed.replayed
        return committed.card
