"""The app as API Gateway calls it: real events in, an HTTP answer out."""

import base64
import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chalice.app import Chalice

EVENT = Path(__file__).parents[1] / "events" / "api_get_card.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the caller gets; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


def send(
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    encoded: bool = True,
) -> Reply:
    """Sends a request to the app. `encoded`: the body is in base64, as our template asks for."""
    event = event_of(method, path, query or {}, headers or {})
    if body is not None:
        event["body"] = base64.b64encode(body).decode() if encoded else body.decode()
        event["isBase64Encoded"] = encoded
    answer = the_app()(event, None)
    json.dumps(answer)  # what Lambda does with it
    text = answer["body"]
    return Reply(
        status=answer["statusCode"],
        headers={name.lower(): value for name, value in answer["headers"].items()},
        body=base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode(),
    )


def event_of(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> dict[str, Any]:
    resource, params = resource_of(path)
    event = deepcopy(_recorded())
    for name in ("Authorization", "Content-Type", "Idempotency-Key"):
        event["headers"].pop(name, None)
    event["headers"] |= headers
    event["multiValueHeaders"] = {name: [text] for name, text in event["headers"].items()}
    event["resource"], event["path"], event["httpMethod"] = resource, path, method
    event["pathParameters"] = params or None
    event["queryStringParameters"] = dict(query) or None
    event["multiValueQueryStringParameters"] = {key: [text] for key, text in query.items()} or None
    context = event["requestContext"]
    context["resourcePath"], context["httpMethod"] = resource, method
    context["path"] = f"/api{path}?{urlencode(query)}".rstrip("?")
    return event


def resource_of(path: str) -> tuple[str, dict[str, str]]:
    """The resource that API Gateway finds for a path; parameters stay as they were sent."""
    for resource in sorted(the_app().routes, key=lambda each: each.count("{")):
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(resource))
        if match := re.fullmatch(pattern, path):
            return resource, match.groupdict()
    raise LookupError(f"API Gateway itself answers {path}")


@cache
def the_app() -> Chalice:
    """The app with its triggers, as Chalice loads it."""
    app: Chalice = import_module("app").app
    return app


@cache
def _recorded() -> dict[str, Any]:
    event: dict[str, Any] = json.loads(EVENT.read_text())
    return event
