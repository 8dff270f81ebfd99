"""What every call of the JSON API goes through, in this order.

Key, scope, size, type, idempotency key, form.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from chalice_app.http import Answer, Call, StempelApp
from chalice_app.problems import RequestError
from wallet import runtime
from wallet.domain.canonical import fingerprint
from wallet.domain.errors import ForbiddenError, InvalidError, UnauthenticatedError
from wallet.domain.ids import key_digest
from wallet.domain.merchants import ApiKey, Scope
from wallet.services.api_keys import recognise
from wallet.services.commit import Act

BODY_BYTES_MAX = 256 * 1024
PREFIX = "/api/v1"
# Keys of tills, hooks and the console are kept apart from those that API clients choose.
_KEY_SCOPE = "api"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BEARER = re.compile(r"Bearer +(\S+)", re.IGNORECASE)

BodyT = TypeVar("BodyT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Generic[BodyT]):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the API: what mounts it also describes it."""

    method: str
    path: str
    summary: str
    scope: Scope
    body: Any
    answer: Any
    statuses: tuple[int, ...]
    handle: Callable[[Ask[Any]], Answer]


OPERATIONS: list[Operation] = []
HandleT = TypeVar("HandleT", bound=Callable[[Ask[Any]], Answer])


def operation(
    method: str,
    path: str,
    *,
    answer: Any,
    body: Any = None,
    scope: Scope = Scope.LEDGER,
    statuses: tuple[int, ...] = (200,),
) -> Callable[[HandleT], HandleT]:
    """Adds a function to the API. Its first docstring line is the operation's summary."""

    def add(handle: HandleT) -> HandleT:
        summary = (handle.__doc__ or "").splitlines()[0]
        OPERATIONS.append(
            Operation(
                method=method,
                path=PREFIX + path,
                summary=summary,
                scope=scope,
                body=body,
                answer=answer,
                statuses=statuses,
                handle=handle,
            )
        )
        return handle

    return add


def mount_operations(app: StempelApp) -> None:
    """Mounts all that has been added."""
    for each in OPERATIONS:
        app.mount(each.method, each.path, _view(each))


def _view(asked: Operation) -> Callable[[Call], Answer]:
    def view(call: Call) -> Answer:
        key = authenticate(call)
        if asked.scope is Scope.FULL and key.scope is not Scope.FULL:
            raise ForbiddenError
        body, idempotency_key = None, ""
        if asked.method != "GET":
            check_size_and_type(call)
            idempotency_key = read_idempotency_key(call)
            body = read_body(call.body, asked.body)
        return asked.handle(Ask(call=call, key=key, body=body, idempotency_key=idempotency_key))

    return view


def authenticate(call: Call) -> ApiKey:
    """The API key of a call. Raises UnauthenticatedError."""
    match = _BEARER.fullmatch(call.headers.get("authorization", "").strip())
    if not match:
        raise UnauthenticatedError
    return recognise(runtime.merchants(), match.group(1))


def check_size_and_type(call: Call) -> None:
    """Refuses a body that is too large, or not said to be JSON."""
    if len(call.body) > BODY_BYTES_MAX:
        raise RequestError("too-large", 413, "The body is larger than 256 KB.")
    kind = call.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestError("not-json", 415, "Send the body as application/json.")


def read_idempotency_key(call: Call) -> str:
    """The Idempotency-Key header: 1 to 255 visible ASCII characters."""
    key = call.headers.get("idempotency-key")
    if key is None:
        raise RequestError(
            "idempotency-key-missing",
            400,
            "Send an Idempotency-Key header: a new one for each request.",
        )
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise RequestError(
            "idempotency-key-malformed",
            400,
            "An Idempotency-Key is 1 to 255 visible ASCII characters.",
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
        raise RequestError("malformed-json", 400, "The body is not JSON.") from None


def check_one(**given: object) -> None:
    """Exactly one of the named values must be given."""
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise InvalidError(
            named[1] if named else next(iter(given)), f"give exactly one of {', '.join(given)}"
        )


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
