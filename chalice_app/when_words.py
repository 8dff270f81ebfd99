"""When a rule or a reward counts, as people say it: `on weekdays from 14:00 to 16:00`."""

from chalice_app.formats import calendar_day, hour, several, short_money
from wallet.domain.programs import Items, Program, When
from wallet.texts import texts

_WEEKDAYS = (0, 1, 2, 3, 4)
_WEEKEND = (5, 6)


def when_in_words(when: When, program: Program, language: str) -> str:
    """The conditions, one after the other; nothing where there are none."""
    clock = " ".join(filter(None, (_weekdays(when, language), _hours(when, language))))
    parts = (
        clock,
        _days(when, language),
        _visit(when, language),
        _minimum(when, program, language),
        _basket(when, language),
        _places(when, language),
        _tiers(when, program, language),
    )
    return ", ".join(filter(None, parts))


def goods_in_words(items: Items, language: str, *, either: bool = True) -> str:
    """The categories by their names; single goods have none that a customer knows."""
    some = (texts(language).gettext("certain goods"),) if items.skus else ()
    return several((*items.categories, *some), language, either=either)


def _weekdays(when: When, language: str) -> str:
    say = texts(language).gettext
    if not when.weekdays:
        return ""
    if when.weekdays == _WEEKDAYS:
        return say("on weekdays")
    if when.weekdays == _WEEKEND:
        return say("at weekends")
    names = (
        say("Mondays"),
        say("Tuesdays"),
        say("Wednesdays"),
        say("Thursdays"),
        say("Fridays"),
        say("Saturdays"),
        say("Sundays"),
    )
    return say("on {days}").format(days=several([names[day] for day in when.weekdays], language))


def _hours(when: When, language: str) -> str:
    if when.from_minute is None or when.to_minute is None:
        return ""
    start, end = hour(when.from_minute, language), hour(when.to_minute, language)
    return texts(language).gettext("from {start} to {end}").format(start=start, end=end)


def _days(when: When, language: str) -> str:
    say = texts(language).gettext
    start = calendar_day(when.from_day, language) if when.from_day else ""
    end = calendar_day(when.to_day, language) if when.to_day else ""
    if start and end:
        return say("from {first} until {last}").format(first=start, last=end)
    if start:
        return say("from {day} on").format(day=start)
    return say("until {day}").format(day=end) if end else ""


def _visit(when: When, language: str) -> str:
    say = texts(language).gettext
    if when.visit is None:
        return ""
    if when.visit == 1:
        return say("for the first purchase")
    return say("for purchase no. {number}").format(number=when.visit)


def _minimum(when: When, program: Program, language: str) -> str:
    if not when.minimum:
        return ""
    amount = short_money(when.minimum, program.currency, language)
    return texts(language).gettext("for purchases of {amount} or more").format(amount=amount)


def _basket(when: When, language: str) -> str:
    if not when.items:
        return ""
    goods = goods_in_words(when.items, language)
    return texts(language).gettext("when you buy: {goods}").format(goods=goods)


def _places(when: When, language: str) -> str:
    return texts(language).gettext("in some of the shops") if when.locations else ""


def _tiers(when: When, program: Program, language: str) -> str:
    levels = program.tiers.levels if program.tiers else ()
    names = [level.name for level in levels if level.id in when.tiers]
    if not names:
        return ""
    said = texts(language).gettext("with tier {tiers}")
    return said.format(tiers=several(names, language, either=True))
