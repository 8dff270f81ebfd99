"""Thanks whoever brought a friend: what follows from the stream in the product."""

from collections.abc import Sequence
from datetime import datetime

from tests.golden.account import Account, Made, digest_of
from tests.golden.shop import Shop
from wallet.domain import ledger, reversal
from wallet.domain.cards import Status
from wallet.domain.drafts import gives_nothing
from wallet.domain.programs import Rule
from wallet.domain.referrals import may_have_paid
from wallet.domain.refunding import referrals_paid_and_kept


def thank(shop: Shop, made: Sequence[Made], now: datetime) -> None:
    """Gives the other card the thanks for what was just made, and takes back what is not due."""
    friend = shop.card
    if friend.card.referred_by is None:
        return
    for one in friend.made:
        if may_have_paid(one.program, one.entry) and one.purchase:
            paid, kept = referrals_paid_and_kept(friend.target(one), one.purchase)
            for rule in paid:
                _settle(shop, one, rule, now, due=rule in kept, is_new=one in made)


def _settle(shop: Shop, one: Made, rule: Rule, now: datetime, *, due: bool, is_new: bool) -> None:
    card, key = shop.other, f"thanks:{one.entry.id}:{rule.id}"
    # Closed, or merged with the friend's: it gets nothing and keeps what it has.
    if card.card.state.status is not Status.ACTIVE:
        return
    given = [each for each in card.made if each.entry.id.endswith(f"-{digest_of(key)}")]
    if due and is_new and not given:
        _give(card, one, rule, key, now)
    elif given and not due and given[0].entry.id not in card.marks:
        draft, left = reversal.reverse(
            card.card, card.target(given[0]), refund=None, occurred_at=now
        )
        card.write(draft, shop.in_force(now), f"back:{key}", now)
        card.marks[given[0].entry.id] = left


def _give(card: Account, one: Made, rule: Rule, key: str, now: datetime) -> None:
    bought_at = one.entry.occurred_at
    draft = ledger.thank(one.program, card.card, rule, digest=digest_of(key), bought_at=bought_at)
    if not gives_nothing(card.card, draft):
        card.write(draft, one.program, key, now)
