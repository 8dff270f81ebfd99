"""What made an entry, in words: each step of an explanation in a language."""

from collections.abc import Callable, Iterable, Mapping

from chalice_app import formats
from chalice_app.explanation_sentences import sentences
from chalice_app.program_words import units
from chalice_app.text_tables import _
from chalice_app.when_words import goods_in_words, when_in_words
from wallet.domain.entries import EntryKind
from wallet.domain.explanation.steps import (
    Condition,
    Counted,
    Day,
    Days,
    Fact,
    Hundredths,
    Instant,
    Minutes,
    Money,
    Say,
    Step,
    Units,
)
from wallet.domain.programs import Items
from wallet.domain.vocabulary import Per
from wallet.texts import texts

_PERCENT = 100


def explanation_texts(
    steps: Iterable[Step], language: str, *, without: frozenset[Say] = frozenset()
) -> list[str]:
    """A text for each step, but for those that begin with a sentence of `without`."""
    return [step_text(step, language) for step in steps if step.says[0] not in without]


def step_text(step: Step, language: str) -> str:
    """The sentences of a step, filled with its facts."""
    facts = {name: _fact(fact, language) for name, fact in step.facts.items()}
    said = sentences(language)
    return " ".join(said[say].format(**facts) for say in step.says)


def _fact(fact: Fact, language: str) -> str:
    """A fact as the language writes it."""
    write: Callable[[Fact, str], str] = _WRITERS[type(fact)]
    return write(fact, language)


def _fraction(fact: Hundredths, language: str) -> str:
    """A number with what it has behind the point: `1,5`, `2`."""
    return formats.times(fact.count, language)


def _days(fact: Days, language: str) -> str:
    sentence = texts(language).ngettext("{count} day", "{count} days", fact.count)
    return sentence.format(count=formats.number(fact.count, language))


def _minutes(fact: Minutes, language: str) -> str:
    sentence = texts(language).ngettext("{count} minute", "{count} minutes", fact.count)
    return sentence.format(count=formats.number(fact.count, language))


def _counted(fact: Counted, language: str) -> str:
    say = texts(language).gettext
    return say("Milestone") if fact is Counted.MILESTONE else say("For the amount")


def _goods(fact: Items, language: str) -> str:
    say = texts(language).gettext
    return say("For goods: {goods}").format(goods=goods_in_words(fact, language))


_WINDOWS = {
    Per.VISIT: _("per visit"),
    Per.DAY: _("per day"),
    Per.WEEK: _("per week"),
    Per.MONTH: _("per month"),
    Per.YEAR: _("per year"),
    Per.CARD: _("per card"),
}
# What can be undone, as a name.
_UNDONE = {
    EntryKind.EARN: _("something given"),
    EntryKind.BONUS: _("something given"),
    EntryKind.REDEEM: _("something redeemed"),
    EntryKind.CAPTURE: _("something redeemed"),
    EntryKind.ADJUST: _("a change by hand"),
    EntryKind.CLOSE: _("the closing of the card"),
}
_WRITERS: Mapping[type, Callable[..., str]] = {
    int: formats.number,
    str: lambda fact, _language: fact,
    Money: lambda fact, language: formats.money(fact.minor, fact.currency, language),
    Units: lambda fact, language: units(fact.count, fact.kind, language),
    Hundredths: _fraction,
    Days: _days,
    Minutes: _minutes,
    Day: lambda fact, language: formats.day(fact.at, fact.zone, language),
    Instant: lambda fact, language: formats.moment(fact.at, fact.zone, language),
    Condition: lambda fact, language: when_in_words(fact.when, fact.program, language),
    Items: _goods,
    Counted: _counted,
    Per: lambda fact, language: texts(language).gettext(_WINDOWS[fact]),
    EntryKind: lambda fact, language: texts(language).gettext(_UNDONE[fact]),
}
