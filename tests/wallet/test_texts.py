"""The catalogues.

Every text of the code in all three languages, with its plurals and its names.
"""

import gettext
import re
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import IO, Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from wallet.domain.program_document import LOCALES
from wallet.texts import DOMAIN, FOLDER, texts

ROOT = Path(__file__).parents[2]
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "_": None, "say": None}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_TAG = re.compile(r"<[^>]*>")

languages = pytest.mark.parametrize("language", LOCALES)


def catalogue(language: str) -> Catalog:
    path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    if text is None:
        return []
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def said_by(compiled: IO[bytes]) -> tuple[dict[Any, str], list[int]]:
    """All that a compiled catalogue says, and how it counts; its head holds the time as well."""
    found = vars(gettext.GNUTranslations(compiled))
    said = {asked: text for asked, text in found["_catalog"].items() if asked}
    return said, [found["plural"](number) for number in range(200)]


def used() -> set[tuple[str, ...]]:
    """Every message that the code asks for, its plural with it."""
    return {
        tuple(forms(message))
        for folder in ("wallet", "chalice_app")
        for _, _, message, _, _ in extract_from_dir(
            ROOT / folder, method_map=METHODS, keywords=KEYWORDS
        )
    }


@languages
def test_the_compiled_catalogue_is_what_babel_makes_of_the_source(language: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as kept:
        assert said_by(kept) == said_by(BytesIO(compiled.getvalue())), "run `make texts`"


@languages
def test_every_text_of_the_code_is_there_and_no_other(language: str) -> None:
    there = {tuple(forms(message.id)) for message in messages(language)}
    assert len(used()) > 10
    assert there == used()


@languages
def test_every_text_is_said_in_every_form(language: str) -> None:
    plurals = catalogue(language).num_plurals
    assert plurals == {"en": 2, "hu": 1, "pl": 3}[language]
    for message in messages(language):
        said = forms(message.string)
        assert len(said) == (plurals if message.pluralizable else 1), message.id
        assert all(text.strip() == text and text for text in said), message.id
        assert not message.fuzzy, message.id


@languages
def test_every_form_names_what_the_english_one_names(language: str) -> None:
    for message in messages(language):
        wanted = placeholders(forms(message.id)[-1])
        for text in forms(message.string):
            assert placeholders(text) == wanted, text
            assert _TAG.findall(text) == _TAG.findall(forms(message.id)[-1])


def test_english_says_what_the_code_says() -> None:
    for message in messages("en"):
        assert forms(message.string) == forms(message.id)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pl", {1: "pieczątka", 2: "pieczątki", 5: "pieczątek", 12: "pieczątek", 22: "pieczątki"}),
        ("pl", {0: "pieczątek", 21: "pieczątek", 112: "pieczątek", 104: "pieczątki"}),
        ("hu", {1: "pecsét", 2: "pecsét", 5: "pecsét", 12: "pecsét", 22: "pecsét"}),
        ("en", {1: "stamp", 2: "stamps", 5: "stamps", 12: "stamps", 22: "stamps", 0: "stamps"}),
    ],
)
def test_plurals(language: str, said: dict[int, str]) -> None:
    for count, word in said.items():
        form = texts(language).ngettext("{count} stamp", "{count} stamps", count)
        assert form.format(count=count) == f"{count} {word}"


@pytest.mark.parametrize("locale", ["de", "", "PL", "pl_PL", "../pl", "en\x00"])
def test_a_language_that_we_do_not_speak_is_english(locale: str) -> None:
    assert texts(locale).gettext("Reward") == "Reward"
