"""Reads and writes the program document: what a merchant PUTs, and what is stored.

docs/program.schema.json describes the same form. A reading that fails names every fault with its
path in one answer, so that nobody mends a document one error at a time.
"""

import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TypeVar

from wallet.domain.errors import Fault, InvalidProgramError
from wallet.domain.programs import (
    STAMPS_TARGET_MAX,
    Cost,
    Design,
    Picture,
    Program,
    ProgramKind,
    Reward,
    RewardKind,
    Rule,
    RuleKind,
    StampStyle,
)

LOCALES = ("en", "hu", "pl")
NAME_CHARS_MAX = 60
RULES_MAX = 40
REWARDS_MAX = 40
PER_PURCHASE_MAX = 1_000
STEP_MAX = 1_000_000_000
COST_MAX = 1_000_000

# Ids of rules and rewards are listed in entries, which are to stay within one write unit.
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LOGO = re.compile(r"[0-9a-f]{32}")
# Control characters, line separators, and the marks by which text can be made to read backwards on
# another's screen.
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

EnumT = TypeVar("EnumT", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that a program document says: a Program without id, merchant, versions and time."""

    kind: ProgramKind
    name: str
    locale: str
    currency: str
    time_zone: str
    stamps_target: int | None
    rules: tuple[Rule, ...]
    rewards: tuple[Reward, ...]
    design: Design


def read_terms(document: Mapping[str, object]) -> Terms:
    """What the document says. Raises InvalidProgramError with every fault."""
    reader = _Reader()
    terms = _terms(reader, document)
    if reader.faults:
        raise InvalidProgramError(tuple(dict.fromkeys(reader.faults)))
    return terms


def write_terms(program: Program | Terms) -> dict[str, object]:
    """The document of a version, in its one canonical form.

    Equal documents mean equal programmes.
    """
    document: dict[str, object] = {
        "name": program.name,
        "kind": str(program.kind),
        "locale": program.locale,
        "currency": program.currency,
        "time_zone": program.time_zone,
        "rules": [_write_rule(rule) for rule in program.rules],
        "rewards": [_write_reward(reward) for reward in program.rewards],
        "design": {
            key: str(value) for key, value in asdict(program.design).items() if value is not None
        },
    }
    if program.stamps_target is not None:
        document["stamps"] = {"target": program.stamps_target}
    return document


def face(program: Program | Terms) -> dict[str, object]:
    """The part of the document that a pass shows. Where it differs, the passes differ."""
    document = write_terms(program)
    for key in ("rules", "currency", "time_zone"):
        del document[key]
    return document


def clean_text(text: str) -> str:
    """The text without control and direction marks, spaces at its ends trimmed."""
    return _UNPRINTABLE.sub("", text).strip()


def _write_rule(rule: Rule) -> dict[str, object]:
    if rule.kind is RuleKind.STAMPS_PER_PURCHASE:
        return {"id": rule.id, "kind": str(rule.kind), "stamps": rule.stamps}
    return {"id": rule.id, "kind": str(rule.kind), "step": rule.step, "points": rule.points}


def _write_reward(reward: Reward) -> dict[str, object]:
    unit = "stamps" if reward.cost.stamps else "points"
    cost = {unit: getattr(reward.cost, unit)}
    return {"id": reward.id, "name": reward.name, "kind": str(reward.kind), "cost": cost}


class _Reader:
    """Walks a document, noting faults instead of stopping at the first."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._path: list[str] = []

    @contextmanager
    def at(self, step: str) -> Iterator[None]:
        self._path.append(step)
        yield
        self._path.pop()

    def fault(self, reason: str) -> None:
        path = "".join(self._path).removeprefix(".") or "$"
        self.faults.append(Fault(path, reason))

    def mapping(self, value: object, allowed: tuple[str, ...]) -> Mapping[str, object]:
        if not isinstance(value, Mapping):
            self.fault("must be an object")
            return {}
        for key in value:
            if key not in allowed:
                with self.at(f".{key}"):
                    self.fault("unknown field")
        return value

    def text(self, value: object, pattern: re.Pattern[str], reason: str) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.fault(reason)
        return ""

    def words(self, value: object) -> str:
        text = clean_text(value) if isinstance(value, str) else ""
        if not 1 <= len(text) <= NAME_CHARS_MAX:
            self.fault(f"must be a text of 1 to {NAME_CHARS_MAX} characters")
        return text

    def whole(self, value: object, most: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
        self.fault(f"must be a whole number from 1 to {most}")
        return 1

    def one_of(self, value: object, choices: type[EnumT]) -> EnumT:
        names = [str(choice) for choice in choices]
        if isinstance(value, str) and value in names:
            return choices(value)
        self.fault(f"must be one of {', '.join(names)}")
        return next(iter(choices))

    def listed(
        self, value: object, most: int, read: Callable[["_Reader", object], Rule | Reward]
    ) -> list[Rule | Reward]:
        if not isinstance(value, list) or len(value) > most:
            self.fault(f"must be a list of at most {most}")
            return []
        found: list[Rule | Reward] = []
        for index, each in enumerate(value):
            with self.at(f"[{index}]"):
                one = read(self, each)
                if one.id and any(one.id == other.id for other in found):
                    with self.at(".id"):
                        self.fault("stands twice in this list")
                found.append(one)
        return found


_FIELDS = (
    "name", "kind", "locale", "currency", "time_zone", "stamps", "rules", "rewards", "design",
)  # fmt: skip


def _terms(reader: _Reader, document: Mapping[str, object]) -> Terms:
    fields = reader.mapping(document, _FIELDS)
    with reader.at(".name"):
        name = reader.words(fields.get("name"))
    with reader.at(".kind"):
        kind = reader.one_of(fields.get("kind"), ProgramKind)
    known = fields.get("kind") == kind
    target = _stamps_target(reader, fields, kind) if known else None
    with reader.at(".rules"):
        rules = reader.listed(fields.get("rules"), RULES_MAX, _rule)
    with reader.at(".rewards"):
        rewards = reader.listed(fields.get("rewards"), REWARDS_MAX, _reward)
    terms = Terms(
        kind=kind,
        name=name,
        locale=_locale(reader, fields),
        currency=_currency(reader, fields),
        time_zone=_time_zone(reader, fields),
        stamps_target=target,
        rules=tuple(each for each in rules if isinstance(each, Rule)),
        rewards=tuple(each for each in rewards if isinstance(each, Reward)),
        design=_design(reader, fields.get("design")),
    )
    # What else a document needs depends on its kind: an unknown one has no further faults.
    if known:
        _check_units(reader, terms)
    _check_carry(reader, terms)
    return terms


def _locale(reader: _Reader, fields: Mapping[str, object]) -> str:
    with reader.at(".locale"):
        value = fields.get("locale")
        if value in LOCALES:
            return str(value)
        reader.fault(f"must be one of {', '.join(LOCALES)}")
        return LOCALES[0]


def _currency(reader: _Reader, fields: Mapping[str, object]) -> str:
    with reader.at(".currency"):
        return reader.text(fields.get("currency"), _CURRENCY, "must be an ISO 4217 code")


def _time_zone(reader: _Reader, fields: Mapping[str, object]) -> str:
    with reader.at(".time_zone"):
        value = fields.get("time_zone")
        if isinstance(value, str) and _is_zone(value):
            return value
        reader.fault("must be an IANA time zone such as Europe/Warsaw")
        return "UTC"


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


def _stamps_target(reader: _Reader, fields: Mapping[str, object], kind: ProgramKind) -> int | None:
    with reader.at(".stamps"):
        if kind is ProgramKind.STAMPS:
            stamps = reader.mapping(fields.get("stamps"), ("target",))
            with reader.at(".target"):
                return reader.whole(stamps.get("target"), STAMPS_TARGET_MAX)
        if "stamps" in fields:
            reader.fault("belongs to a stamps programme only")
        return None


def _rule(reader: _Reader, value: object) -> Rule:
    fields = reader.mapping(value, ("id", "kind", "stamps", "step", "points"))
    with reader.at(".kind"):
        kind = reader.one_of(fields.get("kind"), RuleKind)
    rule_id = _id(reader, fields)
    if fields.get("kind") != kind:
        return Rule(id=rule_id, kind=kind)
    if kind is RuleKind.STAMPS_PER_PURCHASE:
        reader.mapping(value, ("id", "kind", "stamps"))
        return Rule(
            id=rule_id, kind=kind, stamps=_whole(reader, fields, "stamps", PER_PURCHASE_MAX)
        )
    reader.mapping(value, ("id", "kind", "step", "points"))
    return Rule(
        id=rule_id,
        kind=kind,
        step=_whole(reader, fields, "step", STEP_MAX),
        points=_whole(reader, fields, "points", PER_PURCHASE_MAX),
    )


def _reward(reader: _Reader, value: object) -> Reward:
    fields = reader.mapping(value, ("id", "name", "kind", "cost"))
    reward_id = _id(reader, fields)
    with reader.at(".name"):
        name = reader.words(fields.get("name"))
    with reader.at(".kind"):
        kind = reader.one_of(fields.get("kind"), RewardKind)
    with reader.at(".cost"):
        cost = _cost(reader, fields.get("cost"))
    return Reward(id=reward_id, name=name, kind=kind, cost=cost)


def _cost(reader: _Reader, value: object) -> Cost:
    fields = reader.mapping(value, ("points", "stamps"))
    if len(fields) != 1:
        reader.fault('must be {"points": n} or {"stamps": n}')
        return Cost()
    if "stamps" in fields:
        return Cost(stamps=_whole(reader, fields, "stamps", COST_MAX))
    return Cost(points=_whole(reader, fields, "points", COST_MAX))


def _design(reader: _Reader, value: object) -> Design:
    with reader.at(".design"):
        fields = reader.mapping(value, ("color", "style", "picture", "logo"))
        with reader.at(".color"):
            color = reader.text(fields.get("color"), _COLOR, "must be a colour such as #1f5b45")
        with reader.at(".style"):
            style = reader.one_of(fields.get("style"), StampStyle)
        with reader.at(".picture"):
            picture = reader.one_of(fields.get("picture"), Picture)
        with reader.at(".logo"):
            logo = _logo(reader, fields.get("logo"))
    return Design(color=color.lower(), style=style, picture=picture, logo=logo)


def _logo(reader: _Reader, value: object) -> str | None:
    if value is None:
        return None
    return reader.text(value, _LOGO, "must be the name of an uploaded logo")


def _id(reader: _Reader, fields: Mapping[str, object]) -> str:
    with reader.at(".id"):
        reason = "must be 1 to 24 of a-z, 0-9, - and _, beginning with a letter or digit"
        return reader.text(fields.get("id"), _ID, reason)


def _whole(reader: _Reader, fields: Mapping[str, object], name: str, most: int) -> int:
    with reader.at(f".{name}"):
        return reader.whole(fields.get(name), most)


def _check_units(reader: _Reader, terms: Terms) -> None:
    """A stamps programme gives and takes stamps, a points programme points."""
    other = "points" if terms.kind is ProgramKind.STAMPS else "stamps"
    for name, values in (("rules", terms.rules), ("rewards", terms.rewards)):
        for index, each in enumerate(values):
            holder = each.cost if isinstance(each, Reward) else each
            if getattr(holder, other):
                with reader.at(f".{name}[{index}]"):
                    reader.fault(f"{other} have no place in a {terms.kind} programme")


def _check_carry(reader: _Reader, terms: Terms) -> None:
    """A card carries one remainder, so one rule at most turns amounts into points."""
    kinds = [rule.kind for rule in terms.rules]
    counting = [i for i, kind in enumerate(kinds) if kind is RuleKind.POINTS_PER_AMOUNT]
    for index in counting[1:]:
        with reader.at(f".rules[{index}].kind"):
            reader.fault("stands twice in this list: a card carries one remainder")
