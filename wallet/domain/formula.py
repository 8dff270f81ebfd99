"""What a purchase is worth: the engine's one formula, a pure function that anyone can follow.

`valuation.value` says what counts, `lines` what each rule gives for it, `grants` which offers,
`paid_referrals` which rules thank another card as well. In this order:

1. What counts: the amount without excluded goods, and without tax on net.
2. Base rules: for each visit, each piece, each whole step of carry + amount. Amounts carry their
   remainder to the next purchase.
3. Multipliers act on the whole base units, and are floored once.
4. Flat rules come after: bonuses, a friend's part of a referral, milestones (their remainder
   carried too), challenges.
5. Limits come last: those of one rule as it gives, those of a visit or a window at the end.

A refund asks the same formula twice, for the net amount before it and after it, in the context of
the purchase itself, and takes the difference: so any partition of a refund takes the same. Only
what carries a remainder is taken from where the card stands now, because later purchases have
used that remainder (`Taken`).
"""

from collections.abc import Iterable, Mapping, Sequence

from wallet.domain.entries import Line
from wallet.domain.gains import gain, line_of, units_of
from wallet.domain.programs import Rule
from wallet.domain.purchases import Purchase
from wallet.domain.valuation import Steps, Valuation
from wallet.domain.vocabulary import (
    PER_PURCHASE,
    WHOLE_PERCENT,
    RuleKind,
    Stacking,
    TierCount,
)

# No card holds nearly as many: steps of a grosz must not make a list as long as a price.
_GRANTS_MAX = 1_000

# How many whole steps of a rule's amount have been taken back, by rule.
Taken = Mapping[str, int]
# Minor units that are left of a purchase after refunds; None when none of it counts any more.
Net = int | None


def tier_sum(valuation: Valuation, given: Iterable[Line], *, net: Net) -> int:
    """What a net amount, and what it gave, counts towards the card's tier."""
    tiers = valuation.program.tiers
    if tiers is None or valuation.blocked or net is None:
        return 0
    match tiers.count:
        case TierCount.AMOUNT:
            return net_part(valuation.eligible, valuation.purchase, net)
        case TierCount.UNITS:
            return max(units_of(given, valuation.program.kind), 0)
        case TierCount.VISITS:
            return 1


def all_of(valuation: Valuation) -> Net:
    """The purchase before anything of it was refunded."""
    return net_of(valuation, 0)


def net_of(valuation: Valuation, refunded: int, *, whole: bool = False) -> Net:
    """What is left of a purchase of which so much was refunded.

    None once it is the `whole`, and where so little is left that it would have earned nothing.
    """
    purchase = valuation.purchase
    net = purchase.amount - refunded
    if whole or net_part(valuation.eligible, purchase, net) < valuation.program.earning.minimum:
        return None
    return net


def lines(valuation: Valuation, *, net: Net, taken: Taken) -> tuple[Line, ...]:
    """What each rule gives for a net amount once so many steps have been taken back.

    A limit that cuts stands as a line of its own, below zero.
    """
    if valuation.blocked:
        return ()
    base = list(_base(valuation, net, taken))
    given = [*base, *_multiplied(valuation, base), *_flat(valuation, net, taken)]
    given = [*given, *_cut(valuation, given)]
    kind = valuation.program.kind
    return tuple(line_of(kind, rule_id, units) for rule_id, units in given if units)


def grants(valuation: Valuation, *, net: Net, taken: Taken) -> tuple[str, ...]:
    """The offers that a net amount gives; one for each step of a milestone, these at the end."""
    if valuation.blocked:
        return ()
    given = [rule.offer for rule in _bonuses(valuation, net)]
    if net is not None:
        given += [rule.offer for rule, progress in valuation.challenges if progress.is_won]
    for counted in valuation.counted:
        if counted.rule.kind is RuleKind.MILESTONE:
            steps = counted.steps - taken.get(counted.rule.id, 0)
            given += [counted.rule.offer] * min(steps, _GRANTS_MAX)
    return tuple(filter(None, given))


def paid_referrals(valuation: Valuation, *, net: Net) -> tuple[Rule, ...]:
    """The referrals that a net amount still pays: to the friend, and to whoever brought them."""
    return tuple(rule for rule in _bonuses(valuation, net) if rule.kind is RuleKind.REFERRAL)


def stacked(valuation: Valuation) -> Iterable[tuple[Rule, int, int]]:
    """The multipliers that act: each with the percentage before it and the one with it.

    Under `best` only the highest; under `sum` all, in the order of the rules, until the highest
    percentage that is allowed.
    """
    acting = valuation.multipliers
    if valuation.program.earning.stacking is Stacking.BEST:
        acting = tuple(sorted(acting, key=lambda rule: rule.percent, reverse=True)[:1])
    reached = WHOLE_PERCENT
    for rule in acting:
        then = min(reached + rule.percent - WHOLE_PERCENT, valuation.percent)
        yield rule, reached, then
        reached = then


def net_part(part: int, purchase: Purchase, net: Net) -> int:
    """What a part of a purchase comes to when so much of it is left; all of one of 0."""
    if net is None:
        return 0
    return part * net // purchase.amount if purchase.amount else part


def _base(valuation: Valuation, net: Net, taken: Taken) -> Iterable[tuple[str, int]]:
    """What each base rule gives; a visit in full while any of it counts, pieces in proportion."""
    kind, purchase = valuation.program.kind, valuation.purchase
    for rule, pieces in valuation.fixed:
        units = pieces * gain(rule, kind)
        if rule.kind in PER_PURCHASE:
            given = 0 if net is None else units
        else:
            given = net_part(units, purchase, net)
        yield rule.id, _within(valuation, rule, given)
    for counted in valuation.counted:
        if counted.rule.kind is not RuleKind.MILESTONE:
            yield counted.rule.id, _of_steps(valuation, counted, taken)


def _multiplied(
    valuation: Valuation, base: Iterable[tuple[str, int]]
) -> Iterable[tuple[str, int]]:
    """What each multiplier adds: together the base, floored once at the whole percentage."""
    whole = sum(units for _, units in base)
    for rule, reached, then in stacked(valuation):
        yield rule.id, whole * then // WHOLE_PERCENT - whole * reached // WHOLE_PERCENT


def _flat(valuation: Valuation, net: Net, taken: Taken) -> Iterable[tuple[str, int]]:
    """Each bonus and challenge in full or not at all; milestones as far as steps are left."""
    kind = valuation.program.kind
    for rule in _bonuses(valuation, net):
        yield rule.id, _within(valuation, rule, gain(rule, kind))
    for counted in valuation.counted:
        if counted.rule.kind is RuleKind.MILESTONE:
            yield counted.rule.id, _of_steps(valuation, counted, taken)
    for rule, progress in valuation.challenges:
        stays = net is not None and progress.is_won
        yield rule.id, _within(valuation, rule, gain(rule, kind) if stays else 0)


def _bonuses(valuation: Valuation, net: Net) -> Sequence[Rule]:
    """The bonuses for which enough is left."""
    if net is None:
        return []
    counting = net_part(valuation.eligible, valuation.purchase, net)
    return [rule for rule in valuation.bonuses if counting >= rule.when.minimum]


def _of_steps(valuation: Valuation, counted: Steps, taken: Taken) -> int:
    """What the whole steps give that have not been taken back."""
    steps = counted.steps - taken.get(counted.rule.id, 0)
    return _within(valuation, counted.rule, steps * gain(counted.rule, valuation.program.kind))


def _within(valuation: Valuation, rule: Rule, units: int) -> int:
    """At most what the limits of this one rule leave."""
    rooms = [
        valuation.rooms[limit.id] for limit in valuation.program.limits if limit.rule == rule.id
    ]
    return min([units, *rooms])


def _cut(valuation: Valuation, given: Iterable[tuple[str, int]]) -> Iterable[tuple[str, int]]:
    """What each limit of all rules together cuts, in the order of the document."""
    total = sum(units for _, units in given)
    for limit in valuation.program.limits:
        if limit.purchases or limit.rule:
            continue
        cut = max(total - valuation.rooms[limit.id], 0)
        total -= cut
        yield limit.id, -cut
