"""Money, numbers and times as each language writes them. Babel knows how; it is loaded when asked.

A currency's minor units are ISO 4217's (the forint has 100); where coins of them are gone, people
count and type whole ones.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from wallet.domain.times import at_place
from wallet.texts import texts

# Currencies whose minor units nobody pays with any more.
_WHOLE_ONLY = frozenset({"HUF", "CZK"})
_TYPED = re.compile(r"[0-9]{1,12}(?:[.,]([0-9]{1,3}))?")


def money(minor: int, currency: str, language: str) -> str:
    """An amount with its currency: `38,50 zł`."""
    from babel.numbers import format_currency

    units = Decimal(minor).scaleb(-minor_digits(currency))
    whole = _is_whole(currency) and units == int(units)
    return format_currency(
        Decimal(int(units)) if whole else units,
        currency,
        locale=_locale(language),
        decimal_quantization=not whole,
    )


def short_money(minor: int, currency: str, language: str) -> str:
    """An amount without the decimals that say nothing: `1 zł`, `2,50 zł`."""
    from babel.numbers import format_currency

    units = Decimal(minor).scaleb(-minor_digits(currency))
    whole = units == int(units)
    return format_currency(
        int(units) if whole else units,
        currency,
        format=_pattern(language) if whole else None,
        locale=_locale(language),
        currency_digits=not whole,
    )


def number(value: int, language: str) -> str:
    """A whole number: `1 250`."""
    from babel.numbers import format_decimal

    return format_decimal(value, locale=_locale(language))


def symbol(currency: str, language: str) -> str:
    """The sign of a currency: `zł`."""
    from babel.numbers import get_currency_symbol

    return get_currency_symbol(currency, locale=_locale(language))


def minor_digits(currency: str) -> int:
    """How many decimals a currency has on paper."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def typed_digits(currency: str) -> int:
    """How many decimals people type."""
    return 0 if _is_whole(currency) else minor_digits(currency)


def read_amount(typed: str, currency: str) -> int | None:
    """A typed amount in minor units: 12,50 and 12.50 are the same; None for what is none.

    So is 1,500 where a currency has two decimals: it may mean 1500 as well as 1.50.
    """
    text = re.sub(r"\s", "", typed)
    found, digits = _TYPED.fullmatch(text), minor_digits(currency)
    if not found or len(found[1] or "") > digits:
        return None
    return int(Decimal(text.replace(",", ".")).scaleb(digits))


def day(at: datetime, zone: str, language: str) -> str:
    """A date at a place: `24 lis 2026`."""
    from babel.dates import format_date

    return format_date(at_place(at, ZoneInfo(zone)).date(), "medium", locale=_locale(language))


def on_day(at: datetime, zone: str, language: str, *, now: datetime) -> str:
    """`today`, `yesterday`, else the date."""
    say = texts(language).gettext
    named = {0: say("today"), 1: say("yesterday")}
    return named.get(days_between(at, now, zone)) or day(at, zone, language)


def short_date(date: date, language: str) -> str:
    """A date without its year: `24 lis`."""
    from babel.dates import format_skeleton

    return format_skeleton("MMMd", date, locale=_locale(language))


def clock(at: datetime, zone: str, language: str) -> str:
    """A time of day at a place: `08:12`."""
    from babel.dates import format_time

    return format_time(at_place(at, ZoneInfo(zone)).time(), "short", locale=_locale(language))


def hour(minute: int, language: str) -> str:
    """A time of day by its minute: `14:00`."""
    from babel.dates import format_time

    return format_time(time(*divmod(minute, 60)), "short", locale=_locale(language))


def calendar_day(date: date, language: str) -> str:
    """A day that is the same everywhere: `1 mar 2027`."""
    from babel.dates import format_date

    return format_date(date, "medium", locale=_locale(language))


def several(parts: Sequence[str], language: str, *, either: bool = False) -> str:
    """A list as it is said: `Mondays, Tuesdays and Fridays`; or any of them with `either`."""
    from babel.lists import format_list

    return format_list(parts, "or" if either else "standard", locale=_locale(language))


def times(percent: int, language: str) -> str:
    """How many times as much: `1,5`."""
    from babel.numbers import format_decimal

    return format_decimal(Decimal(percent) / 100, locale=_locale(language))


def moment(at: datetime, zone: str, language: str) -> str:
    """A date and a time of day: `24 lis 2026, 08:12`."""
    return f"{day(at, zone, language)}, {clock(at, zone, language)}"


def days_between(earlier: datetime, later: datetime, zone: str) -> int:
    """How many midnights of a place lie between two moments."""
    place = ZoneInfo(zone)
    return (at_place(later, place).date() - at_place(earlier, place).date()).days


def _locale(language: str) -> str:
    """English is British here: 24 Nov 2026, 18:05."""
    return "en_GB" if language == "en" else language


def _pattern(language: str) -> str:
    """The language's form of an amount, without decimals."""
    from babel import Locale

    standard = Locale.parse(_locale(language)).currency_formats["standard"].pattern
    return re.sub(r"[.]0+", "", str(standard))


def _is_whole(currency: str) -> bool:
    return currency in _WHOLE_ONLY
