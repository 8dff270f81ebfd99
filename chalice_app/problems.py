"""Errors as HTTP sees them.

RFC 9457 problem documents with a stable `type`. The one place where errors get their status
codes; what a page says of its own form (410, 422, 429 …) stands in pages.py.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from http import HTTPStatus

import msgspec
from msgspec import Struct

from wallet.domain.errors import (
    AlreadyReversedError,
    BalanceTooSmallError,
    CardNotActiveError,
    CodeUsedError,
    ConfirmationError,
    ContentionError,
    CoolDownError,
    ForbiddenError,
    InvalidError,
    InvalidProgramError,
    KeyReusedError,
    NotFoundError,
    NotHeldError,
    NotReversibleError,
    OutOfStockError,
    ReferenceUsedError,
    RewardNotNowError,
    UnauthenticatedError,
    WalletError,
)
from wallet.domain.times import write_time

# Clients compare this text, so it names no host that may move.
TYPE_PREFIX = "urn:stempel:problem:"


class Slug(Enum):
    """How a call can fail as HTTP: the end of its problem's `type`, and its status."""

    BAD_DEVICE = "bad-device", 400
    BAD_FORM = "bad-form", 400
    BAD_PUSH_TOKEN = "bad-push-token", 400
    BAD_SIGNATURE = "bad-signature", 401
    GOOGLE_UNAVAILABLE = "google-unavailable", 503
    KEY_MALFORMED = "idempotency-key-malformed", 400
    KEY_MISSING = "idempotency-key-missing", 400
    KEY_REUSED = "key-reused", 409
    MALFORMED_HEADERS = "malformed-headers", 400
    MALFORMED_JSON = "malformed-json", 400
    NOT_A_FORM = "not-a-form", 415
    NOT_GOOGLES = "not-googles", 400
    NOT_JSON = "not-json", 415
    STALE_TIMESTAMP = "stale-timestamp", 400
    TOO_LARGE = "too-large", 413
    TOO_MANY = "too-many", 429
    UNAUTHENTICATED = "unauthenticated", 401
    UNKNOWN_CARD = "unknown-card", 404
    UNSIGNED = "unsigned", 401


class RequestError(WalletError):
    """The request is at fault as HTTP, before anybody looks at what it asks."""

    def __init__(self, slug: Slug, detail: str) -> None:
        super().__init__(detail)
        self.slug = slug
        self.detail = detail


class Problem(Struct, frozen=True, kw_only=True):
    """A problem document, its status, and headers that go with it."""

    slug: str
    status: int
    title: str
    detail: str
    more: Mapping[str, object] = {}
    headers: Mapping[str, str] = {}

    def body(self) -> bytes:
        """The document."""
        return msgspec.json.encode(
            {
                "type": TYPE_PREFIX + self.slug,
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                **self.more,
            }
        )


_BY_STATUS = {
    400: ("bad-request", "The request could not be read."),
    401: ("unauthenticated", "Send an API key as “Authorization: Bearer …”."),
    403: ("forbidden", "These credentials are not for this."),
    404: ("not-found", "There is nothing here."),
    405: ("method-not-allowed", "This address does not take this method."),
    413: ("too-large", "The body is larger than 256 KB."),
    415: ("not-json", "Send the body as application/json."),
    500: ("internal", "Something went wrong on our side. The same request may be sent again."),
}


def problem_of_status(status: int) -> Problem:
    """The problem behind a bare status."""
    slug, detail = _BY_STATUS.get(status, ("internal", _BY_STATUS[500][1]))
    return Problem(slug=slug, status=status, title=HTTPStatus(status).phrase, detail=detail)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an error is to a caller; None for a fault of our own."""
    for kind, build in _PROBLEMS.items():
        if isinstance(error, kind):
            return build(error)
    return None


def status_of(error: Exception) -> int:
    """The status of a page or screen about an error.

    The same as the API gives; an error of a page alone is a matter of how things stand.
    """
    problem = problem_of(error)
    if problem is not None:
        return problem.status
    return 409 if isinstance(error, WalletError) else 500


def _request_error(error: RequestError) -> Problem:
    slug, status = error.slug.value
    return Problem(slug=slug, status=status, title=HTTPStatus(status).phrase, detail=error.detail)


def _unauthenticated(error: UnauthenticatedError) -> Problem:
    return Problem(
        slug="unauthenticated",
        status=401,
        title="Unauthorized",
        detail=f"Send credentials as “Authorization: {error.scheme} …”.",
        headers={"WWW-Authenticate": error.scheme},
    )


def _invalid_program(error: InvalidProgramError) -> Problem:
    faults = [{"path": fault.path, "reason": fault.reason} for fault in error.faults]
    return Problem(
        slug="invalid-program",
        status=422,
        title="The programme has faults",
        detail="; ".join(f"{fault['path']} {fault['reason']}" for fault in faults),
        more={"field": error.field, "faults": faults},
    )


def _invalid(error: InvalidError) -> Problem:
    return Problem(
        slug="invalid",
        status=422,
        title="A field is wrong",
        detail=f"{error.field}: {error.reason}",
        more={"field": error.field},
    )


def _balance_too_small(error: BalanceTooSmallError) -> Problem:
    return Problem(
        slug="balance-too-small",
        status=409,
        title="The balance is too small",
        detail=f"This costs {error.cost} {error.unit}; the card has {error.balance}.",
        more={"unit": error.unit, "balance": error.balance, "cost": error.cost},
    )


def _card_not_active(error: CardNotActiveError) -> Problem:
    return Problem(
        slug="card-not-active",
        status=409,
        title="The card is not in use",
        detail=f"It is {error.status}.",
        more={"card_status": error.status},
    )


def _cool_down(error: CoolDownError) -> Problem:
    since = write_time(error.since)
    return Problem(
        slug="cool-down",
        status=409,
        title="The card earned a moment ago",
        detail="If another purchase is meant, send it with a new key and “override”: true.",
        more={"since": since},
    )


def _reward_not_now(error: RewardNotNowError) -> Problem:
    often = error.reason == "often"
    return Problem(
        slug="reward-not-now",
        status=409,
        title="The reward is not to be had now",
        detail="The card has had it as often as it may for now."
        if often
        else "Not at this time, or not at this place.",
        more={"reason": error.reason},
    )


def _plain(slug: str, status: int, title: str, detail: str) -> Callable[[Exception], Problem]:
    return lambda _error: Problem(slug=slug, status=status, title=title, detail=detail)


# In this order: the first kind that fits is taken, so the special ones stand before the general.
_PROBLEMS: Mapping[type[Exception], Callable[..., Problem]] = {
    RequestError: _request_error,
    UnauthenticatedError: _unauthenticated,
    ForbiddenError: lambda _error: problem_of_status(403),
    NotFoundError: lambda _error: problem_of_status(404),
    InvalidProgramError: _invalid_program,
    InvalidError: _invalid,
    BalanceTooSmallError: _balance_too_small,
    KeyReusedError: _plain(
        "key-reused",
        409,
        "The idempotency key was used before",
        "It made a different request. Use a new key for a new request.",
    ),
    AlreadyReversedError: _plain(
        "already-reversed",
        409,
        "The entry was reversed before",
        "Nothing of it is left to reverse.",
    ),
    NotReversibleError: _plain(
        "not-reversible",
        409,
        "The entry cannot be reversed",
        "Neither a reversal is, nor a hold, nor what the calendar did; make a new entry.",
    ),
    CardNotActiveError: _card_not_active,
    CoolDownError: _cool_down,
    RewardNotNowError: _reward_not_now,
    OutOfStockError: _plain(
        "out-of-stock", 409, "The reward is out of stock", "No piece of it is left."
    ),
    ConfirmationError: _plain(
        "confirmation-needed",
        409,
        "A member of the staff must agree",
        "Send it again with “confirmed”: true once somebody has agreed.",
    ),
    ReferenceUsedError: _plain(
        "reference-used",
        409,
        "The reference was used before",
        "This location has told of another purchase under the same reference.",
    ),
    CodeUsedError: _plain(
        "code-used", 409, "The code does not hold any more", "It was used, or its time is over."
    ),
    NotHeldError: _plain(
        "not-held",
        409,
        "Nothing is held there any more",
        "The hold was captured or released before, or its time is over.",
    ),
    ContentionError: _plain(
        "contention",
        409,
        "Others changed the same thing at every try",
        "Nothing was written. Send the same request again, with the same key.",
    ),
}
