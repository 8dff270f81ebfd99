"""The form in which a merchant sets up a programme: what was typed, and the document it means.

The form says one rule and one reward. What else a programme may have (it can come by the API)
stays as it is when the form is saved.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from chalice_app.formats import minor_digits, read_amount, typed_digits
from chalice_app.forms import Form
from chalice_app.numbers import read_whole
from wallet.domain.designs import Design, Picture, StampStyle
from wallet.domain.errors import InvalidProgramError
from wallet.domain.program_document import read_terms, write_terms
from wallet.domain.programs import STAMPS_TARGET_MAX, Program, Terms
from wallet.domain.vocabulary import ProgramKind, RuleKind

COLORS = ("#1f5b45", "#b8451f", "#6b2c57", "#1f5f8a", "#f2c230")
TARGETS = (5, 6, 8, 10, 12)
CURRENCIES = (
    "PLN", "HUF", "EUR", "GBP", "CZK", "RON", "CHF", "SEK", "DKK", "NOK", "UAH", "USD",
)  # fmt: skip
TIME_ZONES = (
    "Europe/Amsterdam", "Europe/Athens", "Europe/Belgrade", "Europe/Berlin", "Europe/Bratislava",
    "Europe/Brussels", "Europe/Bucharest", "Europe/Budapest", "Europe/Copenhagen",
    "Europe/Dublin", "Europe/Helsinki", "Europe/Kyiv", "Europe/Lisbon", "Europe/Ljubljana",
    "Europe/London", "Europe/Madrid", "Europe/Oslo", "Europe/Paris", "Europe/Prague",
    "Europe/Riga", "Europe/Rome", "Europe/Sofia", "Europe/Stockholm", "Europe/Tallinn",
    "Europe/Vienna", "Europe/Vilnius", "Europe/Warsaw", "Europe/Zagreb", "Europe/Zurich",
    "America/New_York", "America/Los_Angeles", "Asia/Dubai", "Asia/Tokyo", "Australia/Sydney",
    "UTC",
)  # fmt: skip
HOMES: Mapping[str, tuple[str, str]] = {
    "pl": ("PLN", "Europe/Warsaw"),
    "hu": ("HUF", "Europe/Budapest"),
    "en": ("GBP", "Europe/London"),
}
"""Currency and time zone that a language suggests."""
TRADES: Mapping[str, tuple[Picture, str]] = {
    "cafe": (Picture.CUP, COLORS[0]),
    "bakery": (Picture.LOAF, COLORS[1]),
    "hair": (Picture.SCISSORS, COLORS[2]),
    "nails": (Picture.NAIL, COLORS[2]),
    "sport": (Picture.DUMBBELL, COLORS[3]),
    "flowers": (Picture.FLOWER, COLORS[1]),
    "books": (Picture.BOOK, COLORS[3]),
    "pets": (Picture.PAW, COLORS[4]),
    "other": (Picture.GIFT, COLORS[0]),
}
"""Kinds of shop, with the picture and the colour that each suggests."""
_TRADE = "cafe"
_TARGET = 10
_REWARD_ID, _VISIT_ID, _SPEND_ID = "reward", "visit", "spend"
_FIELD_CHARS_MAX = 200
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LOGO = re.compile(r"[0-9a-f]{32}")
# Which field a fault of the document belongs to; the first beginning that fits.
_FIELDS = (
    ("name", "name"),
    ("kind", "kind"),
    ("stamps", "target"),
    ("rules", "spend"),
    ("rewards[0].cost", "cost"),
    ("rewards", "reward"),
    ("design.color", "color"),
    ("design.style", "style"),
    ("design.picture", "picture"),
    ("design.logo", "logo"),
    ("locale", "locale"),
    ("currency", "currency"),
    ("time_zone", "time_zone"),
)


class Typed(Struct, frozen=True, kw_only=True):
    """What stands in the form's fields, right or wrong. `color` is a swatch's or `own`."""

    name: str
    trade: str
    kind: str
    target: str
    spend: str
    points: str
    reward: str
    cost: str
    color: str
    own: str
    style: str
    picture: str
    logo: str
    locale: str
    currency: str
    time_zone: str

    @property
    def design(self) -> Design:
        """The look that was chosen; where something is wrong, the nearest that can be drawn."""
        chosen = self.own if self.color == "own" else self.color
        trade = TRADES.get(self.trade, TRADES[_TRADE])
        return Design(
            color=chosen.lower() if _COLOR.fullmatch(chosen) else COLORS[0],
            style=StampStyle(self.style) if self.style in set(StampStyle) else StampStyle.PAD,
            picture=Picture(self.picture) if self.picture in set(Picture) else trade[0],
            logo=self.logo if _LOGO.fullmatch(self.logo) else None,
        )


def first_typed(language: str, reward: str) -> Typed:
    """The form of a new programme, with what the visitor's language suggests."""
    currency, time_zone = HOMES[language]
    return Typed(
        name="",
        trade=_TRADE,
        kind="stamps",
        target=str(_TARGET),
        spend=first_spend(currency),
        points="1",
        reward=reward,
        cost="100",
        color=COLORS[0],
        own="#3d5a80",
        style="pad",
        picture="",
        logo="",
        locale=language,
        currency=currency,
        time_zone=time_zone,
    )


def first_spend(currency: str) -> str:
    """For how much money a new form suggests a point."""
    return "1" if typed_digits(currency) else "100"


def typed_of(program: Program) -> Typed:
    """The form of a programme that stands."""
    design = program.design
    reward = next(iter(program.rewards), None)
    by_amount = program.rules_of(RuleKind.POINTS_PER_AMOUNT)
    rule = next((rule for rule in by_amount if not rule.items), None)
    return Typed(
        name=program.name,
        trade=next((t for t, (picture, _) in TRADES.items() if picture == design.picture), _TRADE),
        kind=program.kind,
        target=str(program.stamps_target or _TARGET),
        spend=_amount(rule.step, program.currency) if rule else "",
        points=str(rule.points) if rule else "",
        reward=reward.name if reward else "",
        cost=str(reward.cost.points) if reward and reward.cost.points else "",
        color=design.color if design.color in COLORS else "own",
        own=design.color,
        style=design.style,
        picture=design.picture,
        logo=design.logo or "",
        locale=program.locale,
        currency=program.currency,
        time_zone=program.time_zone,
    )


def read_typed(form: Form, before: Typed) -> Typed:
    """What a form brings; where it says nothing of a field, what stood there before."""
    said = {
        name: form.text(name)[:_FIELD_CHARS_MAX] if name in form.fields else getattr(before, name)
        for name in Typed.__struct_fields__
    }
    return Typed(**said)


def read_program(typed: Typed, newest: Program | None) -> tuple[Terms | None, frozenset[str]]:
    """The terms that the form means, or None and the names of the fields that are wrong."""
    try:
        return read_terms(_document(typed, newest)), frozenset()
    except InvalidProgramError as error:
        return None, frozenset(_field(fault.path) for fault in error.faults)


def shown_target(typed: Typed) -> int:
    """How many places the preview has: as typed, or ten where no card has so many."""
    target = _whole(typed.target) or 0
    return target if 1 <= target <= STAMPS_TARGET_MAX else _TARGET


def _document(typed: Typed, newest: Program | None) -> Mapping[str, object]:
    kind = newest.kind if newest else typed.kind
    stamps = kind == ProgramKind.STAMPS
    before: dict[str, Any] = write_terms(newest) if newest else {}
    document: dict[str, object] = {
        **before,
        "name": _seen(typed.name),
        "kind": str(kind),
        "locale": typed.locale,
        "currency": newest.currency if newest else typed.currency,
        "time_zone": typed.time_zone,
        "rules": _visits(before) if stamps else _spending(typed, before),
        "rewards": _rewards(typed, newest, before, stamps=stamps),
        "design": _design(typed),
    }
    if stamps:
        document["stamps"] = {"target": _whole(typed.target)}
    return document


def _visits(before: Mapping[str, Any]) -> list[Any]:
    visit = {"id": _VISIT_ID, "kind": str(RuleKind.STAMPS_PER_PURCHASE), "stamps": 1}
    rules: list[Any] = before.get("rules", [visit])
    return rules


def _spending(typed: Typed, before: Mapping[str, Any]) -> list[Any]:
    """The rules with the one of the form as typed, which may go on not being there."""
    rules: list[Any] = before.get("rules", [])
    said = {"step": read_amount(typed.spend, typed.currency), "points": _whole(typed.points)}
    there = [rule for rule in rules if _is_spending(rule)]
    if there:
        return [{**rule, **said} if rule in there else rule for rule in rules]
    if before and not typed.spend and not typed.points:
        return rules
    new_id = _free_id(_SPEND_ID, before, "rules", "limits")
    return [*rules, {"id": new_id, "kind": str(RuleKind.POINTS_PER_AMOUNT), **said}]


def _is_spending(rule: Mapping[str, Any]) -> bool:
    """Whether it is the one rule by amount that holds for whole purchases."""
    return rule["kind"] == RuleKind.POINTS_PER_AMOUNT and "items" not in rule


def _rewards(
    typed: Typed, newest: Program | None, before: Mapping[str, Any], *, stamps: bool
) -> list[Any]:
    """The first one as typed; one that took a full card still takes a full card."""
    rewards: list[Any] = before.get("rewards", [])
    if newest and not rewards and not typed.reward and not typed.cost:
        return rewards
    new_id = _free_id(_REWARD_ID, before, "rewards", "offers")
    first = rewards[0] if rewards else {"id": new_id, "kind": "free_product"}
    cost: object = {"points": _whole(typed.cost)}
    if stamps:
        kept = first.get("cost")
        full = newest is None or kept in (None, {"stamps": newest.stamps_target})
        cost = {"stamps": _whole(typed.target)} if full else kept
    return [{**first, "name": _seen(typed.reward), "cost": cost}, *rewards[1:]]


def _free_id(wish: str, before: Mapping[str, Any], *lists: str) -> str:
    taken = {each["id"] for name in lists for each in before.get(name, [])}
    names = (wish, *(f"{wish}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _design(typed: Typed) -> Mapping[str, object]:
    trade = TRADES.get(typed.trade, TRADES[_TRADE])
    design: dict[str, object] = {
        "color": typed.own if typed.color == "own" else typed.color,
        "style": typed.style,
        "picture": typed.picture or str(trade[0]),
    }
    return {**design, "logo": typed.logo} if typed.logo else design


def _seen(text: str) -> str:
    """The text, or none where it holds nothing but what nobody sees: a zero-width space, say."""
    return text if any(letter.isprintable() for letter in text) else ""


def _field(path: str) -> str:
    if path.startswith("rules") and path.endswith("points"):
        return "points"
    return next((field for start, field in _FIELDS if path.startswith(start)), "name")


def _whole(text: str) -> int | None:
    """A whole number as typed; None, which no document takes, for what is none."""
    return read_whole("".join(text.split()))


def _amount(minor: int, currency: str) -> str:
    units = Decimal(minor).scaleb(-minor_digits(currency))
    return f"{units:f}" if units != int(units) else str(int(units))
