"""A card as a till shows it: first name and initial, the balance in large, what can be done."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from chalice_app import formats
from chalice_app.program_words import cost_in_words
from wallet.domain.cards import Card
from wallet.domain.ledger import Draft
from wallet.domain.merchants import Member
from wallet.domain.programs import Cost, Design, Program, ProgramKind, Reward, RuleKind
from wallet.services.counter import Seen

_NAME_CHARS_MAX = 24
# What «more than one» offers; more than these at once are a mistake more often than a purchase.
MORE = (2, 3, 4, 5, 6, 8)


class Texts(Protocol):
    """A language's catalogue, as gettext gives it."""

    def gettext(self, message: str, /) -> str:
        """The message in this language."""

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """The message in the form that the number asks for."""


class RewardFace(Struct, frozen=True, kw_only=True):
    """A reward; `note` says what it costs, or how much is missing."""

    id: str
    name: str
    note: str
    available: bool


class CardFace(Struct, frozen=True, kw_only=True):
    """A card on the till's screen. `shown` is what was scanned or typed; empty: by phone."""

    card_id: str
    shown: str
    name: str
    last: str
    program: str
    by_stamps: bool
    balance: str
    unit: str
    strip_label: str
    design: Design
    stamps: int
    target: int | None
    given: int
    give_label: str
    rewards: tuple[RewardFace, ...]
    rests: str
    sheet: str
    sign: str
    digits: int

    @property
    def ready(self) -> tuple[RewardFace, ...]:
        """The rewards that can be handed over now."""
        return tuple(reward for reward in self.rewards if reward.available)


def card_face(seen: Seen, texts: Texts, *, language: str, shown: str, now: datetime) -> CardFace:
    """The card, in words."""
    card, program = seen.card, seen.program
    given = stamps_of_visit(program)
    return CardFace(
        card_id=card.id,
        shown=shown,
        name=short_name(seen.member, texts, hungarian=card.locale == "hu"),
        last=_last(seen, texts, language, now),
        program=program.name,
        by_stamps=program.kind is ProgramKind.STAMPS,
        balance=formats.number(_balance(card, program), language),
        unit=_unit(card, program, texts),
        strip_label=_strip_label(card, program, texts),
        design=program.design,
        stamps=card.state.stamps,
        target=program.stamps_target,
        given=given,
        give_label=_give_label(given, texts),
        rewards=tuple(_reward(reward, card, texts, language) for reward in program.rewards),
        rests=rests_sentence(seen.rests_since, program, texts, now) if seen.rests_since else "",
        sheet=sheet_of(program),
        sign=formats.symbol(program.currency, language),
        digits=formats.typed_digits(program.currency),
    )


def short_name(member: Member | None, texts: Texts, *, hungarian: bool = False) -> str:
    """First name and initial: no more of a person faces the queue.

    Hungarian names begin with the family's.
    """
    parts = (member.name or "").split() if member else []
    if not parts:
        return texts.gettext("A card without a name")
    if hungarian and len(parts) > 1 and not parts[-1].endswith("."):
        parts = [*parts[1:], parts[0]]
    first, *others = parts
    first = first if len(first) <= _NAME_CHARS_MAX else f"{first[:_NAME_CHARS_MAX]}…"
    return f"{first} {others[-1][0].upper()}." if others else first


def sheet_of(program: Program) -> str:
    """The address of the style sheet with the shop's colour."""
    return f"/brand/{program.design.color.removeprefix('#').lower()}.css"


def stamps_of_visit(program: Program) -> int:
    """How many stamps one tap gives: as many as the programme gives for a visit."""
    rule = program.rule(RuleKind.STAMPS_PER_PURCHASE)
    return rule.stamps if rule and rule.stamps else 1


def rests_sentence(since: datetime, program: Program, texts: Texts, now: datetime) -> str:
    """That the card earned a moment ago, and the question."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if program.kind is ProgramKind.STAMPS:
        if not minutes:
            return texts.gettext("This card got a stamp just now. Add another?")
        text = texts.gettext("This card got a stamp {count} min ago. Add another?")
    elif not minutes:
        return texts.gettext("This card got points just now. Add more?")
    else:
        text = texts.gettext("This card got points {count} min ago. Add more?")
    return text.format(count=minutes)


def gain(draft: Draft, texts: Texts, language: str) -> tuple[str, str]:
    """What a purchase would give, before the button and on it."""
    points = formats.number(draft.points, language)
    said = texts.ngettext(
        "+{count} point, {total} in all", "+{count} points, {total} in all", draft.points
    )
    label = texts.ngettext("Add {count} point", "Add {count} points", draft.points)
    total = formats.number(draft.after.points, language)
    return said.format(count=points, total=total), label.format(count=points)


def _balance(card: Card, program: Program) -> int:
    return card.state.stamps if program.kind is ProgramKind.STAMPS else card.state.points


def _unit(card: Card, program: Program, texts: Texts) -> str:
    if program.kind is ProgramKind.STAMPS:
        return texts.gettext("of {target} stamps").format(target=program.stamps_target)
    return texts.ngettext("point", "points", card.state.points)


def _strip_label(card: Card, program: Program, texts: Texts) -> str:
    said = texts.gettext("{stamps} of {target} stamps")
    return said.format(stamps=card.state.stamps, target=program.stamps_target)


def _last(seen: Seen, texts: Texts, language: str, now: datetime) -> str:
    if seen.last_at is None:
        return texts.gettext("The first visit")
    when = _when(seen.last_at, now, seen.program.time_zone, texts, language)
    return texts.gettext("Last time {when}").format(when=when)


def _when(at: datetime, now: datetime, zone: str, texts: Texts, language: str) -> str:
    days = formats.days_between(at, now, zone)
    if days > 1 or days < 0:
        return formats.moment(at, zone, language)
    said = texts.gettext("yesterday, {time}") if days else texts.gettext("today, {time}")
    return said.format(time=formats.clock(at, zone, language))


def _give_label(given: int, texts: Texts) -> str:
    if given == 1:
        return texts.gettext("Add a stamp")
    return texts.ngettext("Add {count} stamp", "Add {count} stamps", given).format(count=given)


def _reward(reward: Reward, card: Card, texts: Texts, language: str) -> RewardFace:
    missing = Cost(
        points=max(0, reward.cost.points - card.state.points),
        stamps=max(0, reward.cost.stamps - card.state.stamps),
    )
    available = not (missing.points or missing.stamps)
    note = (
        cost_in_words(reward.cost, language) if available else _missing(missing, texts, language)
    )
    return RewardFace(id=reward.id, name=reward.name, note=note, available=available)


def _missing(missing: Cost, texts: Texts, language: str) -> str:
    if missing.stamps:
        said = texts.ngettext("{count} more stamp", "{count} more stamps", missing.stamps)
    else:
        said = texts.ngettext("{count} more point", "{count} more points", missing.points)
    return said.format(count=formats.number(missing.stamps or missing.points, language))
