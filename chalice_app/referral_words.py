"""What bringing a friend gives: told to whoever may bring one, and to the friend."""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto

from chalice_app.formats import number, several, short_money
from chalice_app.gift_words import gift_in_words, gift_more_in_words
from chalice_app.text_tables import _
from chalice_app.when_words import goods_in_words, when_in_words
from wallet.domain.programs import Items, Program, Rule, When
from wallet.domain.vocabulary import RuleKind
from wallet.texts import texts


class _Whose(Enum):
    """Whose purchase it is that counts, from the reader's view."""

    FRIENDS = auto()
    READERS = auto()


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


def friends_part_in_words(program: Program, language: str) -> str:
    """What whoever was brought gets: `20 points more with your first purchase`.

    Empty where they get nothing.
    """
    rules = program.rules_of(RuleKind.REFERRAL)
    given = ((rule, gift_more_in_words(rule, program, language)) for rule in rules)
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
    visit = when.visit or 1
    # What `when_in_words` says of goods speaks to the reader, who need not be the one that buys.
    left = replace(when, visit=None, items=Items())
    if visit > 1:
        said = say(_NTH[whose]).format(number=number(visit, language))
    elif when.minimum:
        amount = short_money(when.minimum, program.currency, language)
        said = say(_FIRST_OF[whose]).format(amount=amount)
        left = replace(left, minimum=0)
    else:
        said = say(_FIRST[whose])
    # "No. 3" says it all, and conditions are added; "first purchase at weekends" is one phrase.
    joiner = ", " if visit > 1 else " "
    said = joiner.join(filter(None, (said, when_in_words(left, program, language))))
    return ", ".join(filter(None, (said, _basket(when, language))))


def _basket(when: When, language: str) -> str:
    """What must be among the goods, whoever buys them."""
    if not when.items:
        return ""
    goods = goods_in_words(when.items, language)
    return texts(language).gettext("if it includes: {goods}").format(goods=goods)


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
