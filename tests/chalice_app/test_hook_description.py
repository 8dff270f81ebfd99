"""What /openapi.json says of the hook is what the hook takes and answers."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import send
from tests.chalice_app.till_system import TIME, TillSystem

SALE = {"sale_id": "D-1", "amount": 1250, "currency": "EUR"}
REWARD = {"sale_id": "D-1", "reward_id": "tote"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    reply = send("GET", "/openapi.json")
    assert reply.status == 200
    return dict(reply.json)


def operation(document: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = document["paths"]["/hooks/generic/{hook_id}"]["post"]
    return described


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def test_a_call_is_signed_not_keyed(document: dict[str, Any]) -> None:
    described = operation(document)
    named = {each["name"]: each["required"] for each in described["parameters"]}
    assert named == {"hook_id": True, "webhook-id": True, "webhook-timestamp": True}
    assert described["security"] == [{"webhook": []}]
    scheme = document["components"]["securitySchemes"]["webhook"]
    assert (scheme["in"], scheme["name"]) == ("header", "webhook-signature")


@pytest.mark.parametrize(
    ("kind", "data", "sound"),
    [
        ("sale.completed", SALE, True),
        ("sale.completed", {**SALE, "card": None, "items": None, "more": 1}, True),
        ("sale.completed", {**SALE, "items": [{"sku": "x", "quantity": 2, "more": 1}]}, True),
        ("sale.completed", {**SALE, "location_id": "centre", "occurred_at": TIME}, True),
        ("sale.completed", {"sale_id": "D-1", "amount": 1250}, False),
        ("sale.completed", {**SALE, "amount": 0}, False),
        ("sale.completed", {**SALE, "amount": "5"}, False),
        ("sale.completed", {**SALE, "currency": "eur"}, False),
        ("sale.completed", {**SALE, "sale_id": ""}, False),
        ("sale.completed", {**SALE, "sale_id": "x" * 65}, False),
        ("sale.completed", {**SALE, "items": [{"quantity": 0}]}, False),
        ("sale.completed", {**SALE, "location_id": "a b"}, False),
        ("sale.completed", {**SALE, "card": {"email": ""}}, False),
        ("sale.completed", {**SALE, "card": "x"}, False),
        ("sale.refunded", {"sale_id": "D-2", "refund_id": "1", "amount": 5}, True),
        ("sale.refunded", {"sale_id": "D-2", "amount": 5}, False),
        ("reward.quoted", {**REWARD, "card": {"id": "own"}}, True),
        ("reward.quoted", REWARD, False),
        ("reward.redeemed", {**REWARD, "card": {"id": "own"}}, True),
        ("reward.redeemed", {**REWARD, "card": {"id": 7}}, False),
    ],
)
def test_what_is_described_is_what_is_taken(
    document: dict[str, Any],
    till: TillSystem,
    rich: dict[str, Any],
    *,
    kind: str,
    data: dict[str, Any],
    sound: bool,
) -> None:
    if data.get("card") == {"id": "own"}:
        data = {**data, "card": {"id": rich["id"]}}
    described = operation(document)
    body = described["requestBody"]["content"]["application/json"]["schema"]
    message = {"type": kind, "timestamp": TIME, "data": data}
    assert validator(document, body).is_valid(message) is sound
    reply = till.tell(kind, **data)
    assert reply.status == (422 if not sound else 202 if kind.startswith("sale.") else 200)
    answers = described["responses"]
    ((_, content),) = answers.get(str(reply.status), answers["default"])["content"].items()
    validator(document, content["schema"]).validate(reply.json)


@pytest.fixture
def rich(desk: Desk) -> dict[str, Any]:
    card = desk.enrol(desk.shop.points)
    desk.earn(card["id"], points=500)
    return card


def test_an_applied_sale_is_answered_as_described(
    document: dict[str, Any], till: TillSystem, rich: dict[str, Any]
) -> None:
    reply = till.sale("D-3", {"id": rich["id"]}, 1250)
    assert reply.json["entry"]["reference"] == "D-3"
    schema = operation(document)["responses"]["200"]["content"]["application/json"]["schema"]
    validator(document, schema).validate(reply.json)
    broken = {**reply.json, "entry": {**reply.json["entry"], "seq": "1"}}
    assert not validator(document, schema).is_valid(broken)


def test_a_type_that_we_do_not_know_needs_no_data(till: TillSystem) -> None:
    reply = till.tell("", body=b'{"type": "drawer.opened"}')
    assert (reply.status, reply.json["status"]) == (200, "ignored")
