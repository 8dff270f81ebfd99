"""Decides what the refund of a purchase, or of a part of it, leaves of what the purchase gave.

The formula of `formula.py` is asked twice: for the net amount before the refund, and for the one
after it. The difference is taken. So points, carry and milestones stay as the net amount would
have left them, at that purchase's own multipliers; later purchases are not rated again. Where
nothing of the purchase counts any more, its visit goes as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wallet.domain import balances, tiers
from wallet.domain.calendar import lot_end, ripens_at
from wallet.domain.cards import Card, State, tally_key
from wallet.domain.drafts import Draft, drafted
from wallet.domain.entries import EntryKind, Line, Reversed
from wallet.domain.formula import (
    Net,
    Taken,
    all_of,
    grants,
    lines,
    net_of,
    net_part,
    paid_referrals,
    tier_sum,
)
from wallet.domain.gains import difference, units_of
from wallet.domain.ids import digest_of
from wallet.domain.offers import withdraw, withdraw_newest
from wallet.domain.programs import Rule
from wallet.domain.purchases import Purchase
from wallet.domain.referrals import without_paid
from wallet.domain.tallies import (
    carried,
    limit_tallies,
    with_rest,
    with_tallies,
)
from wallet.domain.undoing import (
    Target,
    take_earned,
    undo_challenges,
    undo_empty_limits,
    undo_standing,
    undo_tallies,
    undo_times,
)
from wallet.domain.valuation import Steps, Valuation, value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """What is left of a purchase: its net amount, once so many steps have been taken back."""

    valuation: Valuation
    net: Net
    taken: Taken

    def lines(self) -> tuple[Line, ...]:
        """What it gives."""
        return lines(self.valuation, net=self.net, taken=self.taken)

    def offers(self) -> tuple[str, ...]:
        """The offers that it gives."""
        return grants(self.valuation, net=self.net, taken=self.taken)

    def referrals(self) -> tuple[Rule, ...]:
        """The referrals that it pays."""
        return paid_referrals(self.valuation, net=self.net)

    def tier_sum(self) -> int:
        """What it counts towards a tier."""
        return tier_sum(self.valuation, self.lines(), net=self.net)

    def beyond(self, counted: Steps) -> int:
        """How many of the steps that were taken back a later purchase had reached."""
        return max(self.taken.get(counted.rule.id, 0) - counted.steps, 0)


def refund_purchase(
    card: Card, target: Target, purchase: Purchase, amount: int, occurred_at: datetime
) -> tuple[Draft, Reversed]:
    """Takes back what so much of a purchase gave; `amount` is at most what is left of it."""
    entry, so_far = target.entry, target.so_far
    valuation = valued_again(target, purchase)
    refunded = so_far.amount + amount
    whole = refunded == purchase.amount
    then = _Rest(
        valuation=valuation, net=net_of(valuation, so_far.amount), taken=dict(so_far.taken)
    )
    state, now = _counted_back(card.state, then, net_of(valuation, refunded, whole=whole))
    lost = difference(now.lines(), then.lines())
    state = _without_units(state, target, valuation, lost)
    state = _without_offers(state, target, then, now)
    state = tiers.take_back(
        target.program,
        state,
        then.tier_sum() - now.tier_sum(),
        earned_at=entry.occurred_at,
        at=occurred_at,
    )
    for rule in set(then.referrals()) - set(now.referrals()):
        state = without_paid(state, rule)
    if now.net is None and then.net is not None:
        state = _unvisited(state, target, valuation, occurred_at)
    draft = replace(
        drafted(EntryKind.REVERSE, card, state, occurred_at),
        lines=lost,
        location_id=entry.location_id,
        reference=entry.reference,
        amount=amount,
        currency=entry.currency,
        reverses=entry.id,
    )
    taken = tuple(sorted((rule, steps) for rule, steps in now.taken.items() if steps))
    return draft, Reversed(amount=refunded, whole=whole, taken=taken)


def valued_again(target: Target, purchase: Purchase) -> Valuation:
    """The purchase in its own context: its version, the card before it, its time and place."""
    return value(
        target.program,
        target.before,
        purchase,
        occurred_at=target.entry.occurred_at,
        location_id=target.entry.location_id,
        referred=target.referred,
    )


def referrals_paid_and_kept(
    target: Target, purchase: Purchase
) -> tuple[Sequence[Rule], Sequence[Rule]]:
    """The referrals that a purchase paid as it was made, and those that its rest still pays."""
    valuation, so_far = valued_again(target, purchase), target.so_far
    left = net_of(valuation, so_far.amount, whole=so_far.whole)
    return (
        paid_referrals(valuation, net=all_of(valuation)),
        paid_referrals(valuation, net=left),
    )


def _counted_back(state: State, then: _Rest, net: Net) -> tuple[State, _Rest]:
    """The card's remainders without what was refunded, and the rest with the steps this undoes.

    A refund never gives: a remainder that a later version let grow beyond this version's step
    stays.
    """
    purchase, taken = then.valuation.purchase, dict(then.taken)
    for counted in then.valuation.counted:
        rule = counted.rule
        less = net_part(counted.amount, purchase, then.net)
        less -= net_part(counted.amount, purchase, net)
        there = carried(state, rule) - less
        steps = min(there // rule.step, 0)
        taken[rule.id] = taken.get(rule.id, 0) - steps
        state = with_rest(state, rule, there - steps * rule.step)
    return state, replace(then, net=net, taken=taken)


def _without_units(
    state: State, target: Target, valuation: Valuation, lost: tuple[Line, ...]
) -> State:
    """Takes from what the purchase itself brought first: pending, then its own lot."""
    program, occurred_at = target.program, target.entry.occurred_at
    units = -units_of(lost, program.kind)
    ends = lot_end(program, occurred_at)
    ripe = ripens_at(program, occurred_at)
    if ripe:
        state, units = balances.take_pending(state, (ripe, ends), units)
    state = take_earned(state, program, units, occurred_at)
    return with_tallies(state, limit_tallies(program, state, valuation.local, lost, visits=0))


def _without_offers(state: State, target: Target, then: _Rest, now: _Rest) -> State:
    """The state without the unused offers of the purchase that its rest no longer gives.

    A milestone that only a later purchase had reached gave its offer there: the newest goes.
    """
    given = replace(then, net=all_of(then.valuation), taken={}).offers()
    state = withdraw(state, given, now.offers(), digest=digest_of(target.entry.id))
    for counted in then.valuation.counted:
        if counted.rule.offer:
            past = now.beyond(counted) - then.beyond(counted)
            state = withdraw_newest(state, counted.rule.offer, past)
    return state


def _unvisited(state: State, target: Target, valuation: Valuation, occurred_at: datetime) -> State:
    """The state without the visit: its count, its day, its part in challenges and limits."""
    if valuation.blocked:
        return state
    state = undo_challenges(state, target)
    state = undo_tallies(
        state,
        target,
        {tally_key("limit", each.id) for each in target.program.limits if each.purchases},
    )
    state = undo_empty_limits(state, target)
    state = undo_times(state, target)
    state = undo_standing(state, target, occurred_at)
    return replace(state, visits=max(state.visits - 1, 0))
