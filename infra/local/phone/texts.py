"""The words of the local pages, in the product's three languages, from one catalogue.

A text is a string, or one string a plural category of the language (CLDR's one, few, many, other).
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["en", "pl", "hu"]
Text = str | dict[str, str]

LANGUAGES: tuple[Language, ...] = get_args(Language)
_FIRST_SUBTAG = re.compile(r"\s*([A-Za-z]{2,3})")


@cache
def texts(language: Language) -> Mapping[str, Text]:
    """Give every text of one language by its key. A text without that language is an error."""
    catalogue = json.loads(Path(__file__).with_name("texts.json").read_text(encoding="utf-8"))
    return {key: row[language] for key, row in catalogue.items()}


def language(asked: str, accept_language: str) -> Language:
    """Choose the language: the one asked for by name, else the reader's first that we speak."""
    for name in (asked, *_preferred(accept_language)):
        if name in LANGUAGES:
            return name
    return "en"


def _preferred(accept_language: str) -> list[str]:
    weighed = []
    for part in accept_language.split(","):
        tag, _, parameters = part.partition(";")
        subtag = _FIRST_SUBTAG.match(tag)
        if subtag:
            weighed.append((_weight(parameters), subtag[1].lower()))
    return [name for _, name in sorted(weighed, key=lambda pair: -pair[0])]


def _weight(parameters: str) -> float:
    found = re.search(r"q=([01](?:\.\d{1,3})?)", parameters)
    return float(found[1]) if found else 1.0
