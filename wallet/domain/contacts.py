"""E-mail addresses and phone numbers, in the one form by which their owner is found again.

People type a number as they say it: at home without the country. So a shop's time zone says which
country a number without one belongs to.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

EMAIL_CHARS_MAX = 254
CONTACT_CHARS_MAX = EMAIL_CHARS_MAX

# What a mail program would read as more than one address is none.
_LOCAL = re.compile(r"[^@\s,;:<>()\[\]\\\"]{1,64}")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
# E.164: a plus and at most 15 digits, the first of which begins a country's number.
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_SPACING = re.compile(r"[\s().\-/\u2010-\u2015]")


class ContactKind(StrEnum):
    """How somebody is reached. The words are those of the finders."""

    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An e-mail address or a phone number in its normal form."""

    kind: ContactKind
    value: str


class _Country(NamedTuple):
    """The country's code, what is dialled before a number at home, and how long numbers are."""

    code: str
    trunk: str
    digits_min: int
    digits_max: int


_COUNTRIES = {
    "Europe/Warsaw": _Country("48", "0", 9, 9),
    "Europe/Budapest": _Country("36", "06", 8, 9),
    "Europe/London": _Country("44", "0", 9, 10),
    "Europe/Dublin": _Country("353", "0", 7, 9),
    "Europe/Prague": _Country("420", "", 9, 9),
    "Europe/Bratislava": _Country("421", "0", 9, 9),
    "Europe/Vienna": _Country("43", "0", 7, 12),
    "Europe/Berlin": _Country("49", "0", 7, 11),
    "Europe/Paris": _Country("33", "0", 9, 9),
    "Europe/Madrid": _Country("34", "", 9, 9),
}


def read_contact(text: str, time_zone: str) -> Contact | None:
    """What somebody typed into a field that takes either; None if it is neither."""
    if "@" in text:
        email = normal_email(text)
        return Contact(kind=ContactKind.EMAIL, value=email) if email else None
    phone = normal_phone(text, time_zone)
    return Contact(kind=ContactKind.PHONE, value=phone) if phone else None


def normal_email(text: str) -> str | None:
    """The address in lower case, its domain as the mail's headers write it; None if it is none."""
    local, at, domain = text.strip().lower().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not local.isascii() or not local.isprintable():
        return None
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        return None
    email = f"{local}@{domain}"
    return email if _DOMAIN.fullmatch(domain) and len(email) <= EMAIL_CHARS_MAX else None


def normal_phone(text: str, time_zone: str | None = None) -> str | None:
    """The number in E.164; None if it is none.

    One without its country is taken for a number of the shop's, where we know how that country
    writes them. `time_zone` is the shop's, for what a person typed.
    """
    digits = _SPACING.sub("", text.replace("(0)", ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not digits.startswith("+"):
        digits = _from_home(digits, time_zone) or ""
    if not _INTERNATIONAL.fullmatch(digits):
        return None
    return _from_abroad(digits, is_typed=time_zone is not None)


def _from_home(digits: str, time_zone: str | None) -> str | None:
    country = _COUNTRIES.get(time_zone or "")
    if country is None or not _DIGITS.fullmatch(digits):
        return None
    if _fits(country, digits.removeprefix(country.trunk)):
        return f"+{country.code}{digits.removeprefix(country.trunk)}"
    # The country's code without a plus, as many write it.
    return f"+{digits}" if _fits(country, digits.removeprefix(country.code)) else None


def _from_abroad(number: str, *, is_typed: bool) -> str | None:
    """The number without what is dialled at home only: `+36 06 30…` is `+36 30…`.

    People lose a digit: one that they typed must be as long as numbers of its country are.
    """
    for country in _COUNTRIES.values():
        digits = number.removeprefix(f"+{country.code}")
        if digits != number and not _fits(country, digits):
            digits = digits.removeprefix(country.trunk)
            is_sound = _fits(country, digits)
            return f"+{country.code}{digits}" if is_sound else None if is_typed else number
    return number


def _fits(country: _Country, digits: str) -> bool:
    return country.digits_min <= len(digits) <= country.digits_max
