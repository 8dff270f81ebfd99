"""Under what a rule or a reward counts, and which goods are meant."""

import re
from collections.abc import Mapping

from wallet.domain.document.notes import Notes
from wallet.domain.document.records import Field, Many, Record
from wallet.domain.document.shapes import Day, Text, TimeOfDay, Weekday, Whole, Words
from wallet.domain.programs import Items, When

AMOUNT_MAX = 1_000_000_000
LISTED_MAX = 100
GOODS_CHARS_MAX = 200
VISIT_MAX = 1_000_000

ID = Text(
    # Ids of rules and rewards are listed in entries, which are to stay within one write unit.
    re.compile(r"[a-z0-9][a-z0-9_-]{0,23}"),
    "must be 1 to 24 of a-z, 0-9, - and _, beginning with a letter or digit",
)
_LOCATION = Text(re.compile(r"[A-Za-z0-9_-]{1,64}"), "must be 1 to 64 of a-z, A-Z, 0-9, - and _")
_GOODS = Many(Words(GOODS_CHARS_MAX), LISTED_MAX, least=1, apart=True)


def _check_items(notes: Notes, given: Mapping[str, object], _items: Items) -> None:
    if not {"skus", "categories"} & given.keys():
        notes.refuse("must name skus or categories")


def _check_when(notes: Notes, given: Mapping[str, object], when: When) -> None:
    if not given:
        notes.refuse("must say something; left out, it counts always")
    for one, other in (("from", "to"), ("to", "from")):
        if one in given and other not in given:
            notes.refuse_at(f".{other}", f"is missing: there is {one}")
    if when.from_minute is not None and when.from_minute == when.to_minute:
        notes.refuse_at(".to", "must differ from from")
    if when.from_day and when.to_day and when.from_day > when.to_day:
        notes.refuse_at(".to_day", "lies before from_day")


ITEMS = Record(
    of=Items,
    fields=(Field("skus", _GOODS), Field("categories", _GOODS)),
    check=_check_items,
)
_TIMES = (
    Field("weekdays", Many(Weekday(), 7, least=1, apart=True, order=1)),
    Field("from", TimeOfDay(), attribute="from_minute"),
    Field("to", TimeOfDay(), attribute="to_minute"),
    Field("from_day", Day()),
    Field("to_day", Day()),
    Field("locations", Many(_LOCATION, LISTED_MAX, least=1, apart=True)),
    Field("tiers", Many(ID, LISTED_MAX, least=1, apart=True)),
)
_BASKET = (
    Field("minimum", Whole(AMOUNT_MAX)),
    Field("visit", Whole(VISIT_MAX)),
    Field("items", ITEMS),
)
WHEN = Record(of=When, fields=_TIMES + _BASKET, check=_check_when)
WHEN_HAD = Record(
    of=When,
    fields=_TIMES,
    check=_check_when,
    elsewhere=frozenset(each.name for each in _BASKET),
)
"""Of a reward: what is in the basket, or how many there were, does not matter."""
