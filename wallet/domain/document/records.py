"""The composed values of a document: lists, objects, and objects whose fields hang on their kind.

A table of fields is all that there is to say of an object; reading, writing and the naming of
faults follow from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Generic, TypeVar

from wallet.domain.document.notes import Notes
from wallet.domain.document.shapes import Shape

T = TypeVar("T")
Check = Callable[[Notes, Mapping[str, object], Any], None]
"""Looks at an object with all its fields at hand: as they were given, and as they were read."""


@dataclass(slots=True, eq=False, repr=False)
class Many(Generic[T]):
    """A list. With `apart` none of its values may stand in it twice; with `order` they are sorted.

    `order` is 1 for ascending, -1 for descending, 0 for as they come.
    """

    shape: Shape[T]
    most: int
    least: int = 0
    apart: bool = False
    order: int = 0

    def read(self, notes: Notes, value: object) -> tuple[T, ...]:
        """The values."""
        reason = (
            f"must be a list of {self.least} to {self.most}"
            if self.least
            else (f"must be a list of at most {self.most}")
        )
        if not isinstance(value, list):
            notes.fault(reason)
            return ()
        if not self.least <= len(value) <= self.most and notes.refuse(reason):
            return ()
        found: list[T] = []
        for index, each in enumerate(value):
            with notes.at(f"[{index}]"):
                found.append(self._one(notes, each, found))
        return tuple(self._sorted(found))

    def write(self, value: tuple[T, ...]) -> list[object]:
        """The values."""
        return [self.shape.write(each) for each in value]

    def _one(self, notes: Notes, value: object, before: list[T]) -> T:
        known = len(notes.faults)
        one = self.shape.read(notes, value)
        if self.apart and one in before and len(notes.faults) == known:
            notes.refuse("stands twice in this list")
        return one

    def _sorted(self, found: list[Any]) -> list[Any]:
        return sorted(found, reverse=self.order < 0) if self.order else found


@dataclass(slots=True, eq=False, repr=False)
class Field:
    """A field of an object.

    One that is not `needed` has the default of the value's attribute, and is left out where it
    stands at that. `attribute` if it has another name than the field.
    """

    name: str
    shape: Shape[Any]
    needed: bool = False
    attribute: str = ""

    @property
    def target(self) -> str:
        """The attribute of the value."""
        return self.attribute or self.name


def needed(name: str, shape: Shape[Any], attribute: str = "") -> Field:
    """A field that must be there."""
    return Field(name, shape, needed=True, attribute=attribute)


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Record(Generic[T]):
    """An object that makes a value of type `of`.

    `elsewhere`: fields that others of its sort have. `ignored`: fields of which nothing can be
    said. `set_to`: attributes that are no field and have no default.
    """

    of: type[T]
    fields: tuple[Field, ...]
    check: Check | None = None
    elsewhere: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    set_to: Mapping[str, object] = field(default_factory=dict)

    def read(self, notes: Notes, value: object) -> T:
        """The value."""
        given = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            notes.fault("must be an object")
        self._note_strangers(notes, given)
        read = {**self.set_to}
        for each in self.fields:
            if each.needed or each.name in given:
                with notes.at(f".{each.name}"):
                    read[each.target] = each.shape.read(notes, given.get(each.name))
        made = self.of(**read)
        if self.check and isinstance(value, Mapping):
            self.check(notes, given, made)
        return made

    def write(self, value: T) -> dict[str, object]:
        """The object, without what stands at its default."""
        return {
            each.name: each.shape.write(getattr(value, each.target))
            for each in self.fields
            if each.needed or (getattr(value, each.target) != _default(self.of, each))
        }

    def _note_strangers(self, notes: Notes, given: Mapping[str, object]) -> None:
        known = {each.name for each in self.fields} | self.ignored
        for key in given:
            if key not in known:
                there = key in self.elsewhere
                notes.unknown(key, "has no place here" if there else "unknown field")


@dataclass(slots=True, eq=False, repr=False)
class Within(Generic[T]):
    """An object of one field, which is all that is kept of it."""

    name: str
    shape: Shape[T]

    def read(self, notes: Notes, value: object) -> T:
        """The value of the field."""
        given = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            notes.fault("must be an object")
        for key in given:
            if key != self.name:
                notes.unknown(key, "unknown field")
        with notes.at(f".{self.name}"):
            return self.shape.read(notes, given.get(self.name))

    def write(self, value: T) -> dict[str, object]:
        """The object."""
        return {self.name: self.shape.write(value)}


class Kinds(Generic[T]):
    """Objects whose `kind`, one of the shared fields, says which other fields they have.

    Of one whose kind is unknown only the shared fields are read.
    """

    def __init__(
        self,
        of: type[T],
        shared: tuple[Field, ...],
        own: Mapping[str, tuple[Field, ...]],
        *,
        checks: Mapping[str, Check] | None = None,
        set_to: Mapping[str, object] | None = None,
    ) -> None:
        everywhere = frozenset(each.name for those in own.values() for each in those)
        self._unknown = Record(of=of, fields=shared, ignored=everywhere, set_to=set_to or {})
        self.records = {
            str(kind): Record(
                of=of,
                fields=shared + more,
                check=(checks or {}).get(kind),
                elsewhere=everywhere,
                set_to=set_to or {},
            )
            for kind, more in own.items()
        }

    def read(self, notes: Notes, value: object) -> T:
        """The value."""
        kind = value.get("kind") if isinstance(value, Mapping) else None
        known = self.records.get(kind) if isinstance(kind, str) else None
        return (known or self._unknown).read(notes, value)

    def write(self, value: Any) -> dict[str, object]:
        """The object."""
        return self.records[value.kind].write(value)


def _default(of: type[Any], one: Field) -> object:
    found = next(each for each in fields(of) if each.name == one.target)
    return None if found.default is MISSING else found.default
