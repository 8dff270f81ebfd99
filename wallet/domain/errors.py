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
│   └── ContentionError        others changed the card at every try
├── UnauthenticatedError       no credentials, or wrong ones
└── ForbiddenError             right credentials, but not for this
"""

from dataclasses import dataclass


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


class ContentionError(ConflictError):
    """Other writers changed the card at every try until the time was up. Nothing was written."""


class UnauthenticatedError(WalletError):
    """No credentials, unknown ones, or revoked ones; `scheme` names those that were asked for."""

    def __init__(self, scheme: str = "Bearer") -> None:
        super().__init__(scheme)
        self.scheme = scheme


class ForbiddenError(WalletError):
    """These credentials are not for this act."""
