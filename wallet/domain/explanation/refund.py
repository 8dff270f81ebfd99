"""What a reversal took back, step by step."""

from collections.abc import Iterator, Mapping

from wallet.domain.entries import Line
from wallet.domain.explanation.moves import gained, lost, worth
from wallet.domain.explanation.purchase import counted_as, limit_facts
from wallet.domain.explanation.steps import Day, Fact, Hundredths, Money, Say, Step, Units, step
from wallet.domain.explanation.story import Story
from wallet.domain.gains import units_of
from wallet.domain.moved import take_back
from wallet.domain.programs import Program, Rule
from wallet.domain.purchases import Purchase
from wallet.domain.refunding import valued_again
from wallet.domain.tallies import carried, ended_units
from wallet.domain.undoing import Target
from wallet.domain.vocabulary import PER_AMOUNT, PER_ITEM, PER_PURCHASE, RuleKind

_HEADS: Mapping[RuleKind, Say] = {
    **dict.fromkeys(PER_PURCHASE, Say.PER_PURCHASE),
    **dict.fromkeys(PER_ITEM, Say.PER_ITEM),
    RuleKind.BONUS: Say.BONUS,
    RuleKind.REFERRAL: Say.REFERRAL,
    RuleKind.MULTIPLIER: Say.REFUND_MULTIPLIER,
    RuleKind.CHALLENGE: Say.CHALLENGE_WON,
}
_BY_STEPS = (*PER_AMOUNT, RuleKind.MILESTONE)


def reversal_steps(story: Story) -> Iterator[Step]:
    """What was taken back, of what, and where from."""
    target, entry, program = story.target, story.entry, story.program
    if target is None:
        return
    if target.purchase is None:
        yield _undone(story, target)
    else:
        yield from _refunded(story, target, target.purchase)
    yield from gained(story.before, entry.after, program)
    yield from lost(story.before, entry.after, program)
    ended = ended_units(story.before) - ended_units(entry.after)
    if ended > 0:
        yield step(Say.ENDED_BEFORE, units=Units(ended, program.kind))
    forgiven = _forgiven(story, target) - max(ended, 0)
    if forgiven > 0:
        yield step(Say.FORGIVEN, units=Units(forgiven, program.kind))


def _undone(story: Story, target: Target) -> Step:
    program = story.program
    units = -_made(target)
    return step(
        Say.UNDONE,
        rule_id=target.entry.lines[0].rule_id if len(target.entry.lines) == 1 else None,
        adds=units,
        what=target.entry.kind,
        day=Day(target.entry.occurred_at, program.time_zone),
    )


def _made(target: Target) -> int:
    """What an entry that is no purchase had changed, with the hold that it made final."""
    changed = worth(target.entry.after, target.program) - worth(target.before, target.program)
    return changed + (_made(target.held) if target.held else 0)


def _forgiven(story: Story, target: Target) -> int:
    """What should have been taken and was not."""
    taken = worth(story.before, story.program) - worth(story.entry.after, story.program)
    if target.purchase is None:
        return _made(target) - taken
    return -units_of(story.entry.lines, story.program.kind) - taken


def _refunded(story: Story, target: Target, purchase: Purchase) -> Iterator[Step]:
    program, entry = story.program, story.entry
    earlier, refund = target.so_far.amount, entry.amount or 0
    currency = program.currency
    yield step(
        Say.REFUND,
        day=Day(target.entry.occurred_at, program.time_zone),
        paid=Money(purchase.amount, currency),
        refund=Money(refund, currency),
        earlier=Money(earlier, currency),
        net=Money(purchase.amount - earlier - refund, currency),
    )
    by_id = {line.rule_id: line for line in entry.lines}
    stepped = {rule.id: rule for rule in _counting_rules(target, purchase)}
    for rule in stepped.values():
        yield from _stepped_back(story, target, rule, by_id.get(rule.id))
    for line in entry.lines:
        if line.rule_id not in stepped:
            yield _lost(target.program, line)
    if entry.after.visits < story.before.visits:
        yield step(Say.UNVISITED)


def _counting_rules(target: Target, purchase: Purchase) -> Iterator[Rule]:
    return (counted.rule for counted in valued_again(target, purchase).counted)


def _stepped_back(story: Story, target: Target, rule: Rule, line: Line | None) -> Iterator[Step]:
    """The remainder on the card without the refund, and the whole steps that this took back."""
    before, after = carried(story.before, rule), carried(story.entry.after, rule)
    steps = _steps_back(story, target, rule)
    units = units_of([line], story.program.kind) if line else 0
    if not (steps or units or before != after):
        return
    currency = story.program.currency
    says = (Say.REFUND_STEPS, Say.TAKEN_BACK) if units else (Say.REFUND_STEPS,)
    yield step(
        *says,
        rule_id=rule.id,
        adds=units,
        what=counted_as(rule),
        carry=Money(before, currency),
        amount=Money(before - after + steps * rule.step, currency),
        step=Money(rule.step, currency),
        steps=steps,
        rest=Money(after, currency),
        units=Units(-units, story.program.kind),
    )


def _steps_back(story: Story, target: Target, rule: Rule) -> int:
    _, done = take_back(
        story.card_before,
        target,
        refund=story.entry.amount,
        occurred_at=story.entry.occurred_at,
    )
    return dict(done.taken).get(rule.id, 0) - dict(target.so_far.taken).get(rule.id, 0)


def _lost(program: Program, line: Line) -> Step:
    units = units_of([line], program.kind)
    back: dict[str, Fact] = {"units": Units(-units, program.kind)}
    limit = next((each for each in program.limits if each.id == line.rule_id), None)
    if limit:
        facts = limit_facts(limit, Units(0, program.kind))
        back["units"] = Units(units, program.kind)
        return step(Say.LIMIT_LESS, rule_id=limit.id, adds=units, **facts, **back)
    rule = next((each for each in program.rules if each.id == line.rule_id), None)
    says = (_HEADS[rule.kind], Say.TAKEN_BACK) if rule else (Say.TAKEN_BACK,)
    times = Hundredths(rule.percent if rule else 100)
    goods = {"goods": rule.items} if rule else {}
    return step(*says, rule_id=line.rule_id, adds=units, times=times, **goods, **back)
