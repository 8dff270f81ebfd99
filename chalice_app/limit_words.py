"""Limits, what holds for every purchase, and how long it all lasts, in plain sentences."""

from chalice_app.formats import number, several, short_money, times
from chalice_app.program_words import units
from chalice_app.text_tables import _
from chalice_app.when_words import goods_in_words, when_in_words
from wallet.domain.programs import Expiry, Limit, Program, Reward
from wallet.domain.vocabulary import Basis, Per, Period, ProgramKind, RuleKind, Stacking
from wallet.texts import texts


def limit_in_words(limit: Limit, program: Program, language: str) -> str:
    """A sentence: `At most 200 points a day`."""
    say = texts(language)
    if limit.purchases:
        text = say.ngettext(
            "At most {count} purchase {per} counts.",
            "At most {count} purchases {per} count.",
            limit.purchases,
        )
        count = number(limit.purchases, language)
        return text.format(count=count, per=per_in_words(limit.per, language))
    most = units(limit.stamps or limit.points, program.kind, language)
    text = say.gettext("At most {most} {per}.")
    return text.format(most=most, per=per_in_words(limit.per, language))


def per_in_words(per: Per, language: str) -> str:
    """`a day`."""
    return texts(language).gettext(_WINDOWS[per])


def terms_in_words(program: Program, language: str) -> list[str]:
    """What holds for all rules together: what does not count, the limits, how several multiply."""
    general = (limit for limit in program.limits if limit.rule is None)
    return [
        *_what_counts(program, language),
        *_multipliers(program, language),
        *(limit_in_words(limit, program, language) for limit in general),
        *_waits(program, language),
        *_as_money(program, language),
    ]


def expiry_in_words(program: Program, language: str) -> list[str]:
    """How long stamps or points last, and when their holder is reminded."""
    say, stamps = texts(language).gettext, program.kind is ProgramKind.STAMPS
    expiry = program.expiry
    if expiry is None:
        return [say("Stamps do not run out.") if stamps else say("Points do not run out.")]
    what = say("The stamps") if stamps else say("The points")
    return [_lasting(expiry, language).format(what=what), *_reminders(expiry, language)]


def had_in_words(reward: Reward, program: Program, language: str) -> str:
    """When and how often a reward can be had.

    `on Saturdays, at most 1 time a year`, or nothing.
    """
    say = texts(language)
    parts = [when_in_words(reward.when, program, language)]
    if reward.often:
        text = say.ngettext(
            "at most {count} time {per}", "at most {count} times {per}", reward.often.count
        )
        count = number(reward.often.count, language)
        parts.append(text.format(count=count, per=per_in_words(reward.often.per, language)))
    if reward.stock is not None:
        parts.append(say.gettext("while stocks last"))
    return ", ".join(part for part in parts if part)


def _what_counts(program: Program, language: str) -> list[str]:
    say, earning, found = texts(language).gettext, program.earning, []
    if earning.excluded:
        goods = goods_in_words(earning.excluded, language, either=False)
        found.append(say("These do not count: {goods}.").format(goods=goods))
    if earning.minimum:
        amount = short_money(earning.minimum, program.currency, language)
        found.append(say("Purchases under {amount} do not count.").format(amount=amount))
    if earning.basis is Basis.NET:
        found.append(say("What counts is the amount without tax."))
    return found


def _multipliers(program: Program, language: str) -> list[str]:
    say, earning, found = texts(language).gettext, program.earning, []
    if len(program.rules_of(RuleKind.MULTIPLIER)) > 1:
        adding = earning.stacking is Stacking.SUM
        found.append(
            say("Several multiples at a time add up.")
            if adding
            else say("Of several multiples at a time the highest counts.")
        )
    if earning.percent_max is not None:
        most = times(earning.percent_max, language)
        found.append(say("Together at most {times} times as much.").format(times=most))
    return found


def _waits(program: Program, language: str) -> list[str]:
    say, earning, found = texts(language), program.earning, []
    if earning.cool_down_minutes:
        text = say.ngettext(
            "At least {count} minute must pass between two purchases.",
            "At least {count} minutes must pass between two purchases.",
            earning.cool_down_minutes,
        )
        found.append(text.format(count=number(earning.cool_down_minutes, language)))
    if earning.ripen_days:
        text = say.ngettext(
            "What a purchase gives can be used after {count} day.",
            "What a purchase gives can be used after {count} days.",
            earning.ripen_days,
        )
        found.append(text.format(count=number(earning.ripen_days, language)))
    return found


def _as_money(program: Program, language: str) -> list[str]:
    money = program.money_off
    if money is None:
        return []
    points = units(money.points, ProgramKind.POINTS, language)
    amount = short_money(money.amount, program.currency, language)
    text = texts(language).gettext("Points as money: {points} = {amount}.")
    return [text.format(points=points, amount=amount)]


def _lasting(expiry: Expiry, language: str) -> str:
    """The sentence, with a place for what it is that lasts."""
    say, count = texts(language), expiry.idle_months or expiry.months
    if expiry.idle_months:
        text = say.ngettext(
            "{what} run out if the card is not used for {count} month.",
            "{what} run out if the card is not used for {count} months.",
            count,
        )
    elif expiry.end_of is None:
        text = say.ngettext(
            "{what} are good for {count} month.", "{what} are good for {count} months.", count
        )
    elif expiry.months:
        text = say.ngettext(
            "{what} are good for {count} month, and on to the end of {period}.",
            "{what} are good for {count} months, and on to the end of {period}.",
            count,
        )
    else:
        text = say.gettext("{what} are good to the end of {period} in which you get them.")
    period = say.gettext(_PERIODS[expiry.end_of]) if expiry.end_of else ""
    return text.replace("{count}", number(count, language)).replace("{period}", period)


def _reminders(expiry: Expiry, language: str) -> list[str]:
    if not expiry.remind_days:
        return []
    text = texts(language).ngettext(
        "We remind you {days} day before.",
        "We remind you {days} days before.",
        expiry.remind_days[-1],
    )
    days = several([number(each, language) for each in expiry.remind_days], language)
    return [text.format(days=days)]


_WINDOWS = {
    Per.VISIT: _("per purchase"),
    Per.DAY: _("a day"),
    Per.WEEK: _("a week"),
    Per.MONTH: _("a month"),
    Per.YEAR: _("a year"),
    Per.CARD: _("with one card"),
}
_PERIODS = {
    Period.MONTH: _("the month"),
    Period.QUARTER: _("the quarter"),
    Period.YEAR: _("the year"),
}
