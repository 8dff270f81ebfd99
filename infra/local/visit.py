"""A customer's visit to the demo shop, over the product's own HTTP, as a till makes it."""

import json
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from infra.local.phone.routes import DemoRefusedError

POINTS = 10
TIMEOUT_SECONDS = 20.0


def earn_demo(base_url: str, api_key: str) -> Callable[[str], Mapping[str, Any]]:
    """A function that gives a card what a visit gives, and answers the product's JSON.

    It raises DemoRefusedError with the product's own words.
    """

    def ask(path: str, body: object = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {api_key}"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = f"phone-{secrets.token_hex(16)}"
        request = Request(f"{base_url}/api/v1/cards/{path}", data, headers)  # noqa: S310 - ours
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - the same
                document: dict[str, Any] = json.load(answer)
                return document
        except HTTPError as refusal:
            raise DemoRefusedError(_reason(refusal)) from refusal
        except URLError as fault:
            raise DemoRefusedError(str(fault)) from fault

    def earn(card_id: str) -> Mapping[str, Any]:
        target = ask(card_id)["balance"]["stamps_target"]
        return ask(f"{card_id}/earn", {"points": POINTS} if target is None else {"stamps": 1})

    return earn


def _reason(refusal: HTTPError) -> str:
    """The product's words; of a card of another shop it says, to everybody, that there is none."""
    with refusal:
        detail = json.load(refusal).get("detail")
    if refusal.code == HTTPStatus.NOT_FOUND:
        return "this card is of another shop than the demo's. Stamp it at a till of its own"
    return str(detail or refusal)
