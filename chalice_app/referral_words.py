"""What bringing a friend gives: told to whoever may bring one, and to the friend."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto

from chalice_app.formats import number, several, short_money
from chalice_app.gift_words import gift_in_words, gift_more_in_words
from chalice_app.text_tables import _
from chalice_app.when_words import when_in_words
from wallet.domain.programs import Program, Rule
from wallet.domain.vocabulary import RuleKind
from wallet.texts import texts


class _Whose(Enum):
    """Whose purchase it is that counts, from the reader's view."""

    FRIENDS = auto()
    READERS = auto()


def referrals(program: Program) -> Sequence[Rule]:
    """The rules that thank for bringing a friend."""
    return [rule for rule in program.rules if rule.kind is RuleKind.REFERRAL]


def deal_in_words(rule: Rule, program: Program, language: str) -> str:
    """`50 points for you and 20 points for the friend with their first purchase`."""
    say = texts(language).gettext
    yours = gift_in_words(rule.referrer, program, language)
    theirs = gift_in_words(rule, program, language)
    if yours and theirs:
        gifts = say("{yours} for you and {theirs} for the friend")
    else:
        gifts = say("{yours} for you") if yours else say("{theirs} for the friend")
    said = gifts.format(yours=yours, theirs=theirs)
    return f"{said} {_occasion(rule, program, language, _Whose.FRIENDS)}"


def present_in_words(program: Program, language: str) -> str:
    """What whoever was brought gets: `20 points more with your first purchase`; mostly nothing."""
    given = ((rule, gift_more_in_words(rule, program, language)) for rule in referrals(program))
    return several(
        [
            f"{gift} {_occasion(rule, program, language, _Whose.READERS)}"
            for rule, gift in given
            if gift
        ],
        language,
    )


def _occasion(rule: Rule, program: Program, language: str, whose: _Whose) -> str:
    """The purchase that counts: `with their first purchase of €20 or more at weekends`.

    The first one, unless the rule says another.
    """
    say, when = texts(language).gettext, rule.when
    nth = when.visit is not None and when.visit > 1
    amount = short_money(when.minimum, program.currency, language) if when.minimum else ""
    if nth:
        said = say(_NTH[whose]).format(number=number(when.visit or 0, language))
    elif amount:
        said = say(_FIRST_OF[whose]).format(amount=amount)
    else:
        said = say(_FIRST[whose])
    left = replace(when, visit=None, minimum=when.minimum if nth else 0)
    more = when_in_words(left, program, language)
    return (", " if nth else " ").join(filter(None, (said, more)))


_FIRST: Mapping[_Whose, str] = {
    _Whose.FRIENDS: _("with their first purchase"),
    _Whose.READERS: _("with your first purchase"),
}
_FIRST_OF: Mapping[_Whose, str] = {
    _Whose.FRIENDS: _("with their first purchase of {amount} or more"),
    _Whose.READERS: _("with your first purchase of {amount} or more"),
}
_NTH: Mapping[_Whose, str] = {
    _Whose.FRIENDS: _("with their purchase no. {number}"),
    _Whose.READERS: _("with your purchase no. {number}"),
}
