"""Tiers in plain sentences: from what sum each is had, and for how long it is kept."""

from chalice_app.formats import number, short_money
from chalice_app.program_words import units
from chalice_app.text_tables import _
from wallet.domain.programs import Level, Program, Tiers
from wallet.domain.vocabulary import Period, TierCount
from wallet.texts import texts


def tiers_in_words(program: Program, language: str) -> list[str]:
    """A sentence for each tier, and one for how long it holds; none without tiers."""
    tiers = program.tiers
    if tiers is None:
        return []
    levels = [_level(level, tiers, program, language) for level in tiers.levels]
    return [*levels, _lasting(tiers, language)]


def _level(level: Level, tiers: Tiers, program: Program, language: str) -> str:
    say = texts(language).gettext
    said = (
        say("{tier}: from {sum} {period}; every purchase is {percent} percent cheaper.")
        if level.percent
        else say("{tier}: from {sum} {period}.")
    )
    return said.format(
        tier=level.name,
        sum=_sum(level.least, tiers, program, language),
        period=say(_PERIODS[tiers.period]),
        percent=level.percent,
    )


def _sum(least: int, tiers: Tiers, program: Program, language: str) -> str:
    match tiers.count:
        case TierCount.AMOUNT:
            return short_money(least, program.currency, language)
        case TierCount.UNITS:
            return units(least, program.kind, language)
        case TierCount.VISITS:
            said = texts(language).ngettext("{count} visit", "{count} visits", least)
            return said.format(count=number(least, language))


def _lasting(tiers: Tiers, language: str) -> str:
    say = texts(language)
    if not tiers.grace_days:
        return say.gettext("A tier holds for the rest of the period and for all of the next.")
    said = say.ngettext(
        "A tier holds for the rest of the period and all of the next, and for {count} day more.",
        "A tier holds for the rest of the period and all of the next, and for {count} days more.",
        tiers.grace_days,
    )
    return said.format(count=number(tiers.grace_days, language))


_PERIODS = {
    Period.MONTH: _("in a month"),
    Period.QUARTER: _("in a quarter"),
    Period.YEAR: _("in a year"),
}
