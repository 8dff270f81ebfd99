"""Calls of the hook that are not taken: each says why, and changes and loses nothing."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.gateway import send
from tests.chalice_app.till_system import TillSystem, till_system, told
from wallet import runtime
from wallet.domain.errors import NotFoundError
from wallet.domain.standard_webhooks import write_secret
from wallet.services.hooks import (
    hook_secret,
    list_hooks,
    make_hook,
    own_hook,
    revoke_hook,
    rotate_secret,
)

GOOD = {"sale_id": "1", "amount": 100, "currency": "EUR"}
HTML = "<script>alert(1)</script>"
OTHER = write_secret(b"another secret than the hook's..")


@pytest.mark.parametrize(
    ("how", "status", "slug"),
    [
        ({"secret": OTHER}, 401, "bad-signature"),
        ({"headers": {"webhook-signature": "v1,AAAA"}}, 401, "bad-signature"),
        ({"headers": {"webhook-id": "another"}}, 401, "bad-signature"),
        ({"headers": {"webhook-timestamp": "1700000000"}}, 401, "bad-signature"),
        ({"headers": {"webhook-signature": ""}}, 401, "unsigned"),
        ({"headers": {"webhook-id": ""}}, 400, "malformed-headers"),
        ({"headers": {"webhook-timestamp": ""}}, 400, "malformed-headers"),
        ({"headers": {"webhook-timestamp": "soon"}}, 400, "malformed-headers"),
        ({"late": 301}, 400, "stale-timestamp"),
        ({"late": -302}, 400, "stale-timestamp"),
        ({"body": b""}, 400, "malformed-json"),
        ({"body": b"{"}, 400, "malformed-json"),
        ({"body": b"\xff\xfe"}, 400, "malformed-json"),
        ({"body": b'{"type":"x","data":' + b"[" * 5000}, 400, "malformed-json"),
        ({"headers": {"Content-Type": "text/plain"}}, 415, "not-json"),
        ({"body": b'{"type":"x","data":"' + b"x" * 262_144 + b'"}'}, 413, "too-large"),
    ],
)
def test_a_call_that_is_not_taken(
    desk: Desk,
    till: TillSystem,
    points: dict[str, Any],
    *,
    how: dict[str, Any],
    status: int,
    slug: str,
) -> None:
    sale: dict[str, Any] = {**GOOD, "card": {"id": points["id"]}}
    with desk.untouched():
        check_problem(till.tell("sale.completed", **how, **sale), status, slug)
    told(till.tell("sale.completed", **sale), 200, "applied")


@pytest.mark.parametrize("late", [299, -299])
def test_a_clock_may_be_a_little_off(till: TillSystem, late: float) -> None:
    reply = till.tell("x", late=late)
    assert (reply.status, reply.json["status"]) == (200, "ignored")


@pytest.mark.parametrize("hook_id", ["0" * 22, "x", "%00", "a" * 300, "żółć", "..."])
def test_an_unknown_hook_is_not_there(hook_id: str) -> None:
    check_problem(send("POST", f"/hooks/generic/{hook_id}", body=b"{}"), 404, "not-found")


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        ("sale.completed", {"amount": 0}, "data.amount"),
        ("sale.completed", {"amount": -5}, "data.amount"),
        ("sale.completed", {"amount": 12.5}, "data.amount"),
        ("sale.completed", {"amount": "100"}, "data.amount"),
        ("sale.completed", {"amount": True}, "data.amount"),
        ("sale.completed", {"amount": 10**11}, "data.amount"),
        ("sale.completed", {"amount": None}, "data.amount"),
        ("sale.completed", {"currency": "eur"}, "data.currency"),
        ("sale.completed", {"currency": "EURO"}, "data.currency"),
        ("sale.completed", {"currency": "PLN"}, "data.currency"),
        ("sale.completed", {"currency": "€€€"}, "data.currency"),
        ("sale.completed", {"sale_id": ""}, "data.sale_id"),
        ("sale.completed", {"sale_id": "x" * 65}, "data.sale_id"),
        ("sale.completed", {"sale_id": "😀" * 21}, "data.sale_id"),
        ("sale.completed", {"sale_id": "a\nb"}, "data.sale_id"),
        ("sale.completed", {"sale_id": "a\u202eb"}, "data.sale_id"),
        ("sale.completed", {"sale_id": " a"}, "data.sale_id"),
        ("sale.completed", {"sale_id": 17}, "data.sale_id"),
        ("sale.completed", {"card": "R1"}, "data.card"),
        ("sale.completed", {"card": {"barcode": ""}}, "data.card.barcode"),
        ("sale.completed", {"card": {"email": "x" * 255}}, "data.card.email"),
        ("sale.completed", {"card": {"email": "a@b.pl", "phone": "1"}}, "data.card"),
        ("sale.completed", {"occurred_at": "yesterday"}, "data.occurred_at"),
        ("sale.completed", {"occurred_at": "2026-11-20T10:00:00"}, "data.occurred_at"),
        ("sale.completed", {"occurred_at": "2126-11-20T10:00:00Z"}, "data.occurred_at"),
        ("sale.completed", {"location_id": HTML}, "data.location_id"),
        ("sale.completed", {"items": [{"quantity": 0}]}, "data.items[0].quantity"),
        ("sale.refunded", {"refund_id": "r", "amount": 0}, "data.amount"),
        ("sale.refunded", {"refund_id": ""}, "data.refund_id"),
        ("sale.refunded", {"refund_id": "a\u0000"}, "data.refund_id"),
        ("sale.refunded", {}, "data.refund_id"),
        ("reward.quoted", {"reward_id": "tote", "card": {}}, "data.card"),
        ("reward.quoted", {"reward_id": "nothing"}, "data.reward_id"),
        ("reward.redeemed", {"reward_id": "nothing"}, "data.reward_id"),
        ("reward.redeemed", {"reward_id": "tote", "sale_id": " "}, "data.sale_id"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    desk: Desk,
    till: TillSystem,
    points: dict[str, Any],
    *,
    kind: str,
    changed: dict[str, Any],
    field: str,
) -> None:
    with desk.untouched():
        data: dict[str, Any] = {**GOOD, "card": {"id": points["id"]}, **changed}
        check_problem(till.tell(kind, **data), 422, "invalid", field)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({}, "type"),
        ({"type": 5, "data": {}}, "type"),
        ({"type": "sale.completed"}, "data"),
        ({"type": "sale.completed", "data": []}, "data"),
        ({"type": "sale.completed", "data": None}, "data"),
        ({"type": "sale.completed", "data": GOOD, "timestamp": "now"}, "timestamp"),
        (
            {"type": "sale.completed", "data": GOOD, "timestamp": "2126-11-20T10:00:00Z"},
            "timestamp",
        ),
        ([], "$"),
    ],
)
def test_a_message_of_another_shape_is_refused(
    desk: Desk, till: TillSystem, message: Any, field: str
) -> None:
    with desk.untouched():
        reply = till.tell("", body=json.dumps(message).encode())
        check_problem(reply, 422, "invalid", field)


@pytest.mark.parametrize("sale_id", ["😀", "שלום", HTML, "'; DROP TABLE", "a b", "ż" * 40])
def test_a_shop_may_call_its_sales_as_it_likes(
    till: TillSystem, points: dict[str, Any], sale_id: str
) -> None:
    answer = told(till.sale(sale_id, {"id": points["id"]}, 100), 200, "applied")
    assert answer["entry"]["reference"] == sale_id
    told(till.refund(sale_id, sale_id, 100), 200, "applied")


def test_a_sale_before_the_currency_of_the_hooks_programme_does_not_wait(desk: Desk) -> None:
    till = till_system(desk, desk.shop.points.id)
    with desk.untouched():
        reply = till.sale("1", {"barcode": "?"}, 100, currency="PLN")
        check_problem(reply, 422, "invalid", "data.currency")


def test_another_shops_card_is_nobodys(desk: Desk, till: TillSystem) -> None:
    foreign = desk.rival.card(desk.rival.points, email="theirs@example.com")
    names: list[dict[str, Any]] = [
        {"id": foreign.id},
        {"barcode": foreign.barcode},
        {"barcode": foreign.code},
        {"email": "theirs@example.com"},
    ]
    for number, name in enumerate(names):
        answer = told(till.sale(str(number), name, 100), 202, "pending")
        assert answer["card"] is answer["entry"] is None
        for kind in ("quoted", "redeemed"):
            check_problem(till.reward(kind, name, "tote", "1"), 404, "unknown-card")
    after = runtime.ledger().head(foreign.id)
    assert after is not None
    assert after.seq == 0


def test_the_old_secret_holds_for_a_day(desk: Desk, till: TillSystem, clock: Clock) -> None:
    rack, shop = runtime.hook_rack(), desk.shop.merchant_id
    new = hook_secret(rack, rotate_secret(rack, shop, till.hook_id, now=clock()))
    assert new != till.secret
    told(till.tell("x"), 200, "ignored")
    told(till.tell("x", secret=new), 200, "ignored")
    clock.forward(hours=24)
    check_problem(till.tell("x"), 401, "bad-signature")
    told(till.tell("x", secret=new), 200, "ignored")


def test_a_second_rotation_ends_the_first_secret(
    desk: Desk, till: TillSystem, clock: Clock
) -> None:
    rack, shop = runtime.hook_rack(), desk.shop.merchant_id
    for _ in range(2):
        rotate_secret(rack, shop, till.hook_id, now=clock())
    check_problem(till.tell("x"), 401, "bad-signature")


def test_a_revoked_hook_is_not_there(desk: Desk, till: TillSystem, clock: Clock) -> None:
    rack, shop = runtime.hook_rack(), desk.shop.merchant_id
    first = revoke_hook(rack, shop, till.hook_id, now=clock())
    clock.forward(hours=1)
    assert revoke_hook(rack, shop, till.hook_id, now=clock()) == first
    check_problem(till.tell("x"), 404, "not-found")
    with pytest.raises(NotFoundError):
        rotate_secret(rack, shop, till.hook_id, now=clock())


def test_a_merchant_sees_its_own_hooks_only(desk: Desk, clock: Clock) -> None:
    rack, owner, rival = runtime.hook_rack(), desk.rival.merchant_id, desk.shop.merchant_id
    made = []
    for _ in range(3):
        made.append(make_hook(rack, owner, None, now=clock()))
        clock.forward(seconds=1)
    assert list_hooks(rack, owner) == made
    for act in (own_hook, rotate_secret, revoke_hook):
        more = {} if act is own_hook else {"now": clock()}
        with pytest.raises(NotFoundError):
            act(rack, rival, made[0].id, **more)
    assert own_hook(rack, owner, made[0].id) == made[0]


def test_a_secret_moved_to_another_hook_does_not_open(desk: Desk, clock: Clock) -> None:
    rack = runtime.hook_rack()
    one, other = (make_hook(rack, desk.shop.merchant_id, None, now=clock()) for _ in range(2))
    with pytest.raises(InvalidTag):
        hook_secret(rack, replace(one, sealed=other.sealed))


def test_no_secret_is_stored_or_answered_in_the_clear(desk: Desk, till: TillSystem) -> None:
    stored = str(desk.world.items(f"W#{till.hook_id}"))
    assert till.secret.removeprefix("whsec_") not in stored
    assert till.secret.encode() not in till.tell("x").body
