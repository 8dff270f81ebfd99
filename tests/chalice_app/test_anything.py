"""Whatever is sent, the answer is one that the contract knows, and the books stay sound."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import send
from tests.world import STAMPS
from wallet.domain.entries import first_broken

KNOWN = {200, 201, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422}
WORDS = [
    "purchase", "amount", "currency", "reference", "items", "quantity", "stamps", "points",
    "location_id", "occurred_at", "reward_id", "offer_id", "member", "name", "email", "phone",
    "birthday", "locale", "referral_code", "effective_at", "id", "cost", "step", "x",
]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["PLN", "coffee", "2026-11-21T12:00:00Z", "pl", "+48600100200", "02-29"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*WORDS, *STAMPS]), inner, max_size=4)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(st.sampled_from([*WORDS, *STAMPS]), VALUES, max_size=4)
NEAR = st.fixed_dictionaries(
    {}, optional={"stamps": st.integers(1, 5), "points": st.integers(1, 5), "reward_id": SCALARS}
) | st.builds(
    lambda amount, more: {"purchase": {"amount": amount, "currency": "PLN", **more}},
    st.integers(1, 10**10),
    st.dictionaries(st.sampled_from(["reference", "items"]), VALUES, max_size=1),
)
quiet = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def card_id(desk: Desk) -> str:
    return str(desk.enrol(desk.shop.stamps)["id"])


@quiet
@given(
    what=st.sampled_from(["earn", "redeem", "reverse", "enrol", "put"]),
    body=BODIES | NEAR,
    key=st.text(st.characters(codec="latin-1"), max_size=4) | st.none(),
)
def test_no_body_breaks_an_operation(
    desk: Desk, card_id: str, what: str, body: dict[str, Any], key: str | None
) -> None:
    entries = desk.call("GET", f"/cards/{card_id}/entries", query={"limit": "1"}).json["entries"]
    entry_id = entries[0]["id"] if entries else card_id
    method, path = {
        "earn": ("POST", f"/cards/{card_id}/earn"),
        "redeem": ("POST", f"/cards/{card_id}/redeem"),
        "reverse": ("POST", f"/entries/{entry_id}/reverse"),
        "enrol": ("POST", f"/programs/{desk.shop.stamps.id}/cards"),
        "put": ("PUT", f"/programs/{desk.shop.stamps.id}"),
    }[what]
    reply = desk.call(method, path, body, key=key)
    assert reply.status in KNOWN, reply.body
    assert reply.json


PATHS = [
    "/api/v1/cards/{}",
    "/api/v1/cards/{}/entries",
    "/api/v1/entries/{}/reverse",
    "/api/v1/programs/{}",
    "/passes/{}",
    "/apple/v1/devices/{}/registrations/pass.app.stempel.demo",
    "/apple/v1/devices/d/registrations/{}/x",
    "/apple/v1/passes/pass.app.stempel.demo/{}",
]
VISIBLE = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/")
REQUESTS = st.fixed_dictionaries(
    {
        "query": st.dictionaries(
            st.sampled_from(["limit", "cursor", "passesUpdatedSince"]), st.text(max_size=20)
        ),
        "headers": st.dictionaries(
            st.sampled_from(["Authorization", "If-Modified-Since", "Accept", "Content-Type"]),
            st.text(st.characters(codec="latin-1"), max_size=20),
        ),
        "body": st.binary(max_size=40) | st.none(),
    }
)


@quiet
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"]),
    path=st.sampled_from(PATHS),
    name=st.text(VISIBLE, min_size=1),
    request=REQUESTS,
)
def test_no_address_breaks_the_app(
    desk: Desk, method: str, path: str, name: str, request: dict[str, Any]
) -> None:
    reply = send(method, path.format(name), **request)
    assert reply.status in KNOWN | {204}, reply.body


def test_the_books_are_sound_after_all_that(desk: Desk, card_id: str) -> None:
    found = desk.call("GET", f"/cards/{card_id}/entries", query={"limit": "100"}).json["entries"]
    assert first_broken(json.loads(json.dumps(found[::-1]))) is None
    balance = desk.card(card_id)["balance"]
    assert balance["stamps"] == sum(entry["stamps"] for entry in found)
