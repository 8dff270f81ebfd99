"""/openapi.json: a sound document that lists what is mounted, and describes what is answered."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chalice_app.addresses import ADDRESSES
from chalice_app.api import Open, Operation
from tests.chalice_app.desk import Desk
from tests.chalice_app.engine_shop import Counterpart, market
from tests.chalice_app.gateway import send
from tests.world import STAMPS
from wallet import runtime
from wallet.services.join import publishable_key

REF = "#/components/schemas/"
JOIN = "/join/{program_id}"
HOOK = "/hooks/generic/{hook_id}"
# What changes nothing, and is asked by POST all the same: it says more than an address may.
ASKED = {"/api/v1/cards/search", "/api/v1/cards/{card_id}/quote"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    reply = send("GET", "/openapi.json")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    return dict(reply.json)


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def schema_of(
    described: dict[str, Any], method: str, path: str, status: str
) -> Draft202012Validator:
    """The validator of what an operation says of its answer."""
    responses = described["paths"][path][method.lower()]["responses"]
    content = responses.get(status, responses["default"])["content"]
    (media,) = content.values()
    return Draft202012Validator({**media["schema"], "components": described["components"]})


def test_what_is_mounted_is_described_and_nothing_else(described: dict[str, Any]) -> None:
    mounted = {
        (each.method, each.path) for each in ADDRESSES if isinstance(each.view(), Operation | Open)
    }
    assert {(method, path) for method, path, _ in operations(described)} == mounted
    in_the_api = {each.path for each in ADDRESSES if each.path.startswith("/api/")}
    assert in_the_api | {JOIN, HOOK} == set(described["paths"])


def test_the_document_is_sound(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    assert described["info"]["title"]
    assert described["info"]["version"]
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names))
    schemes = described["components"]["securitySchemes"]
    assert all(name in schemes for each in described["security"] for name in each)
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for ref in references(described):
        assert ref.removeprefix(REF) in described["components"]["schemas"], ref


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    if isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_operation_says_what_it_takes_and_gives(described: dict[str, Any]) -> None:
    for method, path, operation in operations(described):
        assert operation["summary"].endswith(".")
        named = {each["name"]: each for each in operation["parameters"]}
        in_path = {name for name, each in named.items() if each["in"] == "path"}
        assert in_path == {part[1:-1] for part in path.split("/") if part.startswith("{")}
        assert all(named[name]["required"] for name in in_path)
        changes = method != "GET"
        assert ("Idempotency-Key" in named) == (changes and path != HOOK)
        assert ("requestBody" in operation) == changes
        statuses = {JOIN: ("201",), HOOK: ("200", "202")}
        usual = ("200", "201") if changes and path not in ASKED else ("200",)
        assert set(operation["responses"]) == {"default", *statuses.get(path, usual)}
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert all(each["description"] is not None for each in operation["responses"].values())


def test_answers_are_as_described(described: dict[str, Any], desk: Desk) -> None:
    program, points = desk.shop.stamps.id, desk.shop.points.id
    card = desk.enrol(desk.shop.stamps)["id"]
    rich = desk.enrol(desk.shop.points)["id"]
    entry = desk.earn(card, stamps=10)["id"]
    spent = desk.buy(rich, 6_000)["id"]
    shop = market(desk)
    lived = shop.card(points=500)
    others = [shop.card() for _ in range(2)]
    holds = [
        shop.done(lived, "holds", reward_id="five", minutes=5)["entry"]["id"] for _ in range(2)
    ]
    calls: list[tuple[str, str, dict[str, str], object]] = [
        ("PUT", "/programs/{program_id}", {"program_id": program}, {**STAMPS, "name": "x"}),
        ("PUT", "/programs/{program_id}", {"program_id": "described"}, STAMPS),
        ("GET", "/programs/{program_id}", {"program_id": program}, None),
        ("POST", "/programs/{program_id}/cards", {"program_id": points}, {"member": {}}),
        ("GET", "/cards/{card_id}", {"card_id": rich}, None),
        ("POST", "/cards/{card_id}/earn", {"card_id": rich}, {"points": 1}),
        ("POST", "/cards/{card_id}/redeem", {"card_id": card}, {"reward_id": "coffee"}),
        ("POST", "/entries/{entry_id}/reverse", {"entry_id": spent}, {"amount": 5}),
        ("POST", "/entries/{entry_id}/reverse", {"entry_id": entry}, {}),
        ("GET", "/cards/{card_id}/entries", {"card_id": rich}, None),
        *_calls_of_the_engine(shop, lived, others, holds),
        # Refusals.
        ("PUT", "/programs/{program_id}", {"program_id": program}, {}),
        ("POST", "/cards/{card_id}/earn", {"card_id": card}, {"stamps": 0}),
        ("POST", "/cards/{card_id}/redeem", {"card_id": card}, {"reward_id": "coffee"}),
        ("POST", "/entries/{entry_id}/reverse", {"entry_id": entry}, {}),
        ("GET", "/cards/{card_id}", {"card_id": "none"}, None),
    ]
    met = set()
    for method, path, params, body in calls:
        reply = desk.call(method, path.format(**params), body)
        full = f"/api/v1{path}"
        schema_of(described, method, full, str(reply.status)).validate(reply.json)
        met.add((method, full, reply.status < 400))
    everything = {(method, path, True) for method, path, _ in operations(described)}
    assert everything - {("POST", JOIN, True), ("POST", HOOK, True)} <= met


def _calls_of_the_engine(
    shop: Counterpart, card: str, others: list[str], holds: list[str]
) -> list[tuple[str, str, dict[str, str], object]]:
    card_id = {"card_id": card}
    capture, release = ({"entry_id": each} for each in holds)
    codes = {"action": "review", "count": 2}
    return [
        ("POST", "/cards/{card_id}/earn", card_id, {"action": "juice"}),
        ("POST", "/cards/{card_id}/redeem", card_id, {"reward_id": "film"}),
        ("POST", "/cards/{card_id}/redeem", card_id, {"points": 10}),
        ("POST", "/cards/{card_id}/holds", card_id, {"reward_id": "five", "minutes": 5}),
        ("POST", "/holds/{entry_id}/capture", capture, {}),
        ("POST", "/holds/{entry_id}/release", release, {}),
        ("POST", "/cards/{card_id}/adjust", card_id, {"points": -1, "reason": "x"}),
        ("POST", "/cards/{card_id}/offers", card_id, {"offer_id": "tenth"}),
        ("POST", "/cards/{card_id}/merge", card_id, {"card_id": others[0]}),
        ("POST", "/cards/{card_id}/close", {"card_id": others[1]}, {"status": "void"}),
        ("POST", "/programs/{program_id}/codes", {"program_id": shop.program_id}, codes),
        ("POST", "/cards/search", {}, {"barcode": shop.desk.card(card)["barcode"]}),
        ("POST", "/cards/{card_id}/quote", card_id, {"spend": 10}),
        ("POST", "/cards/{card_id}/quote", card_id, {"action": "juice"}),
        ("POST", "/cards/{card_id}/quote", card_id, {"reward_id": "wine"}),
        ("GET", "/entries/{entry_id}/explanation", capture, None),
        ("GET", "/cards/{card_id}", card_id, None),
        ("GET", "/cards/{card_id}/entries", card_id, None),
    ]


def test_joining_is_described_with_a_key_of_its_own(described: dict[str, Any]) -> None:
    operation = described["paths"][JOIN]["post"]
    assert operation["security"] == [{"publishable": []}, {}]
    named = {each["name"]: each["required"] for each in operation["parameters"]}
    assert named == {"program_id": True, "Idempotency-Key": False}
    assert list(operation["requestBody"]["content"]) == ["application/json"]


def test_a_site_joins_as_described(described: dict[str, Any], desk: Desk) -> None:
    program = desk.shop.stamps
    headers = {
        "Authorization": f"Bearer {publishable_key(runtime.vault(), program)}",
        "Content-Type": "application/json",
    }
    body = described["paths"][JOIN]["post"]["requestBody"]["content"]["application/json"]
    taken = Draft202012Validator({**body["schema"], "components": described["components"]})
    sound = {"name": "Zoë", "email": "zoe@example.com", "consents": {"pass": True}}
    for said, status in (
        (sound, 201),
        ({**sound, "locale": "hu", "name": None}, 201),
        ({**sound, "name": ""}, 422),
        ({**sound, "email": "x" * 255}, 422),
        ({**sound, "locale": "de"}, 422),
        ({**sound, "consents": {"sms": True}}, 422),
        ({**sound, "x": 1}, 422),
    ):
        raw = json.dumps(said).encode()
        reply = send("POST", f"/join/{program.id}", headers=headers, body=raw)
        assert reply.status == status, reply.body
        assert taken.is_valid(said) is (status == 201), said
        schema_of(described, "POST", JOIN, str(status)).validate(reply.json)


def test_the_described_requests_are_those_that_are_taken(described: dict[str, Any]) -> None:
    """What the validator refuses, the schema refuses: they are made from the same types."""
    earn = described["paths"]["/api/v1/cards/{card_id}/earn"]["post"]["requestBody"]
    schema = earn["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": described["components"]})
    sound = {"purchase": {"amount": 1, "currency": "PLN"}}
    assert validator.is_valid(sound)
    for fault in (
        {"stamps": 0},
        {"stamps": "1"},
        {"x": 1},
        {"purchase": {"amount": 1}},
        {"purchase": {"amount": 1, "currency": "pln"}},
        {"purchase": {"amount": 10**10 + 1, "currency": "PLN"}},
    ):
        assert not validator.is_valid(fault)
