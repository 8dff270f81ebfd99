"""The REST API of Google Wallet: what to ask, what an answer means, what to ask next.

Sans-io: a call is a value, an answer a status and some bytes. An answer leads to one of these:

    Done        it is so now
    Missing     the class or the object is not there: it is inserted
    Exists      somebody else inserted it: it is patched
    Expired     the access token is not taken: a new one, once
    Quota       no more notifications for this pass today: the same again, quietly
    Retry       not now: the same may succeed later
    Rejected    a fault of ours, or of the set-up: an alarm; trying again is useless

`upsert` walks from any state of things to the card as it stands; whoever has a socket drives it.

https://developers.google.com/wallet/reference/rest
https://developers.google.com/wallet/retail/loyalty-cards/resources/error-codes
"""

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from wallet.google.loyalty_object import as_update

ROOT: Final = "/walletobjects/v1"
SCOPE: Final = "https://www.googleapis.com/auth/wallet_object.issuer"

Thing = Literal["class", "object"]
Verb = Literal["insert", "patch"]

_COLLECTIONS: Final[Mapping[Thing, str]] = {"class": "loyaltyClass", "object": "loyaltyObject"}
_METHODS: Final[Mapping[Verb, str]] = {"insert": "POST", "patch": "PATCH"}

_OK: Final = range(200, 300)
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_PASSING_STATUSES: Final = frozenset({408, 425, 429, *range(500, 600)})
_PASSING_REASONS: Final = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "backendError"}
)
_QUOTA: Final = "quotaExceeded"
_REASON: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_. -]{0,63}")
_DELTA_SECONDS: Final = re.compile(r"[0-9]{1,6}")
_RETRY_AFTER_SECONDS_MAX: Final = 3600.0

# From the class patched to the object patched quietly it takes six calls at most, if nobody
# interferes.
_CALLS_MAX: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """A card and its programme, as bodies for Google."""

    class_body: Mapping[str, object]
    object_body: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: a verb on a class or an object. `quiet` patches notify nobody."""

    verb: Verb
    thing: Thing
    quiet: bool = False

    @property
    def method(self) -> str:
        """The HTTP method."""
        return _METHODS[self.verb]

    def path(self, documents: Documents) -> str:
        """The path, below the address of the API. An id needs no escaping."""
        collection = f"{ROOT}/{_COLLECTIONS[self.thing]}"
        return collection if self.verb == "insert" else f"{collection}/{self._name(documents)}"

    def body(self, documents: Documents) -> bytes:
        """The JSON to send."""
        if self.thing == "class":
            return _encoded(documents.class_body)
        if self.verb == "insert":
            return _encoded(documents.object_body)
        return _encoded(as_update(documents.object_body, notify=not self.quiet))

    def _name(self, documents: Documents) -> object:
        body = documents.class_body if self.thing == "class" else documents.object_body
        return body["id"]


@dataclass(frozen=True, slots=True)
class Done:
    """Google has it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What the call needs is not there."""

    thing: Thing


@dataclass(frozen=True, slots=True)
class Exists:
    """What the call would insert is there."""


@dataclass(frozen=True, slots=True)
class Expired:
    """The access token is not taken."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The pass has had its notifications for today, or the issuer its writes."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It may succeed after so many seconds, or by the caller's own back-off if None."""

    after_seconds: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A fault that another try cannot mend. Somebody must look."""

    reason: str


Answer = Done | Missing | Exists | Expired | Quota | Retry | Rejected
Outcome = Done | Retry | Rejected


def classify(call: Call, status: int, body: bytes, retry_after: str = "") -> Answer:
    """What an answer asks of us. Never raises, whatever the body holds.

    By the `reason` of Google's error, never by its prose. `retry_after` is the header of that
    name; only its form in seconds counts, up to an hour.
    """
    if status in _OK:
        return Done()
    reason = error_reason(body) or f"status {status}"
    if status in _PASSING_STATUSES or reason in _PASSING_REASONS:
        return Retry(_seconds(retry_after), reason)
    if status == _NOT_FOUND:
        return Missing(_missing(call, reason))
    plain: Mapping[int, Answer] = {_UNAUTHORIZED: Expired(), _CONFLICT: Exists()}
    if status in plain:
        return plain[status]
    return Quota() if reason == _QUOTA else Rejected(reason)


def error_reason(body: bytes) -> str:
    """The reason in an error of Google's, of the API or of the token endpoint; empty if none.

    Fit for a log: bounded, and a word or two of plain letters.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        error = _first_reason(error) or error.get("status")
    return error if isinstance(error, str) and _REASON.fullmatch(error) else ""


def upsert(*, class_first: bool) -> Generator[Call, Answer, Outcome]:
    """The calls that bring a card to Google, whatever is there already.

    Send each call and send its answer in; the return value is the outcome. `class_first` brings
    the class up to date before the card, else it is touched only if it is missing.
    """
    call = Call(verb="patch", thing="class" if class_first else "object")
    for _ in range(_CALLS_MAX):
        answer = yield call
        following = _following(call, answer)
        if not isinstance(following, Call):
            return following
        call = following
    return Retry(None, "class or object come and go")


def _following(call: Call, answer: Answer) -> Call | Outcome:
    match answer:
        case Done() | Exists():
            return _onward(call, answer)
        case Missing():
            return Call(verb="insert", thing=answer.thing)
        case Quota():
            return _unnoticed(call)
        case Expired():
            return Rejected("access token not taken")
    return answer


def _onward(call: Call, answer: Done | Exists) -> Call | Outcome:
    """After a call that left its thing in place."""
    if call.thing == "class":
        # A class that was missing has no objects yet.
        return Call(verb="insert" if call.verb == "insert" else "patch", thing="object")
    if isinstance(answer, Exists):
        return Call(verb="patch", thing="object")
    return answer


def _unnoticed(call: Call) -> Call | Retry:
    """The same without a notification, unless that was tried."""
    if call.verb == "patch" and call.thing == "object" and not call.quiet:
        return Call(verb="patch", thing="object", quiet=True)
    return Retry(None, _QUOTA)


def _missing(call: Call, reason: str) -> Thing:
    """What a 404 is about. An object that is inserted can miss nothing but its class."""
    if call.thing == "class" or call.verb == "insert" or "class" in reason.lower():
        return "class"
    return "object"


def _first_reason(error: Mapping[str, object]) -> object:
    errors = error.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    return first.get("reason") if isinstance(first, dict) else None


def _seconds(retry_after: str) -> float | None:
    if not _DELTA_SECONDS.fullmatch(retry_after):
        return None
    return min(float(retry_after), _RETRY_AFTER_SECONDS_MAX)


def _encoded(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
