"""A purchase, step by step, in the order of the formula (`formula.py`).

Nothing is decided here: what each rule gave is what `formula.lines` says. Here stands only what
it was made of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wallet.domain.explanation.steps import (
    Counted,
    Days,
    Fact,
    Hundredths,
    Minutes,
    Money,
    Say,
    Step,
    Units,
    step,
)
from wallet.domain.formula import all_of, lines, stacked
from wallet.domain.gains import gain, units_of
from wallet.domain.programs import Limit, Rule
from wallet.domain.purchases import sum_of
from wallet.domain.valuation import Blocked, Steps, Valuation
from wallet.domain.vocabulary import PER_PURCHASE, WHOLE_PERCENT, Basis, RuleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sum:
    """A valuation, and what its lines say that each rule and limit gave."""

    valuation: Valuation
    given: Mapping[str, int]

    def units(self, count: int) -> Units:
        return Units(count, self.valuation.program.kind)

    def money(self, minor: int) -> Money:
        return Money(minor, self.valuation.program.currency)


def purchase_steps(valuation: Valuation) -> Iterator[Step]:
    """What made each unit of a purchase."""
    kind = valuation.program.kind
    given = {
        line.rule_id: units_of([line], kind)
        for line in lines(valuation, net=all_of(valuation), taken={})
    }
    whole = _Sum(valuation=valuation, given=given)
    yield from _counting(whole)
    if valuation.blocked:
        yield _blocked(whole)
        return
    rated = [
        *_fixed(whole),
        *_stepped(whole, milestones=False),
        *_multiplied(whole),
        *_bonuses(whole),
        *_stepped(whole, milestones=True),
        *_challenges(whole),
        *_cuts(whole),
    ]
    yield from rated or [step(Say.NOTHING)]


def counted_as(rule: Rule) -> Fact:
    """What a rule that goes by whole steps counts."""
    if rule.kind is RuleKind.MILESTONE:
        return Counted.MILESTONE
    return rule.items or Counted.AMOUNT


def limit_facts(limit: Limit, whole: Units) -> Mapping[str, Fact]:
    """How a limit is named; `whole` is of the programme's unit."""
    return {"window": limit.per, "most": Units(limit.points or limit.stamps, whole.kind)}


def _counting(whole: _Sum) -> Iterator[Step]:
    valuation = whole.valuation
    purchase, earning = valuation.purchase, valuation.program.earning
    if not purchase.amount:
        yield step(Say.VISIT)
        return
    yield step(
        Say.PURCHASE,
        amount=whole.money(purchase.amount),
        eligible=whole.money(valuation.eligible),
    )
    excluded = min(sum_of(purchase.items, earning.excluded), purchase.amount)
    if excluded > 0:
        yield step(Say.EXCLUDED, amount=whole.money(excluded))
    tax = purchase.amount - max(excluded, 0) - valuation.eligible
    if earning.basis is Basis.NET and tax > 0:
        yield step(Say.TAX, amount=whole.money(tax))


def _blocked(whole: _Sum) -> Step:
    program = whole.valuation.program
    if whole.valuation.blocked is Blocked.EXCLUDED:
        return step(Say.NOTHING_COUNTS)
    if whole.valuation.blocked is Blocked.MINIMUM:
        return step(Say.BELOW_MINIMUM, minimum=whole.money(program.earning.minimum))
    full = next(each for each in program.limits if each.id == whole.valuation.blocked_by)
    return step(Say.PURCHASES_FULL, rule_id=full.id, count=full.purchases, window=full.per)


def _fixed(whole: _Sum) -> Iterator[Step]:
    program = whole.valuation.program
    for rule, pieces in whole.valuation.fixed:
        each = gain(rule, program.kind)
        units = pieces * each
        if rule.kind in PER_PURCHASE:
            made = step(Say.PER_PURCHASE, Say.GIVES, rule_id=rule.id, adds=units)
        else:
            made = step(Say.PER_ITEM, Say.PIECES, rule_id=rule.id, adds=units)
        facts: Mapping[str, Fact] = {
            "pieces": pieces,
            "gain": whole.units(each),
            "goods": rule.items,
        }
        yield from _within(whole, rule, made, facts)


def _stepped(whole: _Sum, *, milestones: bool) -> Iterator[Step]:
    for counted in whole.valuation.counted:
        if (counted.rule.kind is RuleKind.MILESTONE) is milestones:
            each = gain(counted.rule, whole.valuation.program.kind)
            says = [Say.STEPS if counted.before else Say.STEPS_FRESH]
            says += [Say.EACH] if each else []
            made = step(*says, rule_id=counted.rule.id, adds=counted.steps * each)
            yield from _within(whole, counted.rule, made, _step_facts(whole, counted, each))


def _step_facts(whole: _Sum, counted: Steps, each: int) -> Mapping[str, Fact]:
    return {
        "what": counted_as(counted.rule),
        "amount": whole.money(counted.amount),
        "carry": whole.money(counted.before),
        "total": whole.money(counted.before + counted.amount),
        "step": whole.money(counted.rule.step),
        "steps": counted.steps,
        "gain": whole.units(each),
        "rest": whole.money(counted.rest),
    }


def _bonuses(whole: _Sum) -> Iterator[Step]:
    for rule in whole.valuation.bonuses:
        units = gain(rule, whole.valuation.program.kind)
        head = Say.REFERRAL if rule.kind is RuleKind.REFERRAL else Say.BONUS
        says = (head, Say.GIVES) if units else (head,)
        yield from _within(whole, rule, step(*says, rule_id=rule.id, adds=units), {})


def _challenges(whole: _Sum) -> Iterator[Step]:
    for rule, progress in whole.valuation.challenges:
        units = gain(rule, whole.valuation.program.kind) if progress.is_won else 0
        says = [Say.CHALLENGE]
        says += [Say.CHALLENGE_WON] if progress.is_won else []
        says += [Say.GIVES] if units else []
        facts: Mapping[str, Fact] = {
            "seen": progress.days,
            "needed": rule.visits,
            "span": Days(rule.days),
        }
        yield from _within(whole, rule, step(*says, rule_id=rule.id, adds=units), facts)


def _within(whole: _Sum, rule: Rule, made: Step, facts: Mapping[str, Fact]) -> Iterator[Step]:
    """The step, and the limit of its rule if that cut it."""
    program = whole.valuation.program
    all_facts = {**facts, "units": whole.units(made.adds)}
    yield step(*made.says, rule_id=rule.id, adds=made.adds, **all_facts).condition(
        rule.when, program
    )
    cut = made.adds - whole.given.get(rule.id, 0)
    if cut:
        own = [limit for limit in program.limits if limit.rule == rule.id]
        limit = min(own, key=lambda each: whole.valuation.rooms[each.id])
        yield _limited(whole, limit, rule.id, cut)


def _cuts(whole: _Sum) -> Iterator[Step]:
    for limit in whole.valuation.program.limits:
        if limit.id in whole.given:
            yield _limited(whole, limit, limit.id, -whole.given[limit.id])


def _limited(whole: _Sum, limit: Limit, rule_id: str, cut: int) -> Step:
    return step(
        Say.LIMITED,
        rule_id=rule_id,
        adds=-cut,
        left=whole.units(whole.valuation.rooms[limit.id]),
        cut=whole.units(cut),
        **limit_facts(limit, whole.units(0)),
    )


def _multiplied(whole: _Sum) -> Iterator[Step]:
    valuation = whole.valuation
    base_rules = [rule.id for rule, _ in valuation.fixed]
    base_rules += [
        counted.rule.id
        for counted in valuation.counted
        if counted.rule.kind is not RuleKind.MILESTONE
    ]
    base = sum(whole.given.get(rule_id, 0) for rule_id in base_rules)
    acting = {rule.id: percents for rule, *percents in stacked(valuation)}
    for rule in valuation.multipliers:
        if rule.id in acting:
            reached, then = acting[rule.id]
            yield _multiplier(whole, rule, base, reached, then)
        else:
            yield step(
                Say.MULTIPLIER_BEATEN, rule_id=rule.id, times=Hundredths(rule.percent)
            ).condition(rule.when, valuation.program)


def _multiplier(whole: _Sum, rule: Rule, base: int, reached: int, then: int) -> Step:
    """From `reached` to `then`: what one multiplier adds to those before it."""
    exact, units = base * then, whole.given.get(rule.id, 0)
    says = [Say.MULTIPLIER if reached == WHOLE_PERCENT else Say.MULTIPLIERS]
    says += [Say.MULTIPLIERS_MOST] if then < reached + rule.percent - WHOLE_PERCENT else []
    says += [Say.MULTIPLIER_FLOORED] if exact % WHOLE_PERCENT else []
    made = step(
        *says,
        Say.MORE,
        rule_id=rule.id,
        adds=units,
        times=Hundredths(rule.percent),
        together=Hundredths(then),
        base=whole.units(base),
        exact=Hundredths(exact),
        floored=whole.units(exact // WHOLE_PERCENT),
        before=whole.units(base * reached // WHOLE_PERCENT),
        most=Hundredths(whole.valuation.program.earning.percent_max or then),
        units=whole.units(units),
    )
    return made.condition(rule.when, whole.valuation.program)


def pause(valuation: Valuation) -> Step:
    """That somebody insisted within the cool-down."""
    return step(Say.COOL_DOWN, pause=Minutes(valuation.program.earning.cool_down_minutes))
