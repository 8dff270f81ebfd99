"""The rules of a programme in plain sentences, each with the limits that hold for it alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalice_app.formats import number, short_money, times
from chalice_app.gift_words import gift_in_words, gift_more_in_words
from chalice_app.limit_words import limit_in_words
from chalice_app.program_words import units
from chalice_app.referral_words import deal_in_words
from chalice_app.when_words import goods_in_words, when_in_words
from wallet.domain.gains import gain
from wallet.domain.programs import Program, Rule
from wallet.domain.vocabulary import PER_PURCHASE, ProgramKind, RuleKind
from wallet.texts import texts

_DOUBLE, _TRIPLE = 200, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A rule, with all that is needed to say it."""

    rule: Rule
    program: Program
    language: str

    def say(self, text: str) -> str:
        """The text in the language."""
        return texts(self.language).gettext(text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The text in the form that goes with a number, and the number in it."""
        text = texts(self.language).ngettext(one, many, count)
        return text.replace("{count}", number(count, self.language))

    @property
    def stamps(self) -> bool:
        """Whether the card collects stamps."""
        return self.program.kind is ProgramKind.STAMPS

    @property
    def units(self) -> str:
        """What the rule gives: `5 points`."""
        kind = self.program.kind
        return units(gain(self.rule, kind), kind, self.language)

    @property
    def step(self) -> str:
        """For how much money: `10 zł`."""
        return short_money(self.rule.step, self.program.currency, self.language)

    @property
    def goods(self) -> str:
        """For which goods: `fish or fruit`."""
        return goods_in_words(self.rule.items, self.language)


def rules_in_words(program: Program, language: str) -> list[str]:
    """What each rule gives, and when, and at most how much; bringing a friend comes last."""
    return [
        _limited(rule_in_words(rule, program, language), rule, program, language)
        for rule in sorted(program.rules, key=lambda rule: rule.kind is RuleKind.REFERRAL)
    ]


def referrals_in_words(program: Program, language: str) -> list[str]:
    """What bringing a friend gives to both, where that is the heading already."""
    return [
        _limited(_written(f"{deal_in_words(rule, program, language)}."), rule, program, language)
        for rule in program.rules_of(RuleKind.REFERRAL)
    ]


def rule_in_words(rule: Rule, program: Program, language: str) -> str:
    """A sentence: `Double points on weekdays from 14:00 to 16:00`."""
    told = _Told(rule=rule, program=program, language=language)
    when = when_in_words(rule.when, program, language)
    # A referral speaks of its conditions itself: they hold for the friend's purchase.
    if not when or rule.kind is RuleKind.REFERRAL:
        return _written(_SENTENCES[rule.kind](told))
    sentence = told.say("{rule} {when}.")
    return _written(sentence.format(rule=_what(told).removesuffix("."), when=when))


def _what(told: _Told) -> str:
    """What a rule with conditions gives; where these speak of a purchase it need not be said."""
    rule = told.rule
    if rule.kind is RuleKind.BONUS:
        return _gift_more(told)
    if rule.kind in PER_PURCHASE and (rule.when.minimum or rule.when.visit):
        return told.units
    return _SENTENCES[rule.kind](told)


def _per_purchase(told: _Told) -> str:
    if not told.stamps:
        return told.ngettext(
            "Each purchase is {count} point.", "Each purchase is {count} points.", told.rule.points
        )
    if told.rule.stamps == 1:
        return told.say("Each purchase is a stamp.")
    return told.ngettext(
        "Each purchase is {count} stamp.", "Each purchase is {count} stamps.", told.rule.stamps
    )


def _per_item(told: _Told) -> str:
    sentence = told.say("{units} for each of these: {goods}.")
    return sentence.format(units=told.units, goods=told.goods)


def _per_amount(told: _Told) -> str:
    if told.rule.items:
        sentence = told.say("{units} for every {amount} spent on: {goods}.")
        return sentence.format(units=told.units, amount=told.step, goods=told.goods)
    if told.stamps:
        sentence = told.ngettext(
            "{count} stamp for every {amount}.",
            "{count} stamps for every {amount}.",
            told.rule.stamps,
        )
    else:
        sentence = told.ngettext(
            "{count} point for every {amount}.",
            "{count} points for every {amount}.",
            told.rule.points,
        )
    return sentence.format(amount=told.step)


def _multiplier(told: _Told) -> str:
    percent = told.rule.percent
    if percent == _DOUBLE:
        return told.say("Double stamps.") if told.stamps else told.say("Double points.")
    if percent == _TRIPLE:
        return told.say("Triple stamps.") if told.stamps else told.say("Triple points.")
    sentence = (
        told.say("{times} times the stamps.")
        if told.stamps
        else told.say("{times} times the points.")
    )
    return sentence.format(times=times(percent, told.language))


def _bonus(told: _Told) -> str:
    return told.say("Each purchase: {gift}.").format(gift=_gift_more(told))


def _milestone(told: _Told) -> str:
    sentence = told.say("Each time you have spent {amount}: {gift}.")
    return sentence.format(amount=told.step, gift=_gift_more(told))


def _challenge(told: _Told) -> str:
    sentence = told.ngettext(
        "{count} visit in {days} days: {gift}.",
        "{count} visits in {days} days: {gift}.",
        told.rule.visits,
    )
    days = number(told.rule.days, told.language)
    return sentence.format(days=days, gift=_gift_more(told))


def _action(told: _Told) -> str:
    action = told.rule.action.replace("_", " ").replace("-", " ").strip() or told.rule.action
    return told.say("For “{action}”: {gift}.").format(action=action, gift=_gift(told))


def _welcome(told: _Told) -> str:
    return told.say("To welcome you: {gift}.").format(gift=_gift(told))


def _birthday(told: _Told) -> str:
    return told.say("On your birthday: {gift}.").format(gift=_gift(told))


def _win_back(told: _Told) -> str:
    sentence = told.ngettext(
        "After {count} day without a visit: {gift}.",
        "After {count} days without a visit: {gift}.",
        told.rule.days,
    )
    return sentence.format(gift=_gift(told))


def _referral(told: _Told) -> str:
    deal = deal_in_words(told.rule, told.program, told.language)
    return told.say("Bring a friend: {deal}.").format(deal=deal)


_SENTENCES: Mapping[RuleKind, Callable[[_Told], str]] = {
    RuleKind.STAMPS_PER_PURCHASE: _per_purchase,
    RuleKind.STAMPS_PER_ITEM: _per_item,
    RuleKind.STAMPS_PER_AMOUNT: _per_amount,
    RuleKind.POINTS_PER_PURCHASE: _per_purchase,
    RuleKind.POINTS_PER_ITEM: _per_item,
    RuleKind.POINTS_PER_AMOUNT: _per_amount,
    RuleKind.MULTIPLIER: _multiplier,
    RuleKind.BONUS: _bonus,
    RuleKind.MILESTONE: _milestone,
    RuleKind.CHALLENGE: _challenge,
    RuleKind.ACTION: _action,
    RuleKind.WELCOME: _welcome,
    RuleKind.BIRTHDAY: _birthday,
    RuleKind.WIN_BACK: _win_back,
    RuleKind.REFERRAL: _referral,
}


def _gift(told: _Told) -> str:
    """`10 points and A free juice`."""
    return gift_in_words(told.rule, told.program, told.language)


def _gift_more(told: _Told) -> str:
    """`10 points more and A free juice`: on top of what a purchase gives by itself."""
    return gift_more_in_words(told.rule, told.program, told.language)


def _limited(sentence: str, rule: Rule, program: Program, language: str) -> str:
    """The sentence, with the limits that hold for the rule alone after it."""
    own = (limit for limit in program.limits if limit.rule == rule.id)
    return " ".join((sentence, *(limit_in_words(each, program, language) for each in own)))


def _written(sentence: str) -> str:
    """With a capital, and without a second full stop after a word that ends in one."""
    ended = sentence[:-1] if sentence.endswith("..") else sentence
    return ended[:1].upper() + ended[1:]
