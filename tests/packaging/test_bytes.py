"""What API Gateway sends on is, byte for byte, what the local server sends.

The local server hides what goes wrong between Lambda and API Gateway: bytes that arrive as base64
text, or as a refusal, where a caller's Accept header is missing or names something else.
"""

import http.client
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalice_app import app
from chalice_app.http import BINARY_TYPES
from chalice_app.static_files import static_url
from tests.packaging.shop import Shop, open_shop
from tests.packaging.world import World, event, served
from tests.packaging.zipped import Zipped, body_of

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
ACCEPTS = (None, BROWSER, "image/*", "*/*")
DEVICE = "9f2b1c7d4e6a48b0a3d5c8e7f1029384"
ROUTES = sorted(
    route for route, methods in app.routes.items() for method in methods if method == "GET"
)


FILES = {
    "/art/{name}": "1-1f5b45-pad-cup-7-10-strip2.png",
    "/brand/{name}": "1f5b45.css",
    "/logo/{name}": f"{'0' * 32}.png",
    "/static/{name}": static_url("zxing_reader.wasm").removeprefix("/static/"),
}
# What these lead to is not there: a refusal has to come whole too.
REFUSED = {
    "/claim/{token}",
    "/google/save/{token}",
    "/logo/{name}",
    "/signup/{token}",
    "/till/pair/{code}",
}
# A form's own key is another each time it is shown.
_KEY = re.compile(rb'(name="(?:key|once)" value=")[^"]+')


@pytest.fixture(scope="module")
def shop(zipped: Zipped) -> Shop:
    shop = open_shop(zipped, "of-bytes")
    [registered] = shop.ask("api_post_registration")
    assert registered["statusCode"] == 201
    return shop


@pytest.fixture(scope="module")
def port(python: Path, world: World) -> Iterator[int]:
    with served(python, world.environ) as port:
        yield port


def _parameters(route: str, shop: Shop) -> dict[str, str]:
    """A value for each name that stands in a route. A new one needs a line here."""
    return {
        "code": "7K3M-Q2ZT-4H",
        "token": "nobodys",
        "card_id": shop.ids["card"],
        "card_token": shop.ids["link"],
        "device_id": DEVICE,
        "entry_id": shop.ids["entry"],
        "name": FILES.get(route) or f"{shop.ids['link']}.pkpass",
        "pass_type": "pass.app.stempel.demo",
        "program_id": shop.ids["program"],
        "serial": shop.ids["card"],
    }


def _names(route: str) -> list[str]:
    return [part[1:-1] for part in route.split("/") if part.startswith("{")]


def _authorization(route: str, shop: Shop) -> str:
    return f"ApplePass {shop.ids['token']}" if "/apple/" in route else f"Bearer {shop.ids['key']}"


def _event(route: str, shop: Shop, accept: str | None) -> dict[str, Any]:
    """The recorded GET, for another route."""
    made = event("api_get_card", shop.ids)
    values = {name: _parameters(route, shop)[name] for name in _names(route)}
    headers = {**made["headers"], "Authorization": _authorization(route, shop), "Accept": accept}
    headers = {name: value for name, value in headers.items() if value is not None}
    return {
        **made,
        "resource": route,
        "path": route.format(**values),
        "pathParameters": values or None,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {**made["requestContext"], "resourcePath": route},
    }


def _fetch(port: int, asked: Mapping[str, Any]) -> tuple[int, str, bytes]:
    """The local server's status, type and bytes for the call of an event."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    sent = {name: asked["headers"].get(name) for name in ("Accept", "Authorization")}
    headers = {name: value for name, value in sent.items() if value}
    connection.request("GET", asked["path"], headers=headers)
    response = connection.getresponse()
    kind = response.headers.get("Content-Type", "")
    answer = response.status, kind, _lasting(response.read())
    connection.close()
    return answer


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_sends_the_same_bytes_whatever_is_accepted(
    route: str, shop: Shop, port: int
) -> None:
    asked = [_event(route, shop, accept) for accept in ACCEPTS]

    answers = shop.zipped.run("app.app", *asked).results

    for event_, answer in zip(asked, answers, strict=True):
        kind = answer["headers"].get("Content-Type", "")
        local = _fetch(port, event_)
        assert (answer["statusCode"], kind, _lasting(body_of(answer))) == local
        assert answer.get("isBase64Encoded", False) is (kind in BINARY_TYPES)
    assert len({_lasting(body_of(answer)) for answer in answers}) == 1
    assert (answers[0]["statusCode"] < 400) is (route not in REFUSED), answers[0]


def _lasting(body: bytes) -> bytes:
    return _KEY.sub(rb"\1", body)


def test_the_pass_is_among_them(shop: Shop) -> None:
    [answer] = shop.ask("api_get_pass")

    assert answer["headers"]["Content-Type"] == "application/vnd.apple.pkpass"
    assert answer["isBase64Encoded"] is True
    assert body_of(answer)[:4] == b"PK\x03\x04"


def test_a_refusal_of_chalices_own_is_text(shop: Shop) -> None:
    unknown = {**_event("/healthz", shop, None), "resource": "/no/such/path"}
    unknown["requestContext"] = {**unknown["requestContext"], "resourcePath": "/no/such/path"}

    [answer] = shop.zipped.run("app.app", unknown).results

    assert answer["statusCode"] in {404, 405}
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(body_of(answer))["status"] == answer["statusCode"]
