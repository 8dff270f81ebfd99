"""Texts in tables: what goes by its key, in every language."""

from collections.abc import Mapping
from typing import TypeVar

from wallet.texts import texts

KeyT = TypeVar("KeyT")


def _(text: str) -> str:
    """Marks a text for the catalogue, where it is not said at once."""
    return text


def said(table: Mapping[KeyT, str], language: str) -> Mapping[KeyT, str]:
    """The table in a language."""
    say = texts(language).gettext
    return {key: say(text) for key, text in table.items()}
