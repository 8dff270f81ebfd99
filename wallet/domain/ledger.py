"""Decides what a card earns: by a purchase, a gift or an action, outright, or by adjustment.

Pure: the same program, card and request always give the same draft.

A decision either returns a Draft or raises one of the errors of `errors.py`, and then nothing has
happened. The formula of a purchase stands in `formula.py`, what takes off a card in
`spending.py`, what takes back in `reversal.py`, what time does in `lapse.py`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from wallet.domain import balances, tiers
from wallet.domain.bounds import REFERENCE_BYTES_MAX
from wallet.domain.calendar import local_time, lot_end, ripens_at
from wallet.domain.cards import Card, Ripening, State
from wallet.domain.conditions import counts
from wallet.domain.drafts import Draft, active_at, check_active, drafted
from wallet.domain.entries import EntryKind, Line
from wallet.domain.errors import CoolDownError, InvalidError
from wallet.domain.formula import all_of, grants, lines, paid_referrals, tier_sum
from wallet.domain.gains import gain, line_of, units_of
from wallet.domain.idleness import woken
from wallet.domain.ids import key_digest
from wallet.domain.offers import give_offers
from wallet.domain.programs import Program, Rule
from wallet.domain.purchases import Action, Award, Gift, Purchase
from wallet.domain.referrals import for_referrer, with_paid
from wallet.domain.tallies import limit_tallies, room, with_rest, with_tallies
from wallet.domain.valuation import Valuation, value
from wallet.domain.vocabulary import ProgramKind, RuleKind

# The key under which a card's welcome stands: it has one at most.
WELCOME_DIGEST = key_digest("engine", "welcome")
# What an entry says of itself when somebody insisted on a second purchase within the cool-down.
COOL_DOWN_OVERRIDDEN = "cool-down overridden"


def earn(
    program: Program,
    card: Card,
    award: Award,
    *,
    digest: str,
    location_id: str | None,
    occurred_at: datetime,
    insist: bool = False,
) -> Draft:
    """What a purchase, a gift or an action gives; `digest` is that of the entry's key.

    The formula of a purchase stands in `formula.py`. Raises InvalidError for another currency,
    for a gift that the programme does not collect, for an action that it does not know;
    CoolDownError for a purchase too soon after another, unless somebody insists;
    CardNotActiveError.
    """
    check_active(card)
    match award:
        case Gift():
            draft = _gift(program, card, award, occurred_at)
        case Action():
            draft = _action(program, card, award, digest=digest, occurred_at=occurred_at)
        case Purchase():
            _check_purchase(program, award)
            _check_cool_down(program, card, occurred_at, insist=insist)
            valuation = value(
                program,
                card.state,
                award,
                occurred_at=occurred_at,
                location_id=location_id,
                referred=card.is_referred,
            )
            draft = _purchase(card, valuation, digest=digest, occurred_at=occurred_at)
            if insist and _is_cooling(program, card, occurred_at):
                draft = replace(draft, reason=COOL_DOWN_OVERRIDDEN)
    return replace(draft, location_id=location_id)


def bonus(program: Program, card: Card, *rules: Rule, digest: str, occurred_at: datetime) -> Draft:
    """What rules give without a purchase: for a welcome, a birthday, a win-back."""
    check_active(card)
    return _given(program, card, rules, EntryKind.BONUS, digest=digest, occurred_at=occurred_at)


def thank(program: Program, card: Card, rule: Rule, *, digest: str, bought_at: datetime) -> Draft:
    """What a referral gives to whoever brought a friend who bought something then.

    Not before the card was made.
    """
    at = max(bought_at, card.created_at)
    draft = bonus(program, card, for_referrer(rule), digest=digest, occurred_at=at)
    return replace(draft, reason=f"{rule.kind}:{rule.id}")


def offer(
    program: Program, card: Card, offer_id: str, *, digest: str, occurred_at: datetime
) -> Draft:
    """An offer given by hand. Raises InvalidError if the programme has none of that id."""
    check_active(card)
    if program.offer(offer_id) is None:
        raise InvalidError("offer_id", "this programme has no such offer")
    after = give_offers(card.state, program, [offer_id], digest=digest, given_at=occurred_at)
    return drafted(EntryKind.BONUS, card, after, occurred_at)


def adjust(
    program: Program, card: Card, gift: Gift, *, reason: str, occurred_at: datetime
) -> Draft:
    """So many points or stamps more, or fewer, because somebody says so and why."""
    check_active(card)
    units = _units(program, gift)
    expires_at = lot_end(program, occurred_at)
    after = (
        balances.give(card.state, program.kind, units, expires_at)
        if units > 0
        else balances.take(card.state, program.kind, -units, debt=program.refunds.debt)
    )
    after = woken(program, after, occurred_at)
    return replace(drafted(EntryKind.ADJUST, card, after, occurred_at), reason=reason)


def _check_purchase(program: Program, purchase: Purchase) -> None:
    if purchase.currency != program.currency:
        raise InvalidError("purchase.currency", f"this programme counts in {program.currency}")
    if len((purchase.reference or "").encode()) > REFERENCE_BYTES_MAX:
        raise InvalidError("purchase.reference", f"is longer than {REFERENCE_BYTES_MAX} bytes")
    if not 0 <= purchase.tax <= purchase.amount:
        raise InvalidError("purchase.tax", "is more than was paid")


def _check_cool_down(program: Program, card: Card, occurred_at: datetime, *, insist: bool) -> None:
    if _is_cooling(program, card, occurred_at) and not insist:
        raise CoolDownError(card.state.earned_at or occurred_at)


def _is_cooling(program: Program, card: Card, occurred_at: datetime) -> bool:
    rest = timedelta(minutes=program.earning.cool_down_minutes)
    earned_at = card.state.earned_at
    return earned_at is not None and abs(occurred_at - earned_at) < rest


def _purchase(card: Card, valuation: Valuation, *, digest: str, occurred_at: datetime) -> Draft:
    program, purchase = valuation.program, valuation.purchase
    given = lines(valuation, net=all_of(valuation), taken={})
    state = card.state
    if not valuation.blocked:
        state = _counted(state, valuation, given)
        state = _given_units(state, program, units_of(given, program.kind), occurred_at)
        offers = grants(valuation, net=all_of(valuation), taken={})
        state = give_offers(state, program, offers, digest=digest, given_at=occurred_at)
        reached = tier_sum(valuation, given, net=all_of(valuation))
        state = tiers.add(program, state, reached, earned_at=occurred_at)
        state = replace(state, visits=state.visits + 1)
        for rule in paid_referrals(valuation, net=all_of(valuation)):
            state = with_paid(state, rule)
        state = active_at(state, occurred_at, earned=True)
    return replace(
        drafted(EntryKind.EARN, card, state, occurred_at),
        lines=given,
        reference=purchase.reference,
        amount=purchase.amount,
        currency=purchase.currency,
        basket=purchase.basket,
    )


def _counted(state: State, valuation: Valuation, given: Sequence[Line]) -> State:
    """The state with everything counted that the purchase counts towards."""
    program = valuation.program
    for counted in valuation.counted:
        state = with_rest(state, counted.rule, counted.rest)
    return with_tallies(
        state,
        [
            *(progress.tally for _, progress in valuation.challenges),
            *limit_tallies(program, state, valuation.local, given, visits=1),
        ],
    )


def _given_units(state: State, program: Program, units: int, occurred_at: datetime) -> State:
    expires_at = lot_end(program, occurred_at)
    ripe = ripens_at(program, occurred_at)
    if ripe is None:
        return balances.give(state, program.kind, units, expires_at)
    return balances.put_by(state, Ripening(units=units, ripens_at=ripe, expires_at=expires_at))


def _gift(program: Program, card: Card, gift: Gift, occurred_at: datetime) -> Draft:
    expires_at = lot_end(program, occurred_at)
    state = balances.give(card.state, program.kind, _units(program, gift), expires_at)
    return drafted(EntryKind.EARN, card, active_at(state, occurred_at, earned=True), occurred_at)


def _units(program: Program, gift: Gift) -> int:
    if gift.stamps and program.kind is not ProgramKind.STAMPS:
        raise InvalidError("stamps", "this programme collects points")
    if gift.points and program.kind is not ProgramKind.POINTS:
        raise InvalidError("points", "this programme collects stamps")
    return gift.stamps or gift.points


def _action(
    program: Program, card: Card, action: Action, *, digest: str, occurred_at: datetime
) -> Draft:
    rules = [
        rule
        for rule in program.rules
        if rule.kind is RuleKind.ACTION and rule.action == action.name
    ]
    if not rules:
        raise InvalidError("action", "this programme has no rule for it")
    draft = _given(program, card, rules, EntryKind.EARN, digest=digest, occurred_at=occurred_at)
    after = active_at(draft.after, occurred_at, earned=False)
    return replace(draft, after=after)


def _given(
    program: Program,
    card: Card,
    rules: Sequence[Rule],
    kind: EntryKind,
    *,
    digest: str,
    occurred_at: datetime,
) -> Draft:
    """What rules give outright, each within its own limits."""
    local = local_time(occurred_at, program.time_zone)
    moment = tiers.moment_of(program, card.state, occurred_at)
    rules = [rule for rule in rules if counts(rule.when, moment)]
    state, given = card.state, list[Line]()
    for rule in rules:
        line = _outright(program, state, rule, local)
        given += [line] if line.points or line.stamps else []
        state = with_tallies(state, limit_tallies(program, state, local, [line], visits=0))
    expires_at = lot_end(program, occurred_at)
    state = balances.give(state, program.kind, units_of(given, program.kind), expires_at)
    offers = [rule.offer for rule in rules if rule.offer]
    state = give_offers(state, program, offers, digest=digest, given_at=occurred_at)
    state = woken(program, state, occurred_at)
    return replace(drafted(kind, card, state, occurred_at), lines=tuple(given))


def _outright(program: Program, state: State, rule: Rule, local: datetime) -> Line:
    rooms = [
        room(program, limit, state, local)
        for limit in program.limits
        if limit.rule in (None, rule.id) and not limit.purchases
    ]
    return line_of(program.kind, rule.id, min([gain(rule, program.kind), *rooms]))
