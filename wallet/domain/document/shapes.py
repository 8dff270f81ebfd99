"""The single values of a document: how each is read from JSON, and written in one way only.

A shape that cannot read a value notes why and answers with a stand-in, so that the reading goes
on; a document with a fault is thrown away whole.

Shapes are made once, and never compared or shown: what dataclasses would add for that would cost
each cold start a millisecond.
"""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from wallet.domain.document.notes import Notes, clean_text

T = TypeVar("T")
EnumT = TypeVar("EnumT", bound=StrEnum)

NAME_CHARS_MAX = 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
# Python takes 20270301 and 2027-W09-1 too.
_DAY = re.compile(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")


class Shape(Protocol[T]):
    """One kind of value: `write` gives what `read` takes."""

    def read(self, notes: Notes, value: object) -> T:
        """The value; where there is none to be had, a stand-in, and a fault is noted."""

    def write(self, value: T) -> object:
        """The value as JSON has it."""


@dataclass(slots=True, eq=False, repr=False)
class Whole:
    """A whole number within bounds. JSON's true and 1.0 are none."""

    most: int
    least: int = 1

    def read(self, notes: Notes, value: object) -> int:
        """The number."""
        reason = f"must be a whole number from {self.least} to {self.most}"
        if not isinstance(value, int) or isinstance(value, bool):
            notes.fault(reason)
            return self.least
        if not self.least <= value <= self.most and notes.refuse(reason):
            return self.least
        return value

    def write(self, value: int) -> int:
        """The number."""
        return value


@dataclass(slots=True, eq=False, repr=False)
class Text:
    """A text of a form of its own; `reason` says which."""

    pattern: re.Pattern[str]
    reason: str

    def read(self, notes: Notes, value: object) -> str:
        """The text as it stands."""
        if not isinstance(value, str):
            notes.fault(self.reason)
            return ""
        if not self.pattern.fullmatch(value) and notes.refuse(self.reason):
            return ""
        return value

    def write(self, value: str) -> str:
        """The text."""
        return value


@dataclass(slots=True, eq=False, repr=False)
class Words:
    """A text for people (or of theirs): it is cleaned before it is measured."""

    most: int = NAME_CHARS_MAX

    def read(self, notes: Notes, value: object) -> str:
        """The text, cleaned."""
        reason = f"must be a text of 1 to {self.most} characters"
        if not isinstance(value, str):
            notes.fault(reason)
            return ""
        text = clean_text(value)
        if not 1 <= len(text) <= self.most:
            notes.refuse(reason)
        return text

    def write(self, value: str) -> str:
        """The text."""
        return value


class Color:
    """A colour, `#rrggbb`; small letters are its one way."""

    _text = Text(re.compile(r"#[0-9a-fA-F]{6}"), "must be a colour such as #1f5b45")

    def read(self, notes: Notes, value: object) -> str:
        """The colour in small letters."""
        return self._text.read(notes, value).lower()

    def write(self, value: str) -> str:
        """The colour."""
        return value


@dataclass(slots=True, eq=False, repr=False)
class Choice(Generic[EnumT]):
    """One of the values of an enumeration."""

    choices: type[EnumT]
    without: tuple[EnumT, ...] = ()

    def read(self, notes: Notes, value: object) -> EnumT:
        """The value."""
        allowed = [each for each in self.choices if each not in self.without]
        found = next((each for each in allowed if value == each), None)
        if found is None:
            notes.fault(f"must be one of {', '.join(allowed)}")
        return found or allowed[0]

    def write(self, value: EnumT) -> str:
        """Its name."""
        return str(value)


@dataclass(slots=True, eq=False, repr=False)
class OneOf:
    """One of a few texts."""

    texts: tuple[str, ...]

    def read(self, notes: Notes, value: object) -> str:
        """The text."""
        if value in self.texts:
            return str(value)
        notes.fault(f"must be one of {', '.join(self.texts)}")
        return self.texts[0]

    def write(self, value: str) -> str:
        """The text."""
        return value


class Weekday:
    """A day of the week: `mon` is 0."""

    def read(self, notes: Notes, value: object) -> int:
        """0 to 6."""
        return WEEKDAYS.index(OneOf(WEEKDAYS).read(notes, value))

    def write(self, value: int) -> str:
        """`mon` to `sun`."""
        return WEEKDAYS[value]


class Flag:
    """Yes or no."""

    def read(self, notes: Notes, value: object) -> bool:
        """Which of them."""
        if not isinstance(value, bool):
            notes.fault("must be true or false")
        return value is True

    def write(self, value: bool) -> bool:  # noqa: FBT001  a shape writes what it read
        """Which of them."""
        return value


class TimeOfDay:
    """A minute of the day: `14:30` is 870."""

    def read(self, notes: Notes, value: object) -> int | None:
        """0 to 1439, or None with a fault."""
        found = _TIME.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            notes.fault("must be a time of day from 00:00 to 23:59")
            return None
        return int(found[1]) * 60 + int(found[2])

    def write(self, value: int) -> str:
        """`14:30`."""
        return f"{value // 60:02d}:{value % 60:02d}"


class Day:
    """A day of the calendar, `2027-03-01`."""

    def read(self, notes: Notes, value: object) -> date | None:
        """The day, or None with a fault."""
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            notes.fault("must be a day such as 2027-03-01")
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            notes.fault("is no day of the calendar")
            return None

    def write(self, value: date) -> str:
        """`2027-03-01`."""
        return value.isoformat()


class Zone:
    """A time zone by its IANA name."""

    def read(self, notes: Notes, value: object) -> str:
        """The name."""
        if not isinstance(value, str) or not _ZONE.fullmatch(value):
            notes.fault("must be an IANA time zone such as Europe/Warsaw")
            return ""
        if not _is_zone(value):
            notes.refuse("is no time zone that is known")
        return value

    def write(self, value: str) -> str:
        """The name."""
        return value


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True
