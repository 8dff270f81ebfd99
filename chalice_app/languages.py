"""Which language a page speaks.

The one asked for in its address, else the visitor's own choice of before, else the browser's.

A choice is kept in a cookie, so that it holds on the next page.
"""

from chalice_app.cookies import read_cookie
from chalice_app.http import Call
from wallet.domain.program_document import LOCALES
from wallet.texts import FALLBACK

COOKIE = "lang"
NAMES = {"en": "English", "hu": "Magyar", "pl": "Polski"}


def language_of(call: Call, fallback: str = FALLBACK) -> str:
    """The language to answer in.

    `fallback` (a shop's) where the visitor says nothing that we speak.
    """
    asked = (call.query.get("lang", ""), read_cookie(call, COOKIE))
    for language in (*asked, *_accepted(call.headers.get("accept-language", ""))):
        if language in LOCALES:
            return language
    return fallback


def asked_language(call: Call) -> str | None:
    """The language that the address asks for, if it does: then it is to be remembered."""
    language = call.query.get("lang")
    return language if language in LOCALES else None


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the dearest first."""
    weighed = []
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]
