"""The words of passes, pages and mails: one catalogue, locale/{language}/LC_MESSAGES/stempel.po.

gettext of the standard library reads it, so that saying a word costs no import and plurals follow
each language's rule. The `.mo` files beside the `.po` files are made by `make texts`; a test holds
them together.
"""

import gettext
from functools import cache
from pathlib import Path

from wallet.domain.program_document import LOCALES

DOMAIN = "stempel"
FALLBACK = "en"
FOLDER = Path(__file__).with_name("locale")


@cache
def texts(locale: str) -> gettext.NullTranslations:
    """The catalogue of a language; English for one that we do not speak."""
    language = locale if locale in LOCALES else FALLBACK
    return gettext.translation(DOMAIN, FOLDER, languages=[language])
