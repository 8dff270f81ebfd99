"""What a rule gives, in words."""

from chalice_app.formats import number, several
from chalice_app.program_words import units
from wallet.domain.gains import gain
from wallet.domain.programs import Program, Rule, Thanks
from wallet.domain.vocabulary import ProgramKind
from wallet.texts import texts


def gift_in_words(gives: Rule | Thanks, program: Program, language: str) -> str:
    """`10 points and A free juice`; empty where nothing is given."""
    count = gain(gives, program.kind)
    given = units(count, program.kind, language) if count else ""
    return _with_offer(given, gives, program, language)


def gift_more_in_words(gives: Rule | Thanks, program: Program, language: str) -> str:
    """`10 points more and A free juice`: on top of what a purchase gives by itself."""
    say, count = texts(language), gain(gives, program.kind)
    if program.kind is ProgramKind.STAMPS:
        more = say.ngettext("{count} stamp more", "{count} stamps more", count)
    else:
        more = say.ngettext("{count} point more", "{count} points more", count)
    given = more.format(count=number(count, language)) if count else ""
    return _with_offer(given, gives, program, language)


def _with_offer(given: str, gives: Rule | Thanks, program: Program, language: str) -> str:
    offer = program.offer(gives.offer) if gives.offer else None
    parts = (given, offer.name if offer else "")
    return several([part for part in parts if part], language)
