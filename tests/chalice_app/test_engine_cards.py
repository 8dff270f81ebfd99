"""What is done to cards by hand: adjusted, closed, merged, found."""

import secrets
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.engine_shop import Counterpart, bakery, market
from tests.chalice_app.till.counter import pair
from wallet.domain.entries import first_broken


@pytest.fixture
def card(shop: Counterpart) -> str:
    return shop.card()


def chain(desk: Desk, card_id: str) -> list[dict[str, Any]]:
    """The card's entries, oldest first; the chain holds."""
    entries = desk.call("GET", f"/cards/{card_id}/entries").json["entries"][::-1]
    assert first_broken(entries) is None
    return list(entries)


def test_points_are_adjusted_for_a_reason(shop: Counterpart, card: str) -> None:
    outcome = shop.done(card, "adjust", points=30, reason="a gift for waiting")
    assert (outcome["entry"]["kind"], outcome["entry"]["points"]) == ("adjust", 30)
    assert outcome["entry"]["reason"] == "a gift for waiting"
    assert (
        shop.done(card, "adjust", points=-20, reason="typed twice")["card"]["balance"]["points"]
        == 10
    )
    assert shop.reverse(outcome["entry"]).json["card"]["balance"]["points"] == -20
    chain(shop.desk, card)


def test_what_cannot_be_adjusted(desk: Desk, shop: Counterpart, card: str) -> None:
    with desk.untouched():
        for body, field in (
            ({"points": 0, "reason": "x"}, "points"),
            ({"points": 1_000_001, "reason": "x"}, "points"),
            ({"points": -1_000_001, "reason": "x"}, "points"),
            ({"points": 1.5, "reason": "x"}, "points"),
            ({"points": 1, "stamps": 1, "reason": "x"}, "stamps"),
            ({"reason": "x"}, "points"),
            ({"points": 1}, "reason"),
            ({"points": 1, "reason": ""}, "reason"),
            ({"points": 1, "reason": "x" * 65}, "reason"),
            ({"points": 1, "reason": "\u202e \n"}, "reason"),
            ({"stamps": 1, "reason": "x"}, "stamps"),
        ):
            check_problem(shop.ask(card, "adjust", **body), 422, "invalid", field)
        reply = shop.ask(card, "adjust", points=1, reason="x", secret=desk.till)
        check_problem(reply, 403, "forbidden")


@pytest.mark.parametrize("status", ["closed", "void"])
def test_a_closed_card_takes_nothing_until_it_is_opened_again(
    shop: Counterpart, card: str, status: str
) -> None:
    shop.done(card, "adjust", points=40, reason="x")
    closed = shop.done(card, "close", status=status, reason="lost")
    assert closed["card"]["status"] == status
    assert closed["entry"]["reason"] == "lost"
    assert not any(reward["available"] for reward in closed["card"]["rewards"])
    with shop.desk.untouched():
        for what, body in (
            ("earn", {"points": 1}),
            ("redeem", {"points": 10}),
            ("adjust", {"points": 1, "reason": "x"}),
            ("offers", {"offer_id": "juice"}),
            ("close", {"status": "void"}),
            ("holds", {"reward_id": "five", "minutes": 1}),
        ):
            problem = check_problem(shop.ask(card, what, **body), 409, "card-not-active")
            assert problem["card_status"] == status
    opened = shop.reverse(closed["entry"]).json["card"]
    assert (opened["status"], opened["balance"]["points"]) == ("active", 40)
    assert shop.done(card, "earn", points=1)


def test_how_a_card_cannot_be_closed(shop: Counterpart, card: str) -> None:
    with shop.desk.untouched():
        for status in ("active", "merged", "", 1, None):
            check_problem(shop.ask(card, "close", status=status), 422, "invalid", "status")
        reply = shop.ask(card, "close", status="void", secret=shop.desk.till)
        check_problem(reply, 403, "forbidden")


@pytest.mark.parametrize("named_by", ["filled", "emptied"])
def test_two_cards_become_one_and_two_again(
    desk: Desk, shop: Counterpart, card: str, named_by: str
) -> None:
    other = shop.card()
    shop.buy(card, 1_050)
    shop.buy(other, 2_075)
    shop.done(other, "offers", offer_id="juice")
    before = [desk.card(each) for each in (card, other)]
    merged = shop.ask(card, "merge", card_id=other, key="merge")
    assert merged.status == 201
    after = merged.json["card"]
    assert (after["balance"]["points"], after["carry"], after["visits"]) == (30, 125, 2)
    assert [each["name"] for each in after["offers"]] == ["Free juice"]
    emptied = desk.card(other)
    assert (emptied["status"], emptied["merged_into"]) == ("merged", card)
    assert emptied["balance"]["points"] == 0
    with desk.untouched():
        assert shop.ask(card, "merge", card_id=other, key="merge").body == merged.body
        check_problem(shop.ask(other, "earn", points=1), 409, "card-not-active")
        check_problem(shop.ask(card, "merge", card_id=other), 409, "card-not-active")
    entry = {"filled": merged.json["entry"], "emptied": chain(desk, other)[-1]}[named_by]
    check_problem(shop.reverse(entry, amount=1), 422, "invalid", "amount")
    undone = shop.reverse(entry)
    assert undone.status == 201
    assert undone.json["entry"]["kind"] == "unmerge"
    moving = ("version", "updated_at")
    for then in before:
        now = desk.card(then["id"])
        assert {**now, **{name: then[name] for name in moving}} == then
        chain(desk, then["id"])
    check_problem(shop.reverse(entry), 409, "not-reversible")


def test_cards_that_are_no_pair(desk: Desk, shop: Counterpart, card: str) -> None:
    elsewhere = bakery(desk).card()
    theirs = desk.call(
        "POST",
        f"/programs/{desk.rival.points.id}/cards",
        {"member": {}},
        secret=desk.rival.secret,
    ).json["id"]
    with desk.untouched():
        for other in (card, elsewhere):
            check_problem(shop.ask(card, "merge", card_id=other), 422, "invalid", "card_id")
        for other in (theirs, "x", "0" * 22):
            check_problem(shop.ask(card, "merge", card_id=other), 404, "not-found")
        reply = shop.ask(card, "merge", card_id=theirs, secret=desk.rival.secret)
        check_problem(reply, 404, "not-found")
        reply = shop.ask(card, "merge", card_id=shop.program_id, secret=desk.till)
        check_problem(reply, 403, "forbidden")


def test_another_merchants_merge_is_unknown(desk: Desk, shop: Counterpart, card: str) -> None:
    entry = shop.done(card, "merge", card_id=shop.card())["entry"]
    with desk.untouched():
        for body in ({}, {"amount": 1}):
            path = f"/entries/{entry['id']}/reverse"
            reply = desk.call("POST", path, body, secret=desk.rival.secret)
            check_problem(reply, 404, "not-found")


def test_a_key_that_the_other_card_has_used(desk: Desk, shop: Counterpart, card: str) -> None:
    other = shop.card()
    assert shop.ask(other, "earn", points=3, key="shared").status == 201
    with desk.untouched():
        check_problem(shop.ask(card, "merge", card_id=other, key="shared"), 409, "key-reused")


def test_cards_are_found_by_every_name(desk: Desk, shop: Counterpart) -> None:
    email = f"{secrets.token_hex(4)}@example.com"
    card = desk.card(shop.card(email=email, phone="+48601777888"))
    for said in (
        {"email": email.upper()},
        {"phone": "+48 601 777 888"},
        {"phone": "601-777-888"},
        {"code": card["code"].lower()},
        {"barcode": card["barcode"]},
    ):
        reply = desk.call("POST", "/cards/search", said)
        assert reply.status == 200, reply.body
        assert reply.json == {"cards": [card]}, said
        theirs = desk.call("POST", "/cards/search", said, secret=desk.rival.secret)
        assert theirs.json == {"cards": []}
    for said in ({"email": "no@example.com"}, {"email": "none"}, {"code": "x"}, {"barcode": "x"}):
        assert desk.call("POST", "/cards/search", said).json == {"cards": []}


def test_a_search_has_one_question(desk: Desk) -> None:
    for said, field in (
        ({}, "email"),
        ({"email": "a@b.pl", "phone": "1"}, "phone"),
        ({"email": ""}, "email"),
        ({"code": "x" * 255}, "code"),
        ({"name": "Ola"}, "name"),
    ):
        check_problem(desk.call("POST", "/cards/search", said), 422, "invalid", field)


def test_a_merged_card_leads_to_the_one_that_has_all(desk: Desk, clock: Clock) -> None:
    shop = bakery(desk)
    cards = [
        desk.card(shop.card(stamps=4, name="Nagy Anna", phone="+36301112233")) for _ in range(3)
    ]
    for source, target in ((cards[0], cards[1]), (cards[1], cards[2])):
        shop.done(target["id"], "merge", card_id=source["id"])
    last = desk.card(cards[2]["id"])
    for said in (
        {"barcode": cards[0]["barcode"]},
        {"code": cards[1]["code"]},
        {"phone": "+36301112233"},
    ):
        assert desk.call("POST", "/cards/search", said).json["cards"] == [last], said
    till = pair(desk.shop.merchant_id, Accept_Language="en")
    clock.forward(minutes=10)
    found = till.said("card", typed=cards[0]["barcode"])
    assert (found["name"], last["id"] in found["screen"]) == ("card", True)
    form = {"card": last["id"], "shown": cards[0]["barcode"], "reward": "loaf"}
    assert till.said("redeem", **form)["name"] == "done"
    assert desk.card(last["id"])["balance"]["stamps"] == 4


def test_of_lots_and_idleness_each_unit_is_said_to_end_once(desk: Desk, clock: Clock) -> None:
    """Points of a programme that went from months to idle months end by idleness, if at all."""
    shop = market(desk, expiry={"months": 24}, earning={}, rewards=[])
    card = shop.card()
    shop.buy(card, 5_000)
    (ends,) = shop.desk.card(card)["expiries"]
    got = desk.call("GET", f"/programs/{shop.program_id}").json
    document = {**got, "expiry": {"idle_months": 3}}
    assert desk.call("PUT", f"/programs/{shop.program_id}", document).status == 200
    clock.forward(days=1)
    (idle,) = shop.desk.card(card)["expiries"]
    assert idle["points"] == ends["points"] == shop.points(card)
    assert idle["at"] < ends["at"]
