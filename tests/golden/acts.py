"""The steps of a history, each done through the pure core: what services do around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from tests.golden.account import Account, Made, digest_of
from tests.golden.cases import Step
from tests.golden.shop import Shop
from wallet.domain import ledger, merging, reversal, spending
from wallet.domain.cards import Status
from wallet.domain.drafts import Draft, check_occurred
from wallet.domain.purchases import Action, Award, Gift, Item, Purchase
from wallet.domain.vocabulary import ProgramKind, RuleKind

_HOLD_MINUTES = 15


def do(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    """Does a step; what it wrote, or what stood there already. Raises WalletError."""
    return _ACTS[step.act](shop, account, step)


def _enrol(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    assert not account.made, "a card is enrolled once, as its first step"
    said = step.what if isinstance(step.what, Mapping) else {}
    if "birthday" in said:
        account.birthday = _month_and_day(said["birthday"])
    if said.get("referred"):
        account.card = replace(account.card, referred_by=shop.other.card.id)
    program = shop.in_force(step.at)
    made = []
    for rule in (each for each in program.rules if each.kind is RuleKind.WELCOME):
        key = f"welcome:{rule.id}"
        draft = ledger.bonus(
            program, account.card, rule, digest=digest_of(key), occurred_at=step.at
        )
        made.append(account.write(draft, program, key, step.at))
    return made


def _birthday(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    account.birthday = _month_and_day(step.what)
    return []


def _buy(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    said = step.said
    purchase = Purchase(
        amount=step.what,
        currency=shop.in_force(step.at).currency,
        reference=said.get("reference"),
        tax=said.get("tax", 0),
        items=tuple(Item(**each) for each in said.get("items", [])),
    )
    if purchase.reference is None:
        return [_earn(shop, account, step, purchase)]
    receipt = (said.get("location"), purchase.reference)
    if receipt not in account.receipts:
        account.receipts[receipt] = _earn(shop, account, step, purchase)
    return [account.receipts[receipt]]


def _give(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    return [_earn(shop, account, step, _gift(shop, step))]


def _action(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    return [_earn(shop, account, step, Action(name=step.what))]


def _earn(shop: Shop, account: Account, step: Step, award: Award) -> Made:
    happened = check_occurred(step.said.get("occurred_at"), step.at)
    program = shop.in_force(happened)
    draft = ledger.earn(
        program,
        account.card,
        award,
        digest=digest_of(_key(step)),
        location_id=step.said.get("location"),
        occurred_at=happened,
        insist=step.said.get("insist", False),
    )
    purchase = award if isinstance(award, Purchase) else None
    return account.write(draft, program, _key(step), step.at, purchase)


def _adjust(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    draft = ledger.adjust(
        shop.in_force(step.at),
        account.card,
        _gift(shop, step),
        reason=step.said.get("reason", "because"),
        occurred_at=step.at,
    )
    return _written(shop, account, step, draft)


def _offer(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    draft = ledger.offer(
        shop.in_force(step.at),
        account.card,
        step.what,
        digest=digest_of(_key(step)),
        occurred_at=step.at,
    )
    return _written(shop, account, step, draft)


def _redeem(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    draft = spending.redeem(
        shop.in_force(step.at),
        account.card,
        step.what,
        occurred_at=step.at,
        confirmed=step.said.get("confirmed", False),
        location_id=step.said.get("location"),
    )
    return _written(shop, account, step, draft)


def _redeem_offer(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    program, code = shop.in_force(step.at), account.offers[step.what - 1]
    draft = spending.redeem_offer(program, account.card, code, occurred_at=step.at)
    return _written(shop, account, step, draft)


def _spend(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    program = shop.in_force(step.at)
    draft = spending.spend_points(program, account.card, step.what, occurred_at=step.at)
    return _written(shop, account, step, draft)


def _hold(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    draft = spending.hold(
        shop.in_force(step.at),
        account.card,
        step.what,
        digest=digest_of(_key(step)),
        until=step.at + timedelta(minutes=step.said.get("minutes", _HOLD_MINUTES)),
        occurred_at=step.at,
        confirmed=step.said.get("confirmed", False),
    )
    return _written(shop, account, step, draft)


def _capture(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    held = account.by_step[step.what].entry
    draft = spending.capture(shop.in_force(step.at), account.card, held, occurred_at=step.at)
    return _written(shop, account, step, draft)


def _release(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    held = account.by_step[step.what]
    draft = spending.release(
        shop.in_force(step.at), account.card, held.entry, held.before, occurred_at=step.at
    )
    return _written(shop, account, step, draft)


def _reverse(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    number, refund = (step.what, None) if step.act == "reverse" else step.what
    one = account.by_step[number]
    draft, left = reversal.reverse(
        account.card, account.target(one), refund=refund, occurred_at=step.at
    )
    made = _written(shop, account, step, draft)
    account.marks[one.entry.id] = left
    return made


def _close(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    draft = merging.close(
        account.card, Status(step.what), reason=step.said.get("reason"), occurred_at=step.at
    )
    return _written(shop, account, step, draft)


def _merge(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    gone, grown = merging.merge(
        shop.in_force(step.at), shop.other.card, account.card, occurred_at=step.at
    )
    _written(shop, shop.other, step, gone)
    return _written(shop, account, step, grown)


def _unmerge(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    merged, emptied = account.by_step[step.what], shop.other.made[-1]
    back, left = merging.unmerge(
        shop.in_force(step.at),
        shop.other.card,
        account.card,
        merged=merged.entry,
        before=emptied.before,
        filled=merged.before,
        occurred_at=step.at,
    )
    _written(shop, shop.other, step, back)
    return _written(shop, account, step, left)


def _until(shop: Shop, account: Account, step: Step) -> Sequence[Made]:
    return []


def _written(shop: Shop, account: Account, step: Step, draft: Draft) -> Sequence[Made]:
    program = shop.in_force(step.at)
    shop.count_stock(draft, program)
    return [account.write(draft, program, _key(step), step.at)]


def _gift(shop: Shop, step: Step) -> Gift:
    if shop.in_force(step.at).kind is ProgramKind.STAMPS:
        return Gift(stamps=step.what)
    return Gift(points=step.what)


def _key(step: Step) -> str:
    # With its act: a merge is a step of two histories, each numbered from 1.
    return f"{step.act} {step.number}"


def _month_and_day(said: str) -> tuple[int, int]:
    month, _, day = said.partition("-")
    return int(month), int(day)


_ACTS: Mapping[str, Callable[[Shop, Account, Step], Sequence[Made]]] = {
    "enrol": _enrol,
    "birthday": _birthday,
    "buy": _buy,
    "give": _give,
    "action": _action,
    "adjust": _adjust,
    "offer": _offer,
    "redeem": _redeem,
    "redeem_offer": _redeem_offer,
    "spend": _spend,
    "hold": _hold,
    "capture": _capture,
    "release": _release,
    "reverse": _reverse,
    "refund": _reverse,
    "until": _until,
    "close": _close,
    "merge": _merge,
    "unmerge": _unmerge,
}
