"""The whole of a document, and what holds for every purchase."""

import re
from collections.abc import Mapping
from itertools import pairwise

from wallet.domain.designs import Design, Picture, StampStyle
from wallet.domain.document.checks import check_terms
from wallet.domain.document.conditions import AMOUNT_MAX, ID, ITEMS
from wallet.domain.document.notes import Notes
from wallet.domain.document.records import Field, Kinds, Many, Record, Within, needed
from wallet.domain.document.rewards import COST_MAX, OFFER, OFFERS_MAX, REWARD, REWARDS_MAX
from wallet.domain.document.rules import (
    LIMIT,
    LIMITS_MAX,
    PERCENT_LEAST,
    PERCENT_MAX,
    RULE,
    RULES_MAX,
)
from wallet.domain.document.shapes import Choice, Color, OneOf, Text, Whole, Words, Zone
from wallet.domain.programs import (
    STAMPS_TARGET_MAX,
    Earning,
    Expiry,
    Level,
    MoneyOff,
    Refunds,
    Terms,
    Tiers,
)
from wallet.domain.vocabulary import (
    Basis,
    Debt,
    Period,
    ProgramKind,
    Returned,
    Stacking,
    TierCount,
)

LOCALES = ("en", "hu", "pl")
COOL_DOWN_MINUTES_MAX = 1_440
RIPEN_DAYS_MAX = 90
MONTHS_MAX = 120
REMIND_DAYS_MAX = 365
REMINDERS_MAX = 3
LEVELS_MAX = 10

_CURRENCY = Text(re.compile(r"[A-Z]{3}"), "must be an ISO 4217 code")
_LOGO = Text(re.compile(r"[0-9a-f]{32}"), "must be the name of an uploaded logo")


class _Logo:
    """The name of a logo, or null for none."""

    def read(self, notes: Notes, value: object) -> str | None:
        return None if value is None else _LOGO.read(notes, value)

    def write(self, value: str) -> str:
        return value


def _check_months(notes: Notes, given: Mapping[str, object], expiry: Expiry) -> None:
    if expiry.months == 0 and given.get("months") == 0 and "end_of" not in given:
        notes.refuse_at(".months", f"must be 1 to {MONTHS_MAX}; 0 goes with end_of")


_REMIND_DAYS = Field(
    "remind_days", Many(Whole(REMIND_DAYS_MAX), REMINDERS_MAX, apart=True, order=-1)
)
_AFTER = Record(
    of=Expiry,
    fields=(
        needed("months", Whole(MONTHS_MAX, 0)),
        Field("end_of", Choice(Period)),
        _REMIND_DAYS,
    ),
    check=_check_months,
)
_IDLE = Record(
    of=Expiry,
    fields=(needed("idle_months", Whole(MONTHS_MAX)), _REMIND_DAYS),
    elsewhere=frozenset({"months", "end_of"}),
)


class _Expiry:
    """After so many months, or after so many idle ones."""

    def read(self, notes: Notes, value: object) -> Expiry:
        idle = isinstance(value, Mapping) and "idle_months" in value
        return (_IDLE if idle else _AFTER).read(notes, value)

    def write(self, value: Expiry) -> dict[str, object]:
        return (_IDLE if value.idle_months else _AFTER).write(value)


_DESIGN = Record(
    of=Design,
    fields=(
        needed("color", Color()),
        needed("style", Choice(StampStyle)),
        needed("picture", Choice(Picture)),
        Field("logo", _Logo()),
    ),
)
_EARNING = Record(
    of=Earning,
    fields=(
        Field("basis", Choice(Basis)),
        Field("exclude", ITEMS, attribute="excluded"),
        Field("minimum", Whole(AMOUNT_MAX)),
        Field("stacking", Choice(Stacking)),
        Field("percent_max", Whole(PERCENT_MAX, PERCENT_LEAST)),
        Field("cool_down_minutes", Whole(COOL_DOWN_MINUTES_MAX)),
        Field("ripen_days", Whole(RIPEN_DAYS_MAX)),
    ),
)
_REFUNDS = Record(
    of=Refunds,
    fields=(Field("debt", Choice(Debt)), Field("returned", Choice(Returned))),
)
_MONEY_OFF = Record(
    of=MoneyOff,
    fields=(needed("points", Whole(COST_MAX)), needed("amount", Whole(AMOUNT_MAX))),
)
_LEVEL = Record(
    of=Level,
    fields=(
        needed("id", ID),
        needed("name", Words()),
        needed("from", Whole(AMOUNT_MAX), attribute="least"),
        Field("percent", Whole(100)),
    ),
)
_GRACE_DAYS_MAX = {Period.MONTH: 27, Period.QUARTER: 89, Period.YEAR: 364}


def _check_tiers(notes: Notes, _given: Mapping[str, object], tiers: Tiers) -> None:
    """The grace ends within its period, and levels rise, so that each sum has one tier."""
    most = _GRACE_DAYS_MAX[tiers.period]
    if tiers.grace_days > most:
        notes.refuse_at(".grace_days", f"must be at most {most}: shorter than the period")
    for index, (lower, higher) in enumerate(pairwise(tiers.levels), start=1):
        if higher.least <= lower.least:
            notes.refuse_at(f".levels[{index}].from", "must be more than that of the level before")
        if higher.id in {level.id for level in tiers.levels[:index]}:
            notes.refuse_at(f".levels[{index}].id", "stands twice in levels")


_TIERS = Record(
    of=Tiers,
    fields=(
        needed("count", Choice(TierCount)),
        needed("period", Choice(Period)),
        needed("levels", Many(_LEVEL, LEVELS_MAX, least=1)),
        Field("grace_days", Whole(max(_GRACE_DAYS_MAX.values()))),
    ),
    check=_check_tiers,
)
_TARGET = Within("target", Whole(STAMPS_TARGET_MAX))
TERMS = Kinds(
    Terms,
    (
        needed("name", Words()),
        needed("kind", Choice(ProgramKind)),
        needed("locale", OneOf(LOCALES)),
        needed("currency", _CURRENCY),
        needed("time_zone", Zone()),
        needed("rules", Many(RULE, RULES_MAX)),
        needed("rewards", Many(REWARD, REWARDS_MAX)),
        Field("offers", Many(OFFER, OFFERS_MAX)),
        Field("limits", Many(LIMIT, LIMITS_MAX)),
        Field("earning", _EARNING),
        Field("expiry", _Expiry()),
        Field("refunds", _REFUNDS),
        Field("tiers", _TIERS),
        needed("design", _DESIGN),
    ),
    {
        ProgramKind.STAMPS: (needed("stamps", _TARGET, attribute="stamps_target"),),
        ProgramKind.POINTS: (Field("money_off", _MONEY_OFF),),
    },
    checks=dict.fromkeys(ProgramKind, check_terms),
    set_to={"stamps_target": None},
)
