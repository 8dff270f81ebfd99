"""A sound request that the state of things does not allow: 409, with what stands in the way."""

import pytest

from tests.chalice_app.desk import Desk, check_problem


@pytest.fixture
def card_id(desk: Desk) -> str:
    return str(desk.enrol(desk.shop.points)["id"])


def test_a_redeem_beyond_the_balance(desk: Desk, card_id: str) -> None:
    desk.earn(card_id, points=49)
    for body, cost in (({"reward_id": "tote"}, 50), ({"points": 1_000_000}, 1_000_000)):
        with desk.untouched():
            reply = desk.call("POST", f"/cards/{card_id}/redeem", body)
            problem = check_problem(reply, 409, "balance-too-small")
        assert (problem["unit"], problem["balance"], problem["cost"]) == ("points", 49, cost)


def test_an_empty_card_pays_for_nothing(desk: Desk) -> None:
    card = desk.enrol(desk.shop.stamps)
    with desk.untouched():
        reply = desk.call("POST", f"/cards/{card['id']}/redeem", {"reward_id": "coffee"})
        problem = check_problem(reply, 409, "balance-too-small")
    assert (problem["unit"], problem["balance"], problem["cost"]) == ("stamps", 0, 10)


@pytest.mark.parametrize("again", [{}, {"amount": 1}])
def test_an_entry_is_reversed_once(desk: Desk, card_id: str, again: dict[str, int]) -> None:
    bought, given = desk.buy(card_id, 1_000), desk.earn(card_id, points=60)
    redeemed = desk.call("POST", f"/cards/{card_id}/redeem", {"points": 5}).json["entry"]
    for entry in (bought, given, redeemed):
        path = f"/entries/{entry['id']}/reverse"
        assert desk.call("POST", path, {}).status == 201
        with desk.untouched():
            check_problem(desk.call("POST", path, again), 409, "already-reversed")
    assert desk.card(card_id)["balance"]["points"] == 0


def test_a_reversal_is_not_reversed(desk: Desk, card_id: str) -> None:
    bought = desk.buy(card_id, 1_000)
    whole = desk.call("POST", f"/entries/{bought['id']}/reverse", {}).json["entry"]
    with desk.untouched():
        for body in ({}, {"amount": 1}):
            reply = desk.call("POST", f"/entries/{whole['id']}/reverse", body)
            check_problem(reply, 409, "not-reversible")


def test_refunds_never_exceed_what_was_paid(desk: Desk, card_id: str) -> None:
    path = f"/entries/{desk.buy(card_id, 1_000)['id']}/reverse"
    with desk.untouched():
        check_problem(desk.call("POST", path, {"amount": 1_001}), 422, "invalid", "amount")
    assert desk.call("POST", path, {"amount": 400}).status == 201
    with desk.untouched():
        check_problem(desk.call("POST", path, {"amount": 601}), 422, "invalid", "amount")
    assert desk.call("POST", path, {"amount": 599}).status == 201
    rest = desk.call("POST", path, {})
    assert (rest.status, rest.json["entry"]["amount"]) == (201, 1)
    with desk.untouched():
        for body in ({}, {"amount": 1}):
            check_problem(desk.call("POST", path, body), 409, "already-reversed")
    card = desk.card(card_id)
    assert (card["balance"]["points"], card["carry"]) == (0, 0)


def test_a_refund_of_spent_points_leaves_a_debt(desk: Desk, card_id: str) -> None:
    bought = desk.buy(card_id, 5_000)
    assert desk.call("POST", f"/cards/{card_id}/redeem", {"reward_id": "tote"}).status == 201
    reply = desk.call("POST", f"/entries/{bought['id']}/reverse", {})
    assert reply.status == 201
    assert reply.json["card"]["balance"]["points"] == -50
    with desk.untouched():
        redeemed = desk.call("POST", f"/cards/{card_id}/redeem", {"points": 1})
        problem = check_problem(redeemed, 409, "balance-too-small")
    assert problem["balance"] == -50
