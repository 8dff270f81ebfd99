"""A card as a till shows it: first name and initial, the balance in large, what can be done."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from chalice_app import formats
from chalice_app.program_words import cost_in_words
from wallet.domain.cards import Card, Status
from wallet.domain.designs import Design
from wallet.domain.drafts import Draft
from wallet.domain.merchants import Member
from wallet.domain.programs import Cost, Program, Reward
from wallet.domain.spending import is_to_be_had
from wallet.domain.vocabulary import ProgramKind
from wallet.services.counter import Seen, gained, quote, visit

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
    """A reward, or an offer that the card has.

    `note` says what it costs, how much is missing, or until when it is there; `agrees` that the
    cashier has to think about it. `field` is what the form calls it.
    """

    id: str
    name: str
    note: str
    available: bool
    agrees: bool = False
    field: str = "reward"


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
    offers: tuple[RewardFace, ...]
    closed: str
    rests: str
    sheet: str
    sign: str
    digits: int

    @property
    def ready(self) -> tuple[RewardFace, ...]:
        """What can be handed over now."""
        return (*self.offers, *(reward for reward in self.rewards if reward.available))


def card_face(
    seen: Seen,
    texts: Texts,
    *,
    language: str,
    shown: str,
    now: datetime,
    location_id: str | None = None,
) -> CardFace:
    """The card, in words."""
    card, program = seen.card, seen.program
    closed = card.state.status is not Status.ACTIVE
    given = 0 if closed else _given(card, program, now)
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
        rewards=tuple(
            _reward(
                reward,
                card,
                texts,
                language,
                open_now=is_to_be_had(program, card.state, reward, now, location_id=location_id),
            )
            for reward in program.rewards
        ),
        offers=() if closed else _offers(card, program, texts, language, now),
        closed=texts.gettext("This card is closed.") if closed else "",
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


def gain(draft: Draft, program: Program, texts: Texts, language: str) -> tuple[str, str]:
    """What a purchase would give, before the button and on it."""
    given = gained(draft, program)
    points = formats.number(given, language)
    if given > draft.points and draft.after.pending:
        said = texts.ngettext("+{count} point, later", "+{count} points, later", given)
    else:
        said = texts.ngettext(
            "+{count} point, {total} in all", "+{count} points, {total} in all", given
        )
    label = texts.ngettext("Add {count} point", "Add {count} points", given)
    total = formats.number(draft.after.points, language)
    return said.format(count=points, total=total), label.format(count=points)


def _given(card: Card, program: Program, now: datetime) -> int:
    """How many stamps one tap gives now; 1 where points are collected, which nobody taps."""
    if program.kind is not ProgramKind.STAMPS:
        return 1
    return gained(quote(program, card, visit(program), now=now), program)


def _offers(
    card: Card, program: Program, texts: Texts, language: str, now: datetime
) -> tuple[RewardFace, ...]:
    """What the card was given for a time, as far as the programme still knows it."""
    known = ((held, program.offer(held.offer)) for held in card.state.offers)
    until = texts.gettext("Offer, until {day}")
    return tuple(
        RewardFace(
            id=held.id,
            name=offer.name,
            note=until.format(day=formats.day(held.expires_at, program.time_zone, language)),
            available=True,
            field="offer",
        )
        for held, offer in known
        if offer and held.expires_at >= now
    )


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
    if not given:
        return texts.gettext("Nothing to add now")
    if given == 1:
        return texts.gettext("Add a stamp")
    return texts.ngettext("Add {count} stamp", "Add {count} stamps", given).format(count=given)


def _reward(
    reward: Reward, card: Card, texts: Texts, language: str, *, open_now: bool
) -> RewardFace:
    missing = card.state.missing(reward.cost)
    if missing.units:
        note = _missing(missing, texts, language)
    elif open_now:
        note = cost_in_words(reward.cost, language)
    else:
        note = texts.gettext("Not now")
    return RewardFace(
        id=reward.id, name=reward.name, note=note, available=open_now, agrees=reward.confirm
    )


def _missing(missing: Cost, texts: Texts, language: str) -> str:
    if missing.stamps:
        said = texts.ngettext("{count} more stamp", "{count} more stamps", missing.stamps)
    else:
        said = texts.ngettext("{count} more point", "{count} more points", missing.points)
    return said.format(count=formats.number(missing.units, language))
