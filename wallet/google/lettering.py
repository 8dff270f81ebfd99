"""Texts as Google Wallet shows them: in a language, and short enough to be read whole.

Google counts what a person sees. So do we: a letter with its accents, or an emoji made of several
code points, is one character and is never cut in two.
"""

import unicodedata
from collections.abc import Iterator

_ELLIPSIS = "…"
_JOINER = "\u200d"
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")


def localized(language: str, text: str) -> dict[str, object]:
    """Google's LocalizedString with one language. Never empty: Google refuses an empty value."""
    return {"defaultValue": {"language": language, "value": text or "-"}}


def cut(text: str, shown_max: int) -> str:
    """The text in at most so many shown characters, cut after a word if that loses little."""
    letters = list(_letters(text))
    if len(letters) <= shown_max:
        return text
    kept = letters[: shown_max - 1]
    words = max((at for at, letter in enumerate(kept) if letter.isspace()), default=0)
    if not letters[shown_max - 1].isspace() and words > shown_max // 2:
        kept = kept[:words]
    return "".join(kept).rstrip(" \t\n\u2013-,.:;") + _ELLIPSIS


def _letters(text: str) -> Iterator[str]:
    """What a person takes for one character each (near enough to UAX 29 for names)."""
    held = ""
    for char in text:
        if held and not _joins(held, char):
            yield held
            held = ""
        held += char
    if held:
        yield held


def _joins(held: str, char: str) -> bool:
    if held.endswith(_JOINER) or char == _JOINER or _between(char, _SKIN_TONES):
        return True
    if _between(char, _FLAG_LETTERS):
        return len(held) == 1 and _between(held, _FLAG_LETTERS)
    return unicodedata.category(char).startswith("M")


def _between(char: str, bounds: tuple[str, str]) -> bool:
    return bounds[0] <= char <= bounds[1]
