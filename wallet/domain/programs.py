"""A programme: what a purchase is worth, what can be had for it, and how the card looks.

An edit makes a new version.

The document's outer form is docs/program.schema.json; `program_document.py` reads and writes it.
Rules and rewards are lists of small values with a `kind`, so that new kinds join without a change
to what is stored.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wallet.domain.ids import MerchantId, ProgramId

STAMPS_TARGET_MAX = 30


class ProgramKind(StrEnum):
    """What the card collects."""

    STAMPS = "stamps"
    POINTS = "points"


class RuleKind(StrEnum):
    """How a rule turns a purchase into something."""

    STAMPS_PER_PURCHASE = "stamps_per_purchase"
    POINTS_PER_AMOUNT = "points_per_amount"


class RewardKind(StrEnum):
    """What a reward is."""

    FREE_PRODUCT = "free_product"
    AMOUNT_OFF = "amount_off"
    PERCENT_OFF = "percent_off"
    SERVICE = "service"
    GIFT = "gift"


class StampStyle(StrEnum):
    """How a given stamp is drawn."""

    PAD = "pad"
    RING = "ring"
    ROSETTE = "rosette"


class Picture(StrEnum):
    """What stands in the middle of a stamp."""

    CUP = "cup"
    LOAF = "loaf"
    SCISSORS = "scissors"
    DUMBBELL = "dumbbell"
    GIFT = "gift"
    FLOWER = "flower"
    BOOK = "book"
    PAW = "paw"
    NAIL = "nail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`stamps` stamps for each purchase, or `points` points for each whole `step` minor units, the
    rest carried.
    """

    id: str
    kind: RuleKind
    points: int = 0
    stamps: int = 0
    step: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a reward takes off the card: points or stamps, the other being 0."""

    points: int = 0
    stamps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """Something that can be redeemed."""

    id: str
    name: str
    kind: RewardKind
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How the card looks: one colour (`#rrggbb`), a stamp's style and picture.

    `logo` is the name of an uploaded one (the digest of its bytes); without it the seal stands in.
    """

    color: str
    style: StampStyle
    picture: Picture
    logo: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One immutable version of a programme.

    `design_version` counts the versions in which anything changed that a pass shows: 1 for the
    first. The currency and the time zone are the merchant's at that version, so that a replay
    needs nothing else.
    """

    id: ProgramId
    merchant_id: MerchantId
    version: int
    design_version: int
    kind: ProgramKind
    name: str
    locale: str
    currency: str
    time_zone: str
    stamps_target: int | None
    rules: tuple[Rule, ...]
    rewards: tuple[Reward, ...]
    design: Design
    effective_at: datetime

    def reward(self, reward_id: str) -> Reward | None:
        """The reward of that id, if this version has it."""
        return next((reward for reward in self.rewards if reward.id == reward_id), None)

    def rule(self, kind: RuleKind) -> Rule | None:
        """The rule of that kind, if this version has one."""
        return next((rule for rule in self.rules if rule.kind is kind), None)
