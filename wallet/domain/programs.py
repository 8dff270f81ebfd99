"""A programme: what a purchase is worth and what can be had for it.

An edit makes a new version.

The document's outer form is docs/program.schema.json, taught in docs/programs.md; `document/`
reads and writes it. Rules, rewards and offers are lists of small values with a `kind`, so that new
kinds join without a change to what is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from wallet.domain.designs import Design
from wallet.domain.ids import MerchantId, ProgramId
from wallet.domain.vocabulary import (
    Basis,
    Debt,
    Per,
    Period,
    ProgramKind,
    Returned,
    RewardKind,
    RuleKind,
    Stacking,
    TierCount,
)

STAMPS_TARGET_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Goods, by stock-keeping unit or category: an item belongs if either is listed."""

    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def hold(self, sku: str | None, category: str | None) -> bool:
        """Whether an item belongs."""
        return sku in self.skus or category in self.categories

    def __bool__(self) -> bool:
        return bool(self.skus or self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Under what a rule counts; what is not said does not matter.

    `weekdays` 0 (Monday) to 6. `from_minute` to `to_minute`, excluded, of the day; past midnight
    if the end lies before the beginning, and then the weekday is that of the beginning.
    `from_day` to `to_day`, both included. All in the merchant's zone. `minimum` minor units of
    what counts; `visit` the how-manieth purchase of the card; `items` one of which is in the
    basket; `tiers` one of which the card had before.
    """

    weekdays: tuple[int, ...] = ()
    from_minute: int | None = None
    to_minute: int | None = None
    from_day: date | None = None
    to_day: date | None = None
    minimum: int = 0
    visit: int | None = None
    items: Items = Items()
    locations: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()


ALWAYS = When()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks:
    """What somebody gets for having brought a friend."""

    points: int = 0
    stamps: int = 0
    offer: str | None = None


NO_THANKS = Thanks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule. Which fields count depends on its kind; the others keep their defaults.

    `points`, `stamps`, `offer` (the id of an offer of the programme): what it gives. `step` minor
    units: for each whole one of them. `percent` of a multiplier: 150 is one and a half. `items`:
    for each piece of these. `visits` on so many different days out of `days` days: a challenge.
    `days` without a visit: a win-back. `action`: by that name. `referrer`: what a referral gives
    to the card that brought this one; all else that it gives is for the new card.
    """

    id: str
    kind: RuleKind
    points: int = 0
    stamps: int = 0
    offer: str | None = None
    step: int = 1
    percent: int = 100
    items: Items = Items()
    visits: int = 0
    days: int = 0
    action: str = ""
    referrer: Thanks = NO_THANKS
    when: When = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a reward takes off the card: points or stamps, the other being 0."""

    points: int = 0
    stamps: int = 0

    @property
    def units(self) -> int:
        """How many, whichever of the two they are."""
        return self.points or self.stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class Often:
    """At most `count` times in a window."""

    count: int
    per: Per


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """Something that can be redeemed.

    What it is worth: `amount` minor units off (or given away, in a donation), `percent` off,
    `points` as a bonus; `url` where an external one is had, `cause` whom a donation helps.
    `stock` pieces in all; `often` for one card; `confirm`: a member of the staff must agree.
    """

    id: str
    name: str
    kind: RewardKind
    cost: Cost
    amount: int = 0
    percent: int = 0
    points: int = 0
    url: str = ""
    cause: str = ""
    stock: int | None = None
    often: Often | None = None
    confirm: bool = False
    when: When = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A reward or discount that rules, or the merchant, give to one member.

    It ends on the last local second of the day that lies `days` days after it was given.
    """

    id: str
    name: str
    kind: RewardKind
    days: int
    amount: int = 0
    percent: int = 0
    points: int = 0
    url: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many points, stamps or counting purchases of a card in a window.

    Exactly one of them is given. `rule` narrows it to what one rule gives.
    """

    id: str
    per: Per
    points: int = 0
    stamps: int = 0
    purchases: int = 0
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earning:
    """What holds for every purchase.

    `excluded` goods earn nothing; purchases of which less than `minimum` counts earn nothing.
    `percent_max` bounds what multipliers make together. A purchase within `cool_down_minutes` of
    the last time something was earned is refused unless somebody insists. What a purchase gives is
    pending for `ripen_days` days.
    """

    basis: Basis = Basis.GROSS
    excluded: Items = Items()
    minimum: int = 0
    stacking: Stacking = Stacking.BEST
    percent_max: int | None = None
    cool_down_minutes: int = 0
    ripen_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """When points or stamps end.

    `months` after they were earned, moved to the `end_of` a period if one is given; or all of them
    once the card has not been used for `idle_months`. Reminders go out `remind_days` before.
    """

    months: int = 0
    end_of: Period | None = None
    idle_months: int = 0
    remind_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A tier: what a sum of `least` or more makes of a card; `percent` off is its standing due."""

    id: str
    name: str
    least: int
    percent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """How cards rise and fall: `tiers.py` says the rule."""

    count: TierCount
    period: Period
    levels: tuple[Level, ...]
    grace_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """What happens when something is taken back."""

    debt: Debt = Debt.NEGATIVE
    returned: Returned = Returned.OLD_EXPIRY


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyOff:
    """Points as money: each whole `points` of them take `amount` minor units off."""

    points: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that a program document says."""

    kind: ProgramKind
    name: str
    locale: str
    currency: str
    time_zone: str
    stamps_target: int | None
    rules: tuple[Rule, ...]
    rewards: tuple[Reward, ...]
    design: Design
    offers: tuple[Offer, ...] = ()
    limits: tuple[Limit, ...] = ()
    earning: Earning = Earning()
    expiry: Expiry | None = None
    refunds: Refunds = Refunds()
    money_off: MoneyOff | None = None
    tiers: Tiers | None = None

    def reward(self, reward_id: str) -> Reward | None:
        """The reward of that id, if there is one."""
        return next((reward for reward in self.rewards if reward.id == reward_id), None)

    def rule(self, kind: RuleKind) -> Rule | None:
        """The first rule of that kind, if there is one."""
        return next((rule for rule in self.rules if rule.kind is kind), None)

    def rules_of(self, kind: RuleKind) -> Sequence[Rule]:
        """The rules of that kind, in the order of the document."""
        return [rule for rule in self.rules if rule.kind is kind]

    def offer(self, offer_id: str) -> Offer | None:
        """The offer of that id, if there is one."""
        return next((offer for offer in self.offers if offer.id == offer_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program(Terms):
    """One immutable version of a programme.

    `design_version` counts the versions in which anything changed that a pass shows: 1 for the
    first. The currency and the time zone are the merchant's at that version, so that a replay
    needs nothing else. `timed_since`: since when the terms by which things fall due stand as they
    do, from one version to the next; None where they always did.
    """

    id: ProgramId
    merchant_id: MerchantId
    version: int
    design_version: int
    effective_at: datetime
    timed_since: datetime | None = None

    def no_sooner(self, at: datetime) -> datetime:
        """That time; since when the timed terms stand, where it lies before that."""
        return max(at, self.timed_since or at)


def version_of(
    terms: Terms,
    *,
    id: ProgramId,  # noqa: A002  it is called so in a Program
    merchant_id: MerchantId,
    version: int,
    design_version: int,
    effective_at: datetime,
    timed_since: datetime | None = None,
) -> Program:
    """The terms as a version of a programme."""
    return Program(
        id=id,
        merchant_id=merchant_id,
        version=version,
        design_version=design_version,
        effective_at=effective_at,
        timed_since=timed_since,
        **{each.name: getattr(terms, each.name) for each in fields(Terms)},
    )
