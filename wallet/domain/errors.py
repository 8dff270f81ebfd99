"""Every refusal that a caller can meet.

Errors carry data, not prose; HTTP status codes are given in one place outside.

WalletError
├── NotFoundError              unknown, or another merchant's: nobody can tell which
├── InvalidError               a field is wrong; names the field
│   └── InvalidProgramError    every fault of a program document, each with its path
├── ConflictError              the request is sound, the state of things is against it
│   ├── KeyReusedError         the idempotency key was used for another request
│   ├── BalanceTooSmallError   a redeem beyond the balance
│   ├── AlreadyReversedError   nothing is left to reverse
│   ├── NotReversibleError     an entry of this kind cannot be reversed
│   ├── CardNotActiveError     the card is closed, void or merged into another
│   ├── CoolDownError          a purchase too soon after another; whoever insists may
│   ├── RewardNotNowError      a reward that is not to be had today, or not again so soon
│   ├── OutOfStockError        no piece of the reward is left
│   ├── ConfirmationError      a member of the staff must agree first
│   ├── ReferenceUsedError     the location's reference stands for another sale
│   ├── CodeUsedError          the single-use code has been used, or has ended
│   ├── NotHeldError           the hold was captured or released before, or has ended
│   └── ContentionError        others changed the card at every try
├── UnauthenticatedError       no credentials, or wrong ones
└── ForbiddenError             right credentials, but not for this
"""

from dataclasses import dataclass
from datetime import datetime


class WalletError(Exception):
    """The root of all refusals."""


class NotFoundError(WalletError):
    """What was asked for does not exist, or belongs to another merchant."""


class InvalidError(WalletError):
    """A field of the request is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document: where (a path such as `rules[2].step`), and why."""

    path: str
    reason: str


class InvalidProgramError(InvalidError):
    """A program document has faults; all of them are listed."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults[0].path, faults[0].reason)
        self.faults = faults


class ConflictError(WalletError):
    """The present state does not allow the request."""


class KeyReusedError(ConflictError):
    """The idempotency key has been used for a different request."""


class BalanceTooSmallError(ConflictError):
    """The card holds less than the cost."""

    def __init__(self, *, unit: str, balance: int, cost: int) -> None:
        super().__init__(f"{unit}: {balance} of {cost}")
        self.unit = unit
        self.balance = balance
        self.cost = cost


class AlreadyReversedError(ConflictError):
    """The entry has been reversed up to the whole."""


class NotReversibleError(ConflictError):
    """Entries of this kind are not reversed."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class CardNotActiveError(ConflictError):
    """The card cannot be used any more."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class CoolDownError(ConflictError):
    """The card earned at `since`, a moment ago; nobody has insisted that another one is meant."""

    def __init__(self, since: datetime) -> None:
        super().__init__(since)
        self.since = since


class RewardNotNowError(ConflictError):
    """The reward is not to be had now: `reason` is `when` or `often`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutOfStockError(ConflictError):
    """No piece of the reward is left."""


class ConfirmationError(ConflictError):
    """The reward is given only once a member of the staff has agreed."""


class ReferenceUsedError(ConflictError):
    """The same location and reference was counted before, for another sale."""


class CodeUsedError(ConflictError):
    """The single-use code has been used, or its time is over."""


class NotHeldError(ConflictError):
    """There is no such hold on the card any more."""


class ContentionError(ConflictError):
    """Other writers changed the card at every try until the time was up. Nothing was written."""


class UnauthenticatedError(WalletError):
    """No credentials, unknown ones, or revoked ones; `scheme` names those that were asked for."""

    def __init__(self, scheme: str = "Bearer") -> None:
        super().__init__(scheme)
        self.scheme = scheme


class ForbiddenError(WalletError):
    """These credentials are not for this act."""
