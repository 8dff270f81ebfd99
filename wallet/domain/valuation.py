"""What a purchase is worth: the engine's one formula, a pure function that anyone can follow.

`value` says what counts, `lines` what each rule gives for it, `grants` which offers. In this
order:

1. What counts: the amount without excluded goods, and without tax on net. If nothing of what was
   paid does, or less than the minimum, or beyond a limit of purchases, nothing is earned and
   nothing is counted.
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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wallet.domain.calendar import local_time
from wallet.domain.cards import State
from wallet.domain.challenges import Progress, visit_challenge
from wallet.domain.conditions import Moment, counts
from wallet.domain.entries import Line
from wallet.domain.gains import gain, line_of, units_of
from wallet.domain.programs import Program, Rule
from wallet.domain.purchases import Purchase, amount_of, eligible_amount, pieces_of
from wallet.domain.referrals import is_paid
from wallet.domain.tallies import carried, room
from wallet.domain.tiers import moment_of
from wallet.domain.vocabulary import (
    APART,
    PER_AMOUNT,
    PER_ITEM,
    PER_PURCHASE,
    RuleKind,
    Stacking,
    TierCount,
)

_PERCENT = 100
# No card holds nearly as many: steps of a grosz must not make a list as long as a price.
_GRANTS_MAX = 1_000

# How many whole steps of a rule's amount have been taken back, by rule.
Taken = Mapping[str, int]
# Minor units that are left of a purchase after refunds; None when none of it counts any more.
Net = int | None


class Blocked(StrEnum):
    """Why a purchase earns nothing at all."""

    EXCLUDED = "excluded"
    MINIMUM = "minimum"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A rule that counts up amounts: what was there, what came, the whole steps, the rest."""

    rule: Rule
    before: int
    amount: int
    steps: int
    rest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """All that the formula needs of a purchase and of the card before it.

    `eligible` minor units count; `blocked` says why nothing is earned, `blocked_by` by which
    limit. Of the rules that count now: `fixed` those that give for each visit or piece, and for
    how many; `counted` those that count up amounts; `bonuses`, referrals among them; `challenges`,
    and how far this visit brings them; `multipliers`, which make `percent` together. `rooms` how
    much each limit leaves, by its id.
    """

    program: Program
    purchase: Purchase
    local: datetime
    eligible: int
    blocked: Blocked | None
    blocked_by: str | None
    counted: tuple[Steps, ...]
    fixed: tuple[tuple[Rule, int], ...]
    bonuses: tuple[Rule, ...]
    challenges: tuple[tuple[Rule, Progress], ...]
    multipliers: tuple[Rule, ...]
    percent: int
    rooms: Mapping[str, int]


def value(
    program: Program,
    before: State,
    purchase: Purchase,
    *,
    occurred_at: datetime,
    location_id: str | None,
    referred: bool,
) -> Valuation:
    """The purchase in the context of the card as it was before it.

    `referred` where a friend brought the card's holder.
    """
    local = local_time(occurred_at, program.time_zone)
    eligible = eligible_amount(purchase, program.earning)
    moment = replace(
        moment_of(program, before, occurred_at, location_id),
        eligible=eligible,
        visit=before.visits + 1,
        items=purchase.items,
    )
    rooms = {limit.id: room(program, limit, before, local) for limit in program.limits}
    blocked, blocked_by = _blocked(program, purchase, eligible, rooms)
    rules = [] if blocked else _rules(program, moment)
    multipliers = tuple(rule for rule in rules if rule.kind is RuleKind.MULTIPLIER)
    return Valuation(
        program=program,
        purchase=purchase,
        local=local,
        eligible=eligible,
        blocked=blocked,
        blocked_by=blocked_by,
        counted=tuple(_counted(program, before, purchase, eligible, rules)),
        fixed=tuple(_fixed(program, purchase, rules)),
        bonuses=tuple(rule for rule in rules if _is_bonus(rule, before, referred=referred)),
        challenges=tuple(
            (rule, visit_challenge(rule, before, local, program.time_zone))
            for rule in rules
            if rule.kind is RuleKind.CHALLENGE
        ),
        multipliers=multipliers,
        percent=_together(program, multipliers),
        rooms=rooms,
    )


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
    given: list[str | None] = []
    if net is not None:
        given = [rule.offer for rule in _bonuses(valuation, net)]
        given += [rule.offer for rule, progress in valuation.challenges if progress.is_won]
    for counted in valuation.counted:
        if counted.rule.kind is RuleKind.MILESTONE:
            steps = counted.steps - taken.get(counted.rule.id, 0)
            given += [counted.rule.offer] * min(steps, _GRANTS_MAX)
    return tuple(filter(None, given))


def referrals(valuation: Valuation, *, net: Net) -> tuple[Rule, ...]:
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
    reached = _PERCENT
    for rule in acting:
        then = min(reached + rule.percent - _PERCENT, valuation.percent)
        yield rule, reached, then
        reached = then


def net_part(part: int, purchase: Purchase, net: Net) -> int:
    """What a part of a purchase comes to when so much of it is left; all of one of 0."""
    if net is None:
        return 0
    return part * net // purchase.amount if purchase.amount else part


def _blocked(
    program: Program, purchase: Purchase, eligible: int, rooms: Mapping[str, int]
) -> tuple[Blocked | None, str | None]:
    if purchase.amount and not eligible:
        return Blocked.EXCLUDED, None
    if eligible < program.earning.minimum:
        return Blocked.MINIMUM, None
    full = next(
        (each.id for each in program.limits if each.purchases and not rooms[each.id]), None
    )
    return (Blocked.LIMIT, full) if full else (None, None)


def _rules(program: Program, moment: Moment) -> list[Rule]:
    """The rules that a purchase is rated by, as far as they count then."""
    return [rule for rule in program.rules if rule.kind not in APART and counts(rule.when, moment)]


def _is_bonus(rule: Rule, before: State, *, referred: bool) -> bool:
    if rule.kind is RuleKind.REFERRAL:
        return referred and not is_paid(before, rule)
    return rule.kind is RuleKind.BONUS


def _counted(
    program: Program, before: State, purchase: Purchase, eligible: int, rules: Iterable[Rule]
) -> Iterable[Steps]:
    for rule in rules:
        if rule.kind not in (*PER_AMOUNT, RuleKind.MILESTONE):
            continue
        amount = amount_of(purchase, program.earning, rule.items) if rule.items else eligible
        there = carried(before, rule)
        steps, rest = divmod(there + amount, rule.step)
        yield Steps(rule=rule, before=there, amount=amount, steps=steps, rest=rest)


def _fixed(
    program: Program, purchase: Purchase, rules: Iterable[Rule]
) -> Iterable[tuple[Rule, int]]:
    for rule in rules:
        if rule.kind in PER_PURCHASE:
            yield rule, 1
        elif rule.kind in PER_ITEM and (
            pieces := pieces_of(purchase, program.earning, rule.items)
        ):
            yield rule, pieces


def _together(program: Program, multipliers: Iterable[Rule]) -> int:
    percents = [rule.percent for rule in multipliers]
    if not percents:
        return _PERCENT
    together = (
        max(percents)
        if program.earning.stacking is Stacking.BEST
        else _PERCENT + sum(percent - _PERCENT for percent in percents)
    )
    return min(together, program.earning.percent_max or together)


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
        yield rule.id, whole * then // _PERCENT - whole * reached // _PERCENT


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


def _bonuses(valuation: Valuation, net: Net) -> Iterable[Rule]:
    """The bonuses for which enough is left."""
    counting = net_part(valuation.eligible, valuation.purchase, net)
    return (
        rule for rule in valuation.bonuses if net is not None and counting >= rule.when.minimum
    )


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
