"""The closed lists of words that a programme is said in; `programs.py` puts them together.

They are the words of the document, too: what is stored once is never renamed.
"""

from enum import StrEnum


class ProgramKind(StrEnum):
    """What the card collects."""

    STAMPS = "stamps"
    POINTS = "points"


class RuleKind(StrEnum):
    """How a rule turns a purchase, an event or a day into something.

    The first six are base rules: what they give is what multipliers multiply.
    """

    STAMPS_PER_PURCHASE = "stamps_per_purchase"
    STAMPS_PER_ITEM = "stamps_per_item"
    STAMPS_PER_AMOUNT = "stamps_per_amount"
    POINTS_PER_PURCHASE = "points_per_purchase"
    POINTS_PER_ITEM = "points_per_item"
    POINTS_PER_AMOUNT = "points_per_amount"
    MULTIPLIER = "multiplier"
    BONUS = "bonus"
    MILESTONE = "milestone"
    CHALLENGE = "challenge"
    ACTION = "action"
    WELCOME = "welcome"
    BIRTHDAY = "birthday"
    WIN_BACK = "win_back"
    REFERRAL = "referral"


PER_PURCHASE = (RuleKind.STAMPS_PER_PURCHASE, RuleKind.POINTS_PER_PURCHASE)
PER_ITEM = (RuleKind.STAMPS_PER_ITEM, RuleKind.POINTS_PER_ITEM)
PER_AMOUNT = (RuleKind.STAMPS_PER_AMOUNT, RuleKind.POINTS_PER_AMOUNT)
# Not rated with a purchase: given by an enrolment, a call, a day of the calendar.
APART = (RuleKind.ACTION, RuleKind.WELCOME, RuleKind.BIRTHDAY, RuleKind.WIN_BACK)


# A multiplier of so many percent leaves what it multiplies.
WHOLE_PERCENT = 100


class RewardKind(StrEnum):
    """What a reward or an offer is."""

    FREE_PRODUCT = "free_product"
    AMOUNT_OFF = "amount_off"
    PERCENT_OFF = "percent_off"
    SERVICE = "service"
    EVENT = "event"
    EARLY_ACCESS = "early_access"
    GIFT = "gift"
    SAMPLE = "sample"
    DONATION = "donation"
    BONUS_POINTS = "bonus_points"
    EXTERNAL = "external"


class Basis(StrEnum):
    """Whether points count on what was paid with its tax or without."""

    GROSS = "gross"
    NET = "net"


class Stacking(StrEnum):
    """What several multipliers make: the highest of them, or 1 + the sum of what each adds."""

    BEST = "best"
    SUM = "sum"


class Per(StrEnum):
    """The window of a limit. Days, weeks (from Monday), months and years are the merchant's."""

    VISIT = "visit"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    CARD = "card"


class Period(StrEnum):
    """A stretch of the calendar: to its end an expiry is moved, a tier counts within it."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class TierCount(StrEnum):
    """What of purchases counts towards a tier: what was paid, what was earned, or each visit."""

    AMOUNT = "amount"
    UNITS = "units"
    VISITS = "visits"


class Debt(StrEnum):
    """What becomes of a balance that does not reach for what is taken back.

    It goes below zero; or stops there; or stops there and the rest is owed, which later points pay
    before they count.
    """

    NEGATIVE = "negative"
    ZERO = "zero"
    OWED = "owed"


class Returned(StrEnum):
    """When points end that come back from a reward that is taken back."""

    OLD_EXPIRY = "old_expiry"
    FRESH = "fresh"
