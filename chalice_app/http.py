"""The seam to Chalice: a `Call` comes in, an `Answer` goes out, every fault is a problem document.

Chalice keeps the current request in one attribute of the app, which threads of the local server
would share; here each thread has its own. API Gateway decides by the Accept header whether a body
is bytes or text, and Chalice refuses bytes to those who do not ask for them. So every caller here
is taken to accept anything, and a pass arrives whole in every phone.

The values of this folder are Structs of msgspec: making such a class costs a fiftieth of making a
dataclass, and a cold start makes them all.
"""

import base64
import time
import traceback
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote, unquote

from chalice.app import Chalice, Request, Response
from msgspec import Struct
from msgspec.structs import replace

from chalice_app.problems import problem_of, problem_of_status
from wallet.telemetry import write_line

JSON = "application/json"
PROBLEM = "application/problem+json"
BINARY_TYPES = (
    "application/vnd.apple.pkpass",
    "application/vnd.apple.pkpasses",
    "application/octet-stream",
    "application/pdf",
    "application/wasm",
    "font/woff2",
    "image/png",
    "image/webp",
)

# For what stands under a name that never means anything else.
FOR_EVER: Mapping[str, str] = {"Cache-Control": "public, max-age=31536000, immutable"}
_SAFE_HEADERS = {"X-Content-Type-Options": "nosniff"}
_request: ContextVar[Request | None] = ContextVar("request", default=None)


class Call(Struct, frozen=True, kw_only=True):
    """A request. Header names in lower case, path parameters decoded.

    `source_ip` is the caller's address as API Gateway saw it.
    """

    method: str
    path: str
    route: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    source_ip: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """A response. `encoded` is a body that is in base64 already, as Lambda returns it."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = {}
    encoded: str | None = None


View = Callable[[Call], Answer]


class StempelApp(Chalice):
    """Chalice, with one request a thread, and problem documents for the refusals that are
    Chalice's own.
    """

    def __init__(self) -> None:
        super().__init__(app_name="stempel")
        self.api.binary_types = list(BINARY_TYPES)

    @property
    def current_request(self) -> Request | None:
        """The request that this thread answers."""
        return _request.get()

    @current_request.setter
    def current_request(self, request: Request | None) -> None:
        _request.set(request)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answers an event of API Gateway."""
        begun = time.perf_counter()
        headers = {**(event.get("headers") or {})}
        accept = {name: value for name, value in headers.items() if name.lower() != "accept"}
        answer = super().__call__({**event, "headers": {**accept, "accept": "*/*"}}, context)
        answer = _as_problem(answer)
        where = event.get("requestContext", {})
        write_line(
            function="api",
            method=where.get("httpMethod"),
            route=where.get("resourcePath"),
            status=answer["statusCode"],
            milliseconds=round((time.perf_counter() - begun) * 1000, 1),
        )
        return answer

    def mount(self, method: str, path: str, view: View) -> None:
        """Makes `view` answer a method on a path; a GET answers HEAD as well."""
        for each in ("GET", "HEAD") if method == "GET" else (method,):
            self.route(path, methods=[each], name=f"{each} {path}", content_types=[])(
                _adapted(view)
            )


def json_answer(document: bytes, *, status: int = 200, **headers: str) -> Answer:
    """An answer of JSON that nobody may keep. A header `Set-Cookie` is given as `Set_Cookie`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=document, headers={"Cache-Control": "no-store", **named})


def _adapted(view: View) -> Callable[..., Response]:
    def adapted(**params: str) -> Response:
        request = _request.get()
        if request is None:
            raise RuntimeError("no request is being answered")
        call = _call(request, params)
        answer = _answered(view, call)
        return _Ready(_without_body(answer) if call.method == "HEAD" else answer)

    return adapted


def _call(request: Request, params: Mapping[str, str]) -> Call:
    body, query = request.raw_body, request.query_params
    return Call(
        method=request.method,
        path=_path(request.path, params),
        route=request.path,
        params={name: unquote(value) for name, value in params.items()},
        query={name: query[name] for name in query} if query else {},
        headers=dict(request.headers.items()),
        body=body.encode() if isinstance(body, str) else body,
        source_ip=str((request.context.get("identity") or {}).get("sourceIp") or ""),
    )


def _path(route: str, params: Mapping[str, str]) -> str:
    """The path as it stands in our table. A gateway's own may have a stage before it, or not."""
    return route.format(**{name: quote(unquote(text), safe="") for name, text in params.items()})


def _answered(view: View, call: Call) -> Answer:
    """What the view answers; what it raises becomes a problem document."""
    try:
        return view(call)
    except Exception as error:  # noqa: BLE001  the outermost edge: nothing may escape it
        return refusal(error, call.route)


def refusal(error: Exception, route: str) -> Answer:
    """The problem document of an error that is being handled; a fault of our own is logged."""
    problem = problem_of(error)
    if problem is None:
        write_line(function="api", route=route, level="ERROR", error=traceback.format_exc())
        problem = problem_of_status(500)
    return Answer(
        status=problem.status,
        body=problem.body(),
        content_type=PROBLEM,
        headers={"Cache-Control": "no-store", **problem.headers},
    )


def _without_body(answer: Answer) -> Answer:
    length = len(base64.b64decode(answer.encoded)) if answer.encoded else len(answer.body)
    headers = {**answer.headers, "Content-Length": str(length)} if length else answer.headers
    return replace(answer, body=b"", encoded=None, headers=headers)


class _Ready(Response):
    """An answer in the form that API Gateway wants, decided here and not by guesses from types."""

    def __init__(self, answer: Answer) -> None:
        kind = {"Content-Type": answer.content_type} if answer.content_type else {}
        super().__init__(b"", {**kind, **_SAFE_HEADERS, **answer.headers}, answer.status)
        self._answer = answer

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:  # noqa: ARG002  Chalice calls it so
        answer = self._answer
        is_binary = answer.content_type in BINARY_TYPES
        encoded = answer.encoded or (base64.b64encode(answer.body).decode() if is_binary else "")
        return {
            "statusCode": answer.status,
            "headers": self.headers,
            "multiValueHeaders": {},
            "body": encoded if is_binary else answer.body.decode(),
            "isBase64Encoded": is_binary,
        }


def _as_problem(answer: dict[str, Any]) -> dict[str, Any]:
    """Chalice's own refusals say `Code` and `Message`; ours are problem documents."""
    kind = answer["headers"].get("Content-Type")
    if answer["statusCode"] < 400 or kind is not None:  # noqa: PLR2004  below are no refusals
        return answer
    problem = problem_of_status(answer["statusCode"])
    headers = {"Content-Type": PROBLEM, "Cache-Control": "no-store", **_SAFE_HEADERS}
    return {**answer, "headers": {**answer["headers"], **headers}, "body": problem.body().decode()}
