"""What counts of a purchase, in the context of the card before it.

If nothing of what was paid counts, or less than the minimum, or if a limit of purchases is
reached, nothing is earned and nothing is counted. What does count, `formula.py` turns into points,
stamps and offers: for the whole purchase, or for what refunds have left of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wallet.domain.calendar import local_time
from wallet.domain.cards import State
from wallet.domain.challenges import Progress, visit_challenge
from wallet.domain.conditions import Moment, counts
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
    WHOLE_PERCENT,
    RuleKind,
    Stacking,
)


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
        return WHOLE_PERCENT
    together = (
        max(percents)
        if program.earning.stacking is Stacking.BEST
        else WHOLE_PERCENT + sum(percent - WHOLE_PERCENT for percent in percents)
    )
    return min(together, program.earning.percent_max or together)
