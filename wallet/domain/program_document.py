"""Reads and writes the program document: what a merchant PUTs, and what is stored.

docs/program.schema.json describes the same form. A reading that fails names every fault with its
path in one answer, so that nobody mends a document one error at a time.
"""

from collections.abc import Mapping

from wallet.domain.document.notes import Notes, clean_text
from wallet.domain.document.rewards import COST_MAX, OFFER, OFFERS_MAX, REWARD, REWARDS_MAX
from wallet.domain.document.rules import LIMITS_MAX, PER_PURCHASE_MAX, RULES_MAX, STEP_MAX
from wallet.domain.document.shapes import NAME_CHARS_MAX
from wallet.domain.document.terms import LOCALES, TERMS
from wallet.domain.errors import InvalidProgramError
from wallet.domain.programs import Terms

__all__ = [
    "COST_MAX",
    "LIMITS_MAX",
    "LOCALES",
    "NAME_CHARS_MAX",
    "OFFERS_MAX",
    "PER_PURCHASE_MAX",
    "REWARDS_MAX",
    "RULES_MAX",
    "STEP_MAX",
    "clean_text",
    "face",
    "read_terms",
    "stored_terms",
    "write_terms",
]

_FACE = ("name", "kind", "locale", "stamps", "design")
_REWARD_FACE = ("id", "name", "kind", "cost")
_OFFER_FACE = ("id", "name", "kind")


def read_terms(document: Mapping[str, object]) -> Terms:
    """What the document says. Raises InvalidProgramError with every fault."""
    return _read(document, Notes())


def stored_terms(document: Mapping[str, object]) -> Terms:
    """What a stored document says.

    Entries point at their versions for ever, so a release that allows less than the one that
    stored the document still has to read it: bounds and references are not looked at. Raises
    InvalidProgramError for what cannot be read at all.
    """
    return _read(document, Notes(stored=True))


def write_terms(terms: Terms) -> dict[str, object]:
    """The document of a version, in its one canonical form, without what stands at its default.

    Equal documents mean equal programmes.
    """
    return TERMS.write(terms)


def face(terms: Terms) -> dict[str, object]:
    """The part of the document that a pass shows. Where it differs, the passes differ."""
    document = write_terms(terms)
    shown = _part(document, _FACE)
    shown["rewards"] = [_part(REWARD.write(each), _REWARD_FACE) for each in terms.rewards]
    if terms.offers:
        shown["offers"] = [_part(OFFER.write(each), _OFFER_FACE) for each in terms.offers]
    if terms.tiers:
        shown["tiers"] = {level.id: level.name for level in terms.tiers.levels}
    return shown


def _part(document: Mapping[str, object], keys: tuple[str, ...]) -> dict[str, object]:
    return {key: document[key] for key in keys if key in document}


def _read(document: Mapping[str, object], notes: Notes) -> Terms:
    terms = TERMS.read(notes, document)
    if notes.faults:
        raise InvalidProgramError(tuple(dict.fromkeys(notes.faults)))
    return terms
