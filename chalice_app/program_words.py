"""What a programme says of itself: the promise, the rule, what a reward costs."""

from chalice_app.formats import number, short_money
from wallet.domain.programs import Cost, Program, ProgramKind, Reward, Rule, RuleKind
from wallet.texts import texts


def promise(program: Program, language: str) -> str:
    """What the nearest reward takes: the one sentence that makes somebody join."""
    say = texts(language)
    reward = min(program.rewards, key=_price, default=None)
    if reward is None:
        return say.gettext("Your loyalty card")
    count = _price(reward)
    if reward.cost.stamps:
        sentence = say.ngettext("{reward} for {count} stamp", "{reward} for {count} stamps", count)
    else:
        sentence = say.ngettext("{reward} for {count} point", "{reward} for {count} points", count)
    return sentence.format(reward=reward.name, count=number(count, language))


def rules_in_words(program: Program, language: str) -> list[str]:
    """One sentence for each rule."""
    return [_rule(rule, program, language) for rule in program.rules]


def cost_in_words(cost: Cost, language: str) -> str:
    """`10 stamps`."""
    return (
        units(cost.stamps, ProgramKind.STAMPS, language)
        if cost.stamps
        else units(cost.points, ProgramKind.POINTS, language)
    )


def units(count: int, kind: ProgramKind, language: str) -> str:
    """`10 stamps`, `1 point`."""
    say, shown = texts(language), number(count, language)
    if kind is ProgramKind.STAMPS:
        return say.ngettext("{count} stamp", "{count} stamps", count).format(count=shown)
    return say.ngettext("{count} point", "{count} points", count).format(count=shown)


def _rule(rule: Rule, program: Program, language: str) -> str:
    say = texts(language)
    if rule.kind is RuleKind.STAMPS_PER_PURCHASE and rule.stamps == 1:
        return say.gettext("Each purchase is a stamp.")
    if rule.kind is RuleKind.STAMPS_PER_PURCHASE:
        sentence = say.ngettext(
            "Each purchase is {count} stamp.", "Each purchase is {count} stamps.", rule.stamps
        )
        return sentence.format(count=number(rule.stamps, language))
    sentence = say.ngettext(
        "{count} point for every {amount}.", "{count} points for every {amount}.", rule.points
    )
    amount = short_money(rule.step, program.currency, language)
    return sentence.format(count=number(rule.points, language), amount=amount)


def _price(reward: Reward) -> int:
    return reward.cost.points or reward.cost.stamps
