"""Reads the golden cases: strictly, so that no expectation is lost to a slip of the pen.

A file is a list of cases:

    - name: "the remainder of a step waits on the card"
      rule: "8.1"                  # or a list: sentences below, or worked examples such as "A11"
      program: {kind: points, rules: [...]}     # what is left out is filled in, see `document`
      programs: [{at: ..., program: {...}}]     # instead, where versions matter
      other: [...]                 # the history of a second card, for merges
      history:
        - {at: "2027-03-01 10:00:00", buy: 1250, expect: {points: 12, carry: 50}}
        - {until: "2027-04-01 00:00:00"}
      then: {balance: 12, carry: 50, entries: 1}

Times are local to the programme's zone, or carry an offset. The steps of a history are numbered
from 1; `reverse`, `refund`, `capture` and `release` name a step by its number, `redeem_offer`
the offer by the order in which the card got them. Before each step the shop does all that is due.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

HERE = Path(__file__).parent

# The sentences of design section 8 by number; a case says which of them it shows.
SENTENCES = {
    "8.1": "points = floor((carry + eligible paid) / step) x per; the remainder is the new carry",
    "8.2": "multipliers act on whole base points and are floored once",
    "8.3": "flat bonuses come after multipliers",
    "8.4": "the cap comes last",
    "8.5": "stacking: best is the highest multiplier, sum is 1 + the sum of (m - 1)",
    "8.6": "a purchase is valued at its occurred_at: version, weekday and hour, start of expiry",
    "8.7": "the same location and reference counts once, whatever the key",
    "8.8": "a refund leaves what the net amount would have left, at that purchase's multiplier",
    "8.9": "later purchases are not rated again",
    "8.10": "refunds never exceed what was paid",
    "8.11": "a tier is reached at once; a period's sum decides the next one's, after the grace",
    "8.12": "a referral pays on the first purchase that qualifies, and is clawed back below it",
    "8.13": "n months end at the last second of the same day, or of the month's last day",
    "8.14": "soonest-expiring lots are spent first",
    "8.15": "lots merge only with equal expiry",
    "8.16": "29 February falls on 28 February in common years",
    "8.17": "a birthday pays once a year whatever is edited",
    "8.18": "a full stamp card gives its reward and the surplus starts the next",
    "8.19": "stamps taken back take back an unused reward, else go below zero (or zero, or owed)",
}

_PROGRAM = {
    "name": "Golden",
    "locale": "pl",
    "currency": "PLN",
    "time_zone": "Europe/Warsaw",
    "rules": [],
    "rewards": [],
    "design": {"color": "#1f5b45", "style": "pad", "picture": "cup"},
}
# What a step can do, and what else it may say.
_ACTS: Mapping[str, frozenset[str]] = {
    act: frozenset(options.split())
    for act, options in {
        # True, {birthday: "02-29"} or {referred: true}, by the other card's holder: the first
        # step.
        "enrol": "",
        "birthday": "",  # "03-15": the member's birthday is edited
        "buy": "items tax reference location occurred_at insist",
        "give": "occurred_at",
        "action": "occurred_at",
        "adjust": "reason",
        "offer": "",  # an offer of that id is given by hand
        "redeem": "confirmed location",
        "redeem_offer": "",
        "spend": "",
        "hold": "minutes confirmed",
        "capture": "",
        "release": "",
        "reverse": "",
        "refund": "",  # [step, minor units]
        "until": "",  # moves the clock
        "close": "reason",  # closed or void
        "merge": "",  # true: the other card into this one
        "unmerge": "",  # the step of the merge
    }.items()
}
_TIMES = ("at", "until", "occurred_at")


class CaseError(Exception):
    """A case is not written as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a step, or a whole history, is to leave. None where nothing is said.

    `change` of the balance (written `points` or `stamps`) and `lines` (rule: units) in what the
    step wrote; `version` of the programme that it was rated under; `replayed`: it wrote nothing,
    what stood there already counts. `error` is a refusal by its name, `explain` a part of the
    explanation, `reason` what the entry itself says. `lots` by the local day at whose last second
    they end, or "never". `tier` its id, or "none". `offers` as "id" or "id until 2027-03-08", in
    order. `visits`, `entries`, `kinds` of all entries, `other` card: in the end only.
    """

    change: int | None = None
    lines: Mapping[str, int] | None = None
    version: int | None = None
    replayed: bool = False
    error: str | None = None
    explain: str | None = None
    reason: str | None = None
    balance: int | None = None
    pending: int | None = None
    owed: int | None = None
    carry: int | None = None
    lots: Mapping[str, int] | None = None
    offers: tuple[str, ...] | None = None
    visits: int | None = None
    entries: int | None = None
    kinds: tuple[str, ...] | None = None
    status: str | None = None
    tier: str | None = None
    other: "Expect | None" = None


_OF_STATE = {"balance", "pending", "owed", "carry", "lots", "offers", "visits", "status", "tier"}
_OF_STEP = _OF_STATE | {"lines", "version", "replayed", "error", "explain", "reason"}
_OF_END = _OF_STATE | {"entries", "kinds", "other"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens to a card: `act` by its name, `what` it is given, more in `said`."""

    number: int
    at: datetime
    act: str
    what: Any
    said: Mapping[str, Any]
    expect: Expect


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case: `programs` are documents with the time from which each is in force."""

    file: str
    name: str
    rules: tuple[str, ...]
    zone: str
    programs: tuple[tuple[datetime, Mapping[str, Any]], ...]
    history: tuple[Step, ...]
    other: tuple[Step, ...]
    then: Expect

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def all_cases() -> tuple[Case, ...]:
    """Every case of every file beside this one."""
    return tuple(case for path in sorted(HERE.glob("*.yaml")) for case in read_file(path))


def read_file(path: Path) -> Iterator[Case]:
    """The cases of a file. Raises CaseError at the first that is not well written."""
    for said in yaml.load(path.read_text("utf-8"), Loader=_Loader):  # noqa: S506  a safe loader
        try:
            yield _case(path.stem, said)
        except (CaseError, ValueError, TypeError, KeyError) as error:
            raise CaseError(f"{path.name}: {said.get('name')}: {error!r}") from error


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping: YAML lets the last one win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        made = super().construct_mapping(node, deep=deep)
        if len(made) != len(node.value):
            raise CaseError(f"a key stands twice{node.start_mark}")
        return made


def document(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The whole programme document of a case's short one."""
    stamps = {"stamps": {"target": 10}} if said["kind"] == "stamps" else {}
    return {**_PROGRAM, **stamps, **said}


def _case(file: str, said: Mapping[str, Any]) -> Case:
    _only(said, {"name", "rule", "program", "programs", "history", "other", "then"})
    if ("program" in said) == ("programs" in said):
        raise CaseError("needs one of program and programs")
    versions = said.get("programs") or [{"at": None, "program": said["program"]}]
    zone = document(versions[0]["program"])["time_zone"]
    history = _steps(said["history"], zone)
    begin = min(step.at for step in history)
    programs = []
    for version in versions:
        _only(version, {"at", "program"})
        since = _time(version["at"], zone) if version["at"] else _long_before(begin)
        programs.append((since, document(version["program"])))
    rules = said.get("rule", [])
    return Case(
        file=file,
        name=said["name"],
        rules=(rules,) if isinstance(rules, str) else tuple(rules),
        zone=zone,
        programs=tuple(programs),
        history=history,
        other=_steps(said.get("other", []), zone),
        then=_expect(said.get("then", {}), _OF_END),
    )


def _steps(said: list[Mapping[str, Any]], zone: str) -> tuple[Step, ...]:
    steps = tuple(_step(number, each, zone) for number, each in enumerate(said, start=1))
    if any(one.at > other.at for one, other in pairwise(steps)):
        raise CaseError("the steps are not in the order of time")
    return steps


def _step(number: int, said: Mapping[str, Any], zone: str) -> Step:
    acts = [act for act in _ACTS if act in said]
    if len(acts) != 1:
        raise CaseError(f"step {number} does {acts or 'nothing'}")
    act = acts[0]
    _only(said, {"at", act, "expect", *_ACTS[act]} - ({"at"} if act == "until" else set()))
    times = {key: _time(said[key], zone) for key in _TIMES if key in said}
    return Step(
        number=number,
        at=times["until"] if act == "until" else times["at"],
        act=act,
        what=said[act],
        said={**said, **times},
        expect=_expect(said.get("expect", {}), _OF_STEP | {"points", "stamps"}),
    )


def _expect(said: Mapping[str, Any], known: set[str]) -> Expect:
    _only(said, known)
    named = {field.name for field in fields(Expect)}
    made = {key: value for key, value in said.items() if key in named}
    for key in ("offers", "kinds"):
        if key in made:
            made[key] = tuple(made[key])
    if "other" in made:
        made["other"] = _expect(made["other"], _OF_END)
    if not all(isinstance(day, str) for day in said.get("lots") or {}):
        raise CaseError("quote the days of lots")
    if "points" in said and "stamps" in said:
        raise CaseError("a card changes in one unit")
    return Expect(change=said.get("points", said.get("stamps")), **made)


def _time(said: object, zone: str) -> datetime:
    """An instant; a local time that a clock change makes double or skips needs its offset."""
    if not isinstance(said, str):
        raise CaseError(f"quote the time {said!r}")
    at = datetime.fromisoformat(said)
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    local = at.replace(tzinfo=ZoneInfo(zone))
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise CaseError(f"{said} happens twice or never: say the offset")
    return local.astimezone(UTC)


def _long_before(at: datetime) -> datetime:
    return datetime(at.year - 1, 1, 1, tzinfo=UTC)


def _only(said: Mapping[str, Any], known: set[str]) -> None:
    unknown = set(said) - known
    if unknown:
        raise CaseError(f"nobody knows {sorted(unknown)}")
