"""Whatever a shop's programme is and whatever happens to its cards, six things hold.

- the balance is the sum of the entries and of the lots, and is below zero only where the
  programme allows it;
- taking back the newest entry leaves the card as it was before it, whole or in parts;
- a merge taken back is as if it had not been;
- a purchase told of late is rated under the version of its own time;
- who brought a friend is thanked at most once, and only while the friend's first purchase lasts;
- the same history again makes the same cards, byte for byte.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.golden import acts
from tests.golden.account import Account, Made, units
from tests.golden.cases import Case, Expect, Step
from tests.golden.programmes import programmes
from tests.golden.shop import Shop
from tests.golden.thanks import thank
from wallet.domain.entries import EntryKind
from wallet.domain.errors import WalletError
from wallet.domain.referrals import is_paid
from wallet.domain.vocabulary import Debt
from wallet.storage.packing import pack_state

BEGIN = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
AMOUNTS = st.sampled_from([0, 1, 99, 250, 700, 1_000, 2_600, 5_001])
BASKETS = st.sampled_from(
    [
        [],
        [{"category": "coffee", "quantity": 2, "amount": 240}],
        [{"category": "deposit", "amount": 90}, {"category": "coffee", "amount": 150}],
    ]
)
HOURS = st.sampled_from([0, 1, 5, 24, 31, 72, 24 * 8, 24 * 33])
EXAMPLES = 50_000 if os.environ.get("STEMPEL_LONG") else 2_000


class Cards(RuleBasedStateMachine):
    """Two cards of a shop; the holder of the other one may have brought that of the first."""

    @initialize(first=programmes(), later=st.none() | programmes(), referred=st.booleans())
    def open(
        self, first: Mapping[str, Any], later: Mapping[str, Any] | None, *, referred: bool
    ) -> None:
        """A shop that may change its programme after ten days: all but its unit and its debts.

        A hole that an old version allowed is not dug again where the new one stops at zero.
        """
        versions = [(BEGIN - timedelta(days=60), first)]
        if later and later["kind"] == first["kind"]:
            refunds = {**later["refunds"], "debt": first["refunds"]["debt"]}
            versions.append((BEGIN + timedelta(days=10), {**later, "refunds": refunds}))
        self.now, self.referred = BEGIN, referred
        self.steps: list[tuple[bool, Step]] = []
        self.case = Case(
            file="machine",
            name="any",
            rules=(),
            zone="Europe/Warsaw",
            programs=tuple(versions),
            history=(_step(1, BEGIN, "until", None),),
            other=(),
            then=Expect(),
        )
        self.shop = self.opened()

    def opened(self) -> Shop:
        """The shop as it is in the beginning."""
        shop = Shop(self.case)
        if self.referred:
            shop.card.card = replace(shop.card.card, referred_by=shop.other.card.id)
        return shop

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.do("until", None)

    @rule(amount=AMOUNTS, items=BASKETS, late=HOURS, other=st.booleans(), insist=st.booleans())
    def buy(self, amount: int, items: list[Any], late: int, *, other: bool, insist: bool) -> None:
        happened = self.now - timedelta(hours=late)
        said = {"items": items, "occurred_at": happened, "insist": insist, "tax": amount // 5}
        made = self.do("buy", amount, other=other, **said)
        if made:
            version = self.shop.in_force(happened)
            assert made.entry.program_version == version.version

    @rule(amount=AMOUNTS, items=BASKETS)
    def buy_and_take_back(self, amount: int, items: list[Any]) -> None:
        before = self.settled()
        bought = self.do("buy", amount, items=items, insist=True)
        if bought:
            self.do("reverse", bought)
            assert self.shop.card.card.state == before

    @rule(amount=st.integers(2, 6_000), items=BASKETS, parts=st.lists(st.integers(1, 4_000)))
    def buy_and_refund_in_parts(self, amount: int, items: list[Any], parts: list[int]) -> None:
        before = self.settled()
        bought = self.do("buy", amount, items=items, insist=True)
        if not bought:
            return
        left = amount
        for asked in [*parts, amount]:
            if part := min(asked, left):
                self.do("refund", (bought, part))
                left -= part
        assert self.shop.card.card.state == before

    @rule(count=st.integers(1, 30))
    def give(self, count: int) -> None:
        before = self.settled()
        given = self.do("give", count)
        if given and count % 2:
            self.do("reverse", given)
            assert self.shop.card.card.state == before

    @rule(count=st.integers(-20, 20).filter(bool))
    def adjust(self, count: int) -> None:
        self.do("adjust", count)

    @rule()
    def act(self) -> None:
        self.do("action", "review")

    @rule(reward=st.sampled_from(["cake", "mug"]), back=st.booleans())
    def redeem(self, reward: str, *, back: bool) -> None:
        before = self.settled()
        redeemed = self.do("redeem", reward)
        if redeemed and back:
            self.do("reverse", redeemed)
            after = self.shop.card.card.state
            assert replace(after, lots=()) == replace(before, lots=())

    @rule(back=st.booleans())
    def use_offer(self, *, back: bool) -> None:
        before = self.settled()
        if before.offers:
            number = self.shop.card.offers.index(before.offers[0].id) + 1
            used = self.do("redeem_offer", number)
            if used and back:
                self.do("reverse", used)
                assert self.shop.card.card.state == before

    @rule(ends=st.sampled_from(["capture", "release", "time"]))
    def hold(self, ends: str) -> None:
        before = self.settled()
        held = self.do("hold", "cake")
        if held and ends != "time":
            self.do(ends, held)
        if held and ends == "release":
            after = self.shop.card.card.state
            assert replace(after, used_at=None) == replace(before, used_at=None)

    @rule(data=st.data())
    def take_back_anything(self, data: st.DataObject) -> None:
        made = self.shop.card.made
        if made:
            one = data.draw(st.sampled_from(made))
            part = data.draw(st.none() | st.integers(1, 3_000))
            self.do("refund" if part else "reverse", (one, part) if part else one)

    @rule()
    def merge_and_unmerge(self) -> None:
        before, other = self.settled(), self.shop.other.card.state
        merged = self.do("merge", True)
        if merged:
            self.do("unmerge", merged)
            assert self.shop.card.card.state == before
            assert self.shop.other.card.state == other

    @invariant()
    def below_zero_only_where_that_is_allowed(self) -> None:
        if not hasattr(self, "shop"):
            return
        versions = [self.shop.in_force(at) for at, _ in self.case.programs]
        if all(version.refunds.debt is not Debt.NEGATIVE for version in versions):
            for account in (self.shop.card, self.shop.other):
                assert units(account.card.state, versions[0].kind) >= 0

    @invariant()
    def thanked_at_most_once_while_the_purchase_lasts(self) -> None:
        if not hasattr(self, "shop"):
            return
        other = self.shop.other
        standing = [
            one.entry
            for one in other.made
            if one.entry.reason == "referral:friend" and one.entry.id not in other.marks
        ]
        state, versions = (
            self.shop.card.card.state,
            map(self.shop.in_force, dict(self.case.programs)),
        )
        paid = [each for version in versions for each in version.rules if is_paid(state, each)]
        assert len(standing) <= int(bool(paid))

    def teardown(self) -> None:
        if not hasattr(self, "shop"):
            return
        again = self.opened()
        for is_other, step in self.steps:
            _do(again, again.other if is_other else again.card, step)
        kind = self.shop.in_force(self.now).kind
        for one, two in ((self.shop.card, again.card), (self.shop.other, again.other)):
            one.check_chain(kind)
            assert one.card == two.card
            assert pack_state(one.card.state) == pack_state(two.card.state)

    def settled(self) -> Any:
        """The card once all that is due by now is done."""
        self.do("until", None)
        return self.shop.card.card.state

    def do(self, act: str, what: Any, *, other: bool = False, **said: Any) -> Made | None:
        """Does a step and keeps it; None if it was refused. Entries are named by their steps."""
        if act in ("reverse", "refund", "unmerge", "capture", "release"):
            what = _named(self.shop.card, what)
            if what is None:
                return None
        step = _step(len(self.steps) + 1, self.now, act, what, **said)
        self.steps.append((other, step))
        return _do(self.shop, self.shop.other if other else self.shop.card, step)


def _do(shop: Shop, account: Account, step: Step) -> Made | None:
    shop.advance(step.at)
    try:
        made = acts.do(shop, account, step)
    except WalletError:
        return None
    thank(shop, made, step.at)
    if made:
        account.by_step[step.number] = made[-1]
    return made[-1] if made else None


def _named(account: Account, what: Any) -> Any:
    """The number of the step that made an entry, or of that and a part of it."""
    made, part = what if isinstance(what, tuple) else (what, None)
    number = next((n for n, one in account.by_step.items() if one is made), None)
    if number is None or (made.entry.kind is EntryKind.MERGE and part):
        return None
    return [number, part] if part else number


def _step(number: int, at: datetime, act: str, what: Any, **said: Any) -> Step:
    return Step(number=number, at=at, act=act, what=what, said=said, expect=Expect())


def test_what_holds_for_every_card() -> None:
    run_state_machine_as_test(
        Cards,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
