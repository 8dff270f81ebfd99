"""What a card says of what ends: in every wallet the same, and first of all after a reminder.

A phone tells its holder when a sentence has changed. So each further reminder of the same end
says it in other words.
"""

from dataclasses import dataclass
from datetime import date

from wallet.domain import balances
from wallet.domain.calendar import local_day
from wallet.domain.cards import Card, Status
from wallet.domain.idleness import ends_idle
from wallet.domain.lapse import reminded_at
from wallet.domain.programs import Program
from wallet.domain.sentences import Texts, say_next
from wallet.domain.vocabulary import ProgramKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """So many points or stamps count until the end of that day."""

    units: int
    day: date


def next_ending(card: Card, program: Program) -> Ending | None:
    """What ends next by itself."""
    state, zone = card.state, program.time_zone
    ends = min((lot.expires_at for lot in state.lots if lot.expires_at), default=None)
    idle, held = ends_idle(program, state), balances.balance(state, program.kind)
    if idle and held > 0 and (ends is None or idle < ends):
        return Ending(units=held, day=local_day(idle, zone))
    units = sum(lot.units for lot in state.lots if lot.expires_at == ends)
    return Ending(units=units, day=local_day(ends, zone)) if ends else None


def say_news(card: Card, program: Program, texts: Texts) -> str:
    """What to tell of a card: what ends, if that is what happened last; else what comes next.

    Of a card that cannot be used any more, that.
    """
    if card.state.status is not Status.ACTIVE:
        return texts.gettext("This card is closed.")
    return _say_reminder(card, program, texts) or say_next(card, program, texts)


def say_ending(card: Card, program: Program, texts: Texts) -> str:
    """What ends next and when; empty if nothing does."""
    ending = next_ending(card, program)
    if ending is None:
        return ""
    sentence = (
        texts.ngettext(
            "{count} stamp counts until {date}", "{count} stamps count until {date}", ending.units
        )
        if program.kind is ProgramKind.STAMPS
        else texts.ngettext(
            "{count} point counts until {date}", "{count} points count until {date}", ending.units
        )
    )
    return sentence.format(count=ending.units, date=write_day(ending.day, texts))


def say_offers(card: Card, program: Program, texts: Texts) -> str:
    """The offers that the card has, a line each, with their last days; empty for none."""
    named = ((program.offer(each.offer), each) for each in card.state.offers)
    until = texts.gettext("until {date}")
    return "\n".join(
        f"{offer.name}: "
        + until.format(date=write_day(local_day(each.expires_at, program.time_zone), texts))
        for offer, each in named
        if offer
    )


def write_day(day: date, texts: Texts) -> str:
    """A date in figures, as the language writes it."""
    form = texts.gettext("{day}/{month}/{year}")
    return form.format(day=f"{day.day:02}", month=f"{day.month:02}", year=day.year)


def _say_reminder(card: Card, program: Program, texts: Texts) -> str:
    at, ending = reminded_at(card.state), next_ending(card, program)
    if at is None or ending is None or program.expiry is None:
        return ""
    left = (ending.day - local_day(at, program.time_zone)).days
    used_since = card.state.used_at is not None and card.state.used_at >= at
    # The reminder may have been of a later end: what comes first is said as urgently as before.
    reminders = sum(days >= left for days in program.expiry.remind_days)
    if used_since or not reminders:
        return ""
    forms = (
        "{sentence}",
        texts.gettext("Soon: {sentence}"),
        texts.gettext("Last days: {sentence}"),
    )
    form = forms[min(reminders, len(forms)) - 1]
    return form.format(sentence=say_ending(card, program, texts))
