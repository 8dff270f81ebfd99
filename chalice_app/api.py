"""What every call of the JSON API goes through: key, scope, size, type, idempotency key, form.

In this order, so that a stranger learns nothing but that the key is wrong.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Struct

from chalice_app.http import Answer, Call, View
from chalice_app.problems import RequestError, Slug
from wallet import runtime
from wallet.domain.canonical import fingerprint
from wallet.domain.errors import ForbiddenError, InvalidError, UnauthenticatedError
from wallet.domain.ids import key_digest
from wallet.domain.merchants import ApiKey, Scope
from wallet.domain.times import read_time
from wallet.services.api_keys import recognise
from wallet.services.commit import Act

BODY_BYTES_MAX = 256 * 1024
# Keys of tills, hooks and the console are kept apart from those that API clients choose.
_KEY_SCOPE = "api"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)

BodyT = TypeVar("BodyT")


class Ask(Struct, Generic[BodyT], frozen=True, kw_only=True):
    """A call of a known key, its body read."""

    call: Call
    key: ApiKey
    body: BodyT
    idempotency_key: str

    def act(self, request: Mapping[str, object]) -> Act:
        """Who asks, when, for what.

        `request` is what tells this request from others under the same key.
        """
        params = dict(self.call.params)
        return Act(
            merchant_id=self.key.merchant_id,
            actor=f"key:{self.key.id}",
            digest=key_digest(_KEY_SCOPE, self.idempotency_key),
            fingerprint=fingerprint(self.call.route, {"params": params, "request": request}),
            now=runtime.now(),
        )

    def act_on_body(self) -> Act:
        """The act whose request is the body as it was read."""
        request: Mapping[str, object] = msgspec.to_builtins(self.body)
        return self.act(request)


class Operation(Struct, Generic[BodyT], frozen=True, kw_only=True):
    """One operation of the API: a view, and what /openapi.json says of it."""

    handle: Callable[[Ask[BodyT]], Answer]
    body: type[BodyT] | None
    answer: Any
    scope: Scope
    statuses: tuple[int, ...]

    def __call__(self, call: Call) -> Answer:
        """Answers a call that passes all checks."""
        key = authenticate(call)
        if self.scope is Scope.FULL and key.scope is not Scope.FULL:
            raise ForbiddenError
        body: Any = None
        idempotency_key = ""
        if self.body is not None:
            check_size_and_type(call)
            idempotency_key = read_idempotency_key(call)
            body = read_body(call.body, self.body)
        return self.handle(Ask(call=call, key=key, body=body, idempotency_key=idempotency_key))


class Open(Struct, frozen=True, kw_only=True):
    """An address that needs no API key and looks after itself; it may take a page's form too.

    Of its JSON side /openapi.json says what stands here. `proof` is what its caller shows instead.
    """

    handle: View
    body: Any
    answer: Any
    statuses: tuple[int, ...]
    proof: Literal["publishable", "webhook"] = "publishable"

    def __call__(self, call: Call) -> Answer:
        """Answers a call."""
        return self.handle(call)


def operation(
    *,
    answer: Any,
    body: Any = None,
    scope: Scope = Scope.LEDGER,
    statuses: tuple[int, ...] = (200,),
) -> Callable[[Callable[[Ask[Any]], Answer]], Operation[Any]]:
    """Makes a function an operation. One that takes a body changes something.

    The first line of the function's docstring is its summary in /openapi.json.
    """

    def make(handle: Callable[[Ask[Any]], Answer]) -> Operation[Any]:
        return Operation(handle=handle, body=body, answer=answer, scope=scope, statuses=statuses)

    return make


def authenticate(call: Call) -> ApiKey:
    """The API key of a call. Raises UnauthenticatedError."""
    secret = bearer_of(call)
    if not secret:
        raise UnauthenticatedError
    return recognise(runtime.merchants(), secret)


def bearer_of(call: Call) -> str:
    """What a call's Authorization header bears; empty where it bears nothing."""
    match = _BEARER.fullmatch(call.headers.get("authorization", "").strip())
    return match.group(1) if match else ""


def check_size(call: Call) -> None:
    """Refuses a body that is too large."""
    if len(call.body) > BODY_BYTES_MAX:
        raise RequestError(Slug.TOO_LARGE, "The body is larger than 256 KB.")


def check_size_and_type(call: Call) -> None:
    """Refuses a body that is too large, or not said to be JSON."""
    check_size(call)
    kind = call.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestError(Slug.NOT_JSON, "Send the body as application/json.")


def read_idempotency_key(call: Call) -> str:
    """The Idempotency-Key header: 1 to 255 visible ASCII characters."""
    key = call.headers.get("idempotency-key")
    if key is None:
        raise RequestError(
            Slug.KEY_MISSING, "Send an Idempotency-Key header: a new one for each request."
        )
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise RequestError(
            Slug.KEY_MALFORMED, "An Idempotency-Key is 1 to 255 visible ASCII characters."
        )
    return key


def read_body(body: bytes, form: type[BodyT]) -> BodyT:
    """The body in the form asked for.

    Raises RequestError for what is not JSON, InvalidError for a wrong field.
    """
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise RequestError(Slug.MALFORMED_JSON, "The body is not JSON.") from None


def check_one(**given: object) -> None:
    """Exactly one of the named values must be given."""
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise InvalidError(
            named[1] if named else next(iter(given)), f"give exactly one of {', '.join(given)}"
        )


def time_of(field: str, text: str | None) -> datetime | None:
    """The time that a field says, if it says any. Raises InvalidError."""
    at = read_time(text) if text is not None else None
    if text is not None and at is None:
        raise InvalidError(field, "must be an RFC 3339 time with Z or an offset")
    return at


_PATH = re.compile(r"(?P<reason>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
_NAMED = re.compile(r"field `(?P<name>[^`]+)`")


def _invalid(error: msgspec.ValidationError) -> InvalidError:
    """The place is named as `$.purchase.amount`, an unknown or missing field in the text."""
    match = _PATH.fullmatch(str(error))
    reason = match["reason"] if match else str(error)
    path = (match and match["path"]) or ""
    named = _NAMED.search(reason)
    if named:
        path = f"{path}.{named['name']}" if path else named["name"]
    return InvalidError(path or "$", reason)
