"""Who may not, and what is not a request.

The same answer from every operation, and nothing done.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.chalice_app.desk import Desk, check_problem
from tests.chalice_app.gateway import Reply
from tests.world import POINTS, STAMPS

KB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A desk with a card that has an entry."""

    desk: Desk
    card_id: str
    entry_id: str

    def path(self, template: str) -> str:
        return template.format(
            program=self.desk.shop.stamps.id, card=self.card_id, entry=self.entry_id
        )

    def ask(self, operation: str, body: object = None, **how: Any) -> Reply:
        """Asks for an operation with a sound body, or with another."""
        method, path, sound = OPERATIONS[operation]
        return self.desk.call(method, self.path(path), sound if body is None else body, **how)


OPERATIONS: dict[str, tuple[str, str, Any]] = {
    "put": ("PUT", "/programs/{program}", {**STAMPS, "name": "Other"}),
    "enrol": ("POST", "/programs/{program}/cards", {"member": {}}),
    "earn": ("POST", "/cards/{card}/earn", {"stamps": 1}),
    "redeem": ("POST", "/cards/{card}/redeem", {"reward_id": "coffee"}),
    "quote": ("POST", "/cards/{card}/quote", {"stamps": 1}),
    "reverse": ("POST", "/entries/{entry}/reverse", {}),
    "program": ("GET", "/programs/{program}", None),
    "explanation": ("GET", "/entries/{entry}/explanation", None),
    "card": ("GET", "/cards/{card}", None),
    "entries": ("GET", "/cards/{card}/entries", None),
}
UNSAFE = [name for name, (method, _, _) in OPERATIONS.items() if method != "GET"]

every_operation = pytest.mark.parametrize("operation", OPERATIONS)
unsafe_operations = pytest.mark.parametrize("operation", UNSAFE)


@pytest.fixture(scope="module")
def place(desk: Desk) -> Place:
    card = desk.enrol(desk.shop.stamps)
    entry = desk.earn(card["id"], stamps=10)
    return Place(desk=desk, card_id=card["id"], entry_id=entry["id"])


@pytest.fixture
def untouched(desk: Desk, place: Place) -> Iterator[None]:
    """Whatever the test asks for, nothing is written."""
    with desk.untouched():
        yield


pytestmark = pytest.mark.usefixtures("untouched")


@every_operation
def test_no_or_wrong_credentials(place: Place, operation: str) -> None:
    shop, rival = place.desk.shop, place.desk.rival
    prefix, merchant, proof = shop.secret.split("_")
    wrong = [
        "Basic dXNlcjpwYXNz",
        "Bearer",
        "Bearer ",
        shop.secret,
        f"Bearer {shop.secret} {shop.secret}",
        f"Bearer {shop.secret}x",
        f"Bearer {shop.secret[:-1]}",
        f"Bearer {shop.secret.upper()}",
        f"Bearer {prefix}_{merchant}_",
        f"Bearer {prefix}_{rival.merchant_id}_{proof}",
        f"Bearer {prefix}_{'0' * 22}_{proof}",
        f"Bearer {prefix}_{'0' * 100_000}_{proof}",
        f"Bearer pk_{merchant}_{proof}",
        "Bearer ñ",
        f"ApplePass {shop.secret}",
        f"Bearer {place.desk.revoked}",
    ]
    replies = [place.ask(operation, headers={"Authorization": each}) for each in wrong]
    for reply in [place.ask(operation, secret=None), *replies]:
        check_problem(reply, 401, "unauthenticated")
        assert reply.headers["www-authenticate"] == "Bearer"


def test_a_tills_key_cannot_change_a_programme(place: Place) -> None:
    check_problem(place.ask("put", secret=place.desk.till), 403, "forbidden")


@unsafe_operations
def test_an_idempotency_key_is_asked_for(place: Place, operation: str) -> None:
    check_problem(place.ask(operation, key=None), 400, "idempotency-key-missing")
    for key in ["x" * 256, "a b", " ", "a\tb", "ä", "“", "a\x7f", "a\x00", "x" * 100_000]:
        check_problem(place.ask(operation, key=key), 400, "idempotency-key-malformed")
    empty = place.ask(operation, headers={"Idempotency-Key": ""})
    check_problem(empty, 400, "idempotency-key-malformed")


@unsafe_operations
def test_what_is_not_json(place: Place, operation: str) -> None:
    sound = json.dumps(OPERATIONS[operation][2]).encode()
    bodies = [
        b"", b" ", b"nope", b"{", b"{'a': 1}", b"{,}", b"NaN", b"\xff", b"\x00", b"member=x",
        sound + b"x", sound + sound, b"\xef\xbb\xbf" + sound, sound.decode().encode("utf-16"),
        sound[:-1],
    ]  # fmt: skip
    for body in bodies:
        check_problem(place.ask(operation, body), 400, "malformed-json")


NESTED = {
    "put": b'{"rules": %s}',
    "enrol": b'{"member": {"name": %s}}',
    "earn": b'{"purchase": {"items": %s}}',
    "quote": b'{"purchase": {"items": %s}}',
    "redeem": b'{"reward_id": %s}',
    "reverse": b'{"amount": %s}',
}


@unsafe_operations
def test_text_that_is_no_text_and_depth_without_end(place: Place, operation: str) -> None:
    for inner in (b'"\xed\xa0\x80"', b'"\\ud800"', b"[" * 100_000, b'{"a":' * 30_000):
        reply = place.ask(operation, NESTED[operation] % inner)
        assert reply.status in (400, 422), reply.body
        assert reply.headers["content-type"] == "application/problem+json"


@unsafe_operations
def test_json_that_is_no_object(place: Place, operation: str) -> None:
    for body in (b"[]", b"null", b"1", b'"{}"', b"true"):
        check_problem(place.ask(operation, body), 422, "invalid", "$")


@unsafe_operations
def test_another_content_type(place: Place, operation: str) -> None:
    kinds = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "",
        "json",
        "*/*",
    ]
    for kind in kinds:
        reply = place.ask(operation, headers={"Content-Type": kind})
        check_problem(reply, 415, "not-json")


@unsafe_operations
def test_a_body_beyond_256_kb(place: Place, operation: str) -> None:
    for size in (256 * KB + 1, 2 * KB * KB):
        body = b'{"member": {"name": "' + b"x" * size + b'"}}'
        check_problem(place.ask(operation, body), 413, "too-large")
        check_problem(place.ask(operation, b" " * size), 413, "too-large")


@unsafe_operations
def test_an_unknown_field(place: Place, operation: str) -> None:
    _, _, sound = OPERATIONS[operation]
    slug = "invalid-program" if operation == "put" else "invalid"
    for name in ("x", "Stamps", "amount ", "__class__", "ż" * 5_000):
        reply = place.ask(operation, {**sound, name: 1})
        # Of a long name a programme's fault gives the beginning.
        check_problem(reply, 422, slug, name[:60] if operation == "put" else name)


UNKNOWN_IDS = [
    "0" * 22,
    "x",
    "%2e%2e",
    "..%2f..%2fhealthz",
    "%252e%252e",
    "%00",
    "%ff",
    "%c5%bc",
    "a%20b",
    "a+b",
    "%23",
    "0" * 5_000,
    "0" * 22 + "%0a",
    "0" * 22 + "-" + "0" * 22,
    "{card_id}",
]
ADDRESSED: list[tuple[str, str, object]] = [
    ("POST", "/programs/{}/cards", {"member": {}}),
    ("GET", "/programs/{}", None),
    ("GET", "/cards/{}", None),
    ("GET", "/cards/{}/entries", None),
    ("POST", "/cards/{}/earn", {"stamps": 1}),
    ("POST", "/cards/{}/redeem", {"points": 1}),
    ("POST", "/entries/{}/reverse", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), ADDRESSED)
def test_what_is_unknown(place: Place, method: str, path: str, body: object) -> None:
    replies = [place.desk.call(method, path.format(each), body) for each in UNKNOWN_IDS]
    for reply in replies:
        check_problem(reply, 404, "not-found")
    assert len({reply.body for reply in replies}) == 1


@pytest.mark.parametrize("program_id", [each for each in UNKNOWN_IDS if not each.isalnum()])
def test_a_programme_cannot_be_named_so(place: Place, program_id: str) -> None:
    if program_id == "0" * 22 + "-" + "0" * 22:
        return
    reply = place.desk.call("PUT", f"/programs/{program_id}", STAMPS)
    check_problem(reply, 404, "not-found")


def test_what_is_anothers_is_as_unknown_as_what_is_not_there(place: Place) -> None:
    """To the letter: the rival cannot learn what exists."""
    desk = place.desk
    for operation, (method, _, _) in OPERATIONS.items():
        theirs = place.ask(operation, secret=desk.rival.secret)
        check_problem(theirs, 404, "not-found")
        if operation != "put":
            path = "/cards/" + "0" * 22 + ("" if method == "GET" else "/earn")
            sound = None if method == "GET" else {"stamps": 1}
            unknown = desk.call(method, path, sound, secret=desk.rival.secret)
            assert (unknown.body, unknown.headers) == (theirs.body, theirs.headers)


def test_an_entry_of_another_card_or_of_none(place: Place) -> None:
    card, _, digest = place.entry_id.partition("-")
    for entry_id in (f"{card}-{'0' * 22}", f"{'0' * 22}-{digest}", card, f"{card}-", f"-{digest}"):
        reply = place.desk.call("POST", f"/entries/{entry_id}/reverse", {})
        check_problem(reply, 404, "not-found")


def test_two_faults_are_answered_in_the_order_of_the_contract(place: Place) -> None:
    """Credentials, scope, size, type, key, form, and only then whether the thing exists."""
    desk = place.desk
    worst: dict[str, Any] = {"headers": {"Content-Type": "text/plain"}, "key": None}
    big = b"x" * (300 * KB)
    path = "/programs/a%20b"
    check_problem(desk.call("PUT", path, big, secret=None, **worst), 401, "unauthenticated")
    check_problem(desk.call("PUT", path, big, secret=desk.till, **worst), 403, "forbidden")
    check_problem(desk.call("PUT", path, big, **worst), 413, "too-large")
    check_problem(desk.call("PUT", path, b"x", **worst), 415, "not-json")
    check_problem(desk.call("PUT", path, b"x", key=None), 400, "idempotency-key-missing")
    check_problem(desk.call("PUT", path, b"x"), 400, "malformed-json")
    check_problem(desk.call("PUT", path, POINTS), 404, "not-found")
