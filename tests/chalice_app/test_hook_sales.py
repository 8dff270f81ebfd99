"""Sales and refunds through the hook: each counts once, in whatever order they come."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.audit import audit
from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.gateway import send
from tests.chalice_app.till_system import TillSystem, till_system, told
from tests.faults.crowd import at_once
from tests.world import BASE_URL
from wallet import runtime
from wallet.domain.ids import CardId


def balance(desk: Desk, card: dict[str, Any]) -> int:
    return int(desk.card(card["id"])["balance"]["points"])


def test_a_sale_earns_and_says_what_it_did(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    reply = till.sale(
        "R-17",
        {"barcode": points["barcode"]},
        1250,
        items=[{"sku": "A", "quantity": 2, "amount": 1250, "colour": "red"}],
        occurred_at="2026-11-20T11:12:13+02:00",
        location_id="main",
        note="what we do not know of",
    )
    answer = told(reply, 200, "applied")
    entry = answer["entry"]
    assert (entry["kind"], entry["points"], entry["amount"]) == ("earn", 12, 1250)
    assert (entry["reference"], entry["location_id"]) == ("R-17", "main")
    assert entry["occurred_at"] == "2026-11-20T09:12:13.000Z"
    assert entry["actor"] == f"hook:{till.hook_id}"
    assert entry["basket"]
    assert answer["card"] == desk.card(points["id"])
    assert answer["card"]["carry"] == 50


def test_without_a_time_of_its_own_a_sale_happened_when_its_message_says(
    till: TillSystem, points: dict[str, Any]
) -> None:
    answer = told(till.sale("1", {"id": points["id"]}, 100), 200, "applied")
    assert answer["entry"]["occurred_at"] == "2026-11-20T10:00:00.000Z"


@pytest.mark.parametrize("occurred_at", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.1+00:00"])
def test_a_sale_of_no_date_breaks_no_page(
    till: TillSystem, points: dict[str, Any], occurred_at: str
) -> None:
    """What .NET sends where nobody filled in a time: in Dublin that lies before all dates."""
    card = {"id": points["id"]}
    told(till.sale("undated", card, 1250, occurred_at=occurred_at), 200, "applied")
    for page in ("", "/history"):
        reply = send("GET", points["links"]["card"].removeprefix(BASE_URL) + page)
        assert reply.status == 200
        assert "€12.50" in reply.body.decode()


def test_the_same_sale_counts_once_under_any_event_id(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    card = {"barcode": points["barcode"]}
    body: dict[str, Any] = {"sale_id": "1", "card": card, "amount": 700, "currency": "EUR"}
    first = told(till.tell("sale.completed", message_id="m1", **body), 200, "applied")
    again = told(till.tell("sale.completed", message_id="m1", **body), 200, "duplicate")
    other = told(till.tell("sale.completed", message_id="m2", **body), 200, "duplicate")
    assert first == {**again, "status": "applied"} == {**other, "status": "applied"}
    assert balance(desk, points) == 7


@pytest.mark.parametrize("by", ["barcode", "code", "id"])
def test_a_card_is_known_by_what_it_shows(desk: Desk, till: TillSystem, by: str) -> None:
    card = desk.enrol(desk.shop.points)
    name = {"barcode": card["code"].lower()} if by == "code" else {by: card[by]}
    assert told(till.sale("1", name, 100), 200, "applied")["card"]["id"] == card["id"]


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ({"email": "anna@example.com"}, {"email": " Anna@Example.com "}),
        ({"phone": "+353851234567"}, {"phone": "085 123 4567"}),
        ({"phone": "+48600700800"}, {"phone": "+48 600-700-800"}),
    ],
)
def test_a_member_is_known_by_contact(
    desk: Desk, member: dict[str, str], name: dict[str, str]
) -> None:
    till = till_system(desk, desk.shop.points.id)
    desk.enrol(desk.shop.stamps, **member)
    card = desk.enrol(desk.shop.points, **member)
    assert told(till.sale("1", name, 100), 200, "applied")["card"]["id"] == card["id"]


def test_of_several_cards_it_is_the_newest_that_counts_in_the_currency(
    desk: Desk, till: TillSystem, clock: Clock
) -> None:
    cards = []
    for program in (desk.shop.points, desk.shop.points, desk.shop.stamps):
        clock.forward(seconds=1)
        cards.append(desk.enrol(program, email="two@example.com"))
    name = {"email": "two@example.com"}
    assert told(till.sale("1", name, 100), 200, "applied")["card"]["id"] == cards[1]["id"]
    reply = till.sale("2", name, 100, currency="PLN")
    assert told(reply, 200, "applied")["card"]["id"] == cards[2]["id"]


def test_a_contact_means_the_same_card_when_a_sale_is_told_again(
    desk: Desk, till: TillSystem, clock: Clock
) -> None:
    name = {"email": "moves@example.com"}
    first = desk.enrol(desk.shop.points, email="moves@example.com")
    told(till.sale("1", name, 100), 200, "applied")
    clock.forward(seconds=1)
    second = desk.enrol(desk.shop.points, email="moves@example.com")
    assert told(till.sale("1", name, 100), 200, "duplicate")["card"]["id"] == first["id"]
    assert told(till.sale("2", name, 100), 200, "applied")["card"]["id"] == second["id"]


def test_refunds_leave_what_the_net_amount_would_have_left(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")
    answer = told(till.refund("1", "a", 250), 200, "applied")
    assert answer["entry"]["kind"] == "reverse"
    assert answer["card"]["balance"]["points"] == 7
    assert told(till.refund("1", "a", 250), 200, "duplicate")["entry"] == answer["entry"]
    told(till.refund("1", "b", 250), 200, "applied")
    assert balance(desk, points) == 5


def test_a_refund_before_its_sale_waits_for_it(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    for _ in range(2):
        assert told(till.refund("1", "a", 400), 202, "pending")["claim"] is None
    answer = told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")
    assert answer["entry"]["points"] == 10
    assert answer["card"]["balance"]["points"] == 6
    told(till.refund("1", "a", 400), 200, "duplicate")
    told(till.sale("1", {"id": points["id"]}, 1000), 200, "duplicate")
    assert balance(desk, points) == 6


def test_refunds_never_take_more_than_was_paid(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")
    told(till.refund("1", "a", 600), 200, "applied")
    assert told(till.refund("1", "b", 600), 200, "applied")["entry"]["amount"] == 400
    assert told(till.refund("1", "c", 1), 200, "ignored")["entry"] is None
    assert told(till.refund("1", "c", 1), 200, "ignored")["entry"] is None
    told(till.refund("1", "b", 600), 200, "duplicate")
    assert balance(desk, points) == 0


def test_the_refunds_of_each_sale_may_be_counted_from_one(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    for sale_id in ("1", "2"):
        told(till.sale(sale_id, {"id": points["id"]}, 1000), 200, "applied")
        told(till.refund(sale_id, "1", 300), 200, "applied")
    assert balance(desk, points) == 14


def test_a_stamp_goes_with_the_last_part(desk: Desk, till: TillSystem) -> None:
    card = desk.enrol(desk.shop.stamps)
    told(till.sale("1", {"id": card["id"]}, 900, currency="PLN"), 200, "applied")
    assert told(till.refund("1", "a", 400), 200, "applied")["card"]["balance"]["stamps"] == 1
    assert told(till.refund("1", "b", 500), 200, "applied")["card"]["balance"]["stamps"] == 0


def test_a_sale_that_was_taken_back_elsewhere_has_nothing_left_to_refund(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    entry = told(till.sale("1", {"id": points["id"]}, 1000), 200, "applied")["entry"]
    assert desk.call("POST", f"/entries/{entry['id']}/reverse", {}).status == 201
    told(till.refund("1", "a", 1000), 200, "ignored")
    assert balance(desk, points) == 0


def test_a_sale_told_otherwise_is_refused(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    card = {"id": points["id"]}
    told(till.sale("1", card, 100), 200, "applied")
    told(till.refund("1", "a", 10), 200, "applied")
    other = desk.enrol(desk.shop.points)
    with desk.untouched():
        check_problem(till.sale("1", card, 101), 409, "key-reused")
        check_problem(till.sale("1", card, 100, location_id="x"), 409, "key-reused")
        check_problem(till.sale("1", card, 100, items=[{"sku": "A"}]), 409, "key-reused")
        check_problem(till.sale("1", {"id": other["id"]}, 100), 409, "key-reused")
        problem = check_problem(till.refund("1", "a", 11), 409, "key-reused")
        assert "what was told first stands" in problem["detail"]
    # The same card by another name is the same sale.
    told(till.sale("1", {"barcode": points["barcode"]}, 100), 200, "duplicate")


def test_an_event_id_with_another_body_is_refused(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    sale: dict[str, Any] = {"card": {"id": points["id"]}, "amount": 100, "currency": "EUR"}
    told(till.tell("sale.completed", message_id="m", sale_id="1", **sale), 200, "applied")
    with desk.untouched():
        reply = till.tell("sale.completed", message_id="m", sale_id="2", **sale)
        check_problem(reply, 409, "key-reused")
    told(till.tell("sale.completed", message_id="n", sale_id="2", **sale), 200, "applied")


def test_a_refused_event_may_come_again_mended(till: TillSystem, points: dict[str, Any]) -> None:
    sale: dict[str, Any] = {"sale_id": "1", "card": {"id": points["id"]}, "currency": "EUR"}
    assert till.tell("sale.completed", message_id="m", amount=-1, **sale).status == 422
    told(till.tell("sale.completed", message_id="m", amount=1, **sale), 200, "applied")


def test_two_hooks_may_use_the_same_ids(desk: Desk, points: dict[str, Any]) -> None:
    for till in (till_system(desk), till_system(desk)):
        reply = till.tell(
            "sale.completed",
            message_id="m",
            sale_id="1",
            card={"id": points["id"]},
            amount=100,
            currency="EUR",
        )
        told(reply, 200, "applied")
    assert balance(desk, points) == 2


def test_what_we_do_not_know_of_is_passed_over(desk: Desk, till: TillSystem) -> None:
    with desk.untouched():
        answer = told(till.tell("stock.counted", shelf=[1, None]), 200, "ignored")
        assert answer["entry"] is answer["card"] is None
        body = json.dumps({"type": "x", "data": 5, "timestamp": "?"}).encode()
        told(till.tell("x", body=body), 200, "ignored")


def test_sales_and_refunds_in_one_moment_converge(
    desk: Desk, till: TillSystem, points: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "CONTENTION_SECONDS_MAX", 120.0)
    card = {"barcode": points["barcode"]}

    def one(number: int) -> tuple[str, int, str]:
        sale_id, turn = f"s{number % 3}", number // 3
        if turn % 2:
            refund = str(turn % 4)
            reply = till.refund(sale_id, refund, 120)
            return f"{sale_id} {refund}", reply.status, reply.json["status"]
        reply = till.sale(sale_id, card, 1000)
        return sale_id, reply.status, reply.json["status"]

    done, failed = at_once(24, one)
    assert not failed
    applied = Counter(what for what, _, status in done if status == "applied")
    assert {what: applied[what] for what in ("s0", "s1", "s2")} == {"s0": 1, "s1": 1, "s2": 1}
    assert max(applied.values()) == 1
    assert {code for _, code, _ in done} <= {200, 202}
    books = audit(runtime.ledger(), CardId(points["id"]))
    assert len(books.entries) == 9
    assert books.card.state.points == (3 * 1000 - 6 * 120) // 100
