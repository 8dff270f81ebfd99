"""Birthdays: each is put into the agenda a day ahead, and its bonus given on that local day.

A birthday is kept encrypted; a blind index of it leads to the cards. A card has one bonus a year,
whatever is edited, and whoever is merged into it: that is in the idempotency key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from wallet.domain.calendar import birthday_in, day_start, local_day
from wallet.domain.canonical import fingerprint
from wallet.domain.cards import Card
from wallet.domain.errors import CardNotActiveError
from wallet.domain.ids import MerchantId, key_digest
from wallet.domain.ledger import bonus
from wallet.domain.programs import Program
from wallet.domain.times import cut
from wallet.domain.vocabulary import RuleKind
from wallet.services.agenda import Appointment
from wallet.services.commit import Act, Books, Decided, commit_gift, program_in_force
from wallet.services.find_cards import follow

ACTOR = "calendar"
# Birthdays of all merchants stand under one key: the day alone tells nothing of whose it is.
_PLATFORM = MerchantId("platform")
# A day begins so long before it does in UTC, in the islands that come first.
EARLIEST = timedelta(hours=14)
# By then the days in the agenda have begun nearly everywhere; the last of them is still to come.
_AHEAD_DAYS = 2
_LEAP_YEAR = 2000


class Finders(Protocol):
    """Makes blind indexes."""

    def finder(self, merchant_id: MerchantId, kind: str, value: str) -> str:
        """A keyed digest of a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday:
    """Where the card of a person with a birthday stands: its blind index, and what comes soon."""

    finder: str
    soon: tuple[Appointment, ...]


def birthday_of(
    vault: Finders, card: Card, program: Program, birthday: str, *, now: datetime
) -> Birthday:
    """What to keep of a new card's birthday (MM-DD).

    One that is today or in the next days may have been put into the agenda without this card.
    """
    today = local_day(now, program.time_zone)
    days = (today + timedelta(days=ahead) for ahead in range(_AHEAD_DAYS + 1))
    month, day = map(int, birthday.split("-"))
    soon = [each for each in days if each == birthday_in(each.year, month, day)]
    return Birthday(
        finder=_finder(vault, birthday),
        soon=tuple(appointment(card, program, each, now=now) for each in soon),
    )


def finders_of(vault: Finders, day: date) -> Sequence[str]:
    """The blind indexes of those who have their birthday on a day."""
    leap_day = date(_LEAP_YEAR, 2, 29)
    says = [f"{day:%m-%d}"]
    if birthday_in(day.year, leap_day.month, leap_day.day) == day and day.day != leap_day.day:
        says.append(f"{leap_day:%m-%d}")
    return [_finder(vault, each) for each in says]


def appointment(card: Card, program: Program, day: date, *, now: datetime) -> Appointment:
    """When a card's birthday is to be looked at: as the day begins in the programme's zone."""
    at = max(day_start(day, program.time_zone), cut(now))
    return Appointment(at=at, card_id=card.id, birthday=day)


def give_birthday_bonus(books: Books, card: Card, birthday: date, *, now: datetime) -> bool:
    """Gives what the rules in force give for a birthday, all in one entry; whether it did so now.

    Of a card that was merged, the one that it is part of gets it.
    """
    card = follow(books, card)
    name = f"birthday:{birthday.year}"
    act = Act(
        merchant_id=card.merchant_id,
        actor=ACTOR,
        digest=key_digest("due", name),
        fingerprint=fingerprint("due", {"name": name}),
        now=now,
    )

    def decide(card: Card) -> Decided:
        program = program_in_force(books, card, now)
        began = day_start(birthday, program.time_zone)
        draft = bonus(
            program,
            card,
            *program.rules_of(RuleKind.BIRTHDAY),
            digest=act.digest,
            occurred_at=max(began, card.created_at),
        )
        return Decided(draft=replace(draft, reason=name), program=program)

    if not program_in_force(books, card, now).rules_of(RuleKind.BIRTHDAY):
        return False
    try:
        given = commit_gift(books, act, card.id, decide)
    except CardNotActiveError:
        return False
    return given is not None and not given.replayed


def _finder(vault: Finders, birthday: str) -> str:
    return vault.finder(_PLATFORM, "birthday", birthday)
