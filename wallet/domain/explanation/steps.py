"""What an explanation is made of: sentences without words.

A step names its sentences, and the facts that fill them. The words of each language stand outside
(`chalice_app/explanation_words.py`); facts are typed, so that a language can write each its way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto

from wallet.domain.entries import EntryKind
from wallet.domain.programs import Items, Program, When
from wallet.domain.vocabulary import Per, ProgramKind


class Say(Enum):
    """A sentence."""

    VERSION = auto()
    # What of a purchase counts.
    PURCHASE = auto()
    VISIT = auto()
    EXCLUDED = auto()
    TAX = auto()
    NOTHING_COUNTS = auto()
    BELOW_MINIMUM = auto()
    PURCHASES_FULL = auto()
    COOL_DOWN = auto()
    NOTHING = auto()
    # What rules give.
    PER_PURCHASE = auto()
    PER_ITEM = auto()
    PIECES = auto()
    STEPS = auto()
    STEPS_FRESH = auto()
    EACH = auto()
    MULTIPLIER = auto()
    MULTIPLIER_FLOORED = auto()
    MULTIPLIERS = auto()
    MULTIPLIERS_MOST = auto()
    MULTIPLIER_BEATEN = auto()
    MORE = auto()
    BONUS = auto()
    CHALLENGE = auto()
    CHALLENGE_WON = auto()
    ACTION = auto()
    WELCOME = auto()
    BIRTHDAY = auto()
    WIN_BACK = auto()
    REFERRAL = auto()
    REFERRER = auto()
    OUTSIDE = auto()
    GIFT = auto()
    GIVES = auto()
    CONDITION = auto()
    LIMITED = auto()
    OFFERS_FULL = auto()
    # What becomes of it.
    PENDING = auto()
    ENDS = auto()
    ENDS_IDLE = auto()
    OWED_PAID = auto()
    DEBT_FILLED = auto()
    OFFER_GIVEN = auto()
    OFFER_GONE = auto()
    LOT_SPENT = auto()
    LOT_SPENT_LASTING = auto()
    PENDING_LESS = auto()
    BELOW_ZERO = auto()
    OWED = auto()
    FORGIVEN = auto()
    ENDED_BEFORE = auto()
    # What is taken back.
    REFUND = auto()
    REFUND_STEPS = auto()
    REFUND_MULTIPLIER = auto()
    LIMIT_LESS = auto()
    TAKEN_BACK = auto()
    UNVISITED = auto()
    UNDONE = auto()
    # What is spent.
    REWARD = auto()
    REWARD_GIVES = auto()
    OFTEN = auto()
    OFFER_USED = auto()
    MONEY_OFF = auto()
    SPENT = auto()
    HELD = auto()
    CAPTURED = auto()
    RELEASED = auto()
    # What the calendar and people do.
    EXPIRED = auto()
    IDLE = auto()
    OFFER_ENDED = auto()
    RIPE = auto()
    REMINDED = auto()
    TIER = auto()
    ADDED = auto()
    REMOVED = auto()
    REASON = auto()
    MERGED_IN = auto()
    MERGED_AWAY = auto()
    UNMERGED = auto()
    CLOSED = auto()
    VOIDED = auto()
    DIFFERS = auto()


@dataclass(frozen=True, slots=True)
class Money:
    """Minor units."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Units:
    """Points or stamps."""

    count: int
    kind: ProgramKind


@dataclass(frozen=True, slots=True)
class Hundredths:
    """A number with a fraction: 150 is one and a half."""

    count: int


@dataclass(frozen=True, slots=True)
class Days:
    """So many days."""

    count: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """So many minutes."""

    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the merchant's."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Instant:
    """A day and a time of the merchant's."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Under what a rule counts."""

    when: When
    program: Program


class Counted(Enum):
    """What a rule that goes by whole steps counts: all goods, or milestones of them."""

    AMOUNT = auto()
    MILESTONE = auto()


Fact = (
    int | str | Money | Units | Hundredths | Days | Minutes | Day | Instant | Condition
    | Items | Per | Counted | EntryKind
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Some sentences that belong together, about a rule or, without one, about the whole.

    `adds` is in the programme's unit: those of one rule sum up to its line in the entry.
    """

    says: tuple[Say, ...]
    rule_id: str | None = None
    adds: int = 0
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def condition(self, when: When, program: Program) -> "Step":
        """The same with the condition under which its rule counts, if there is one."""
        if when == When():
            return self
        return replace(
            self,
            says=(*self.says, Say.CONDITION),
            facts={**self.facts, "condition": Condition(when, program)},
        )


def step(*says: Say, rule_id: str | None = None, adds: int = 0, **facts: Fact) -> Step:
    """A step."""
    return Step(says=says, rule_id=rule_id, adds=adds, facts=facts)
