"""Spending through the API: rewards with conditions, offers, holds, and what a till does then."""

from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.engine_shop import MARKET, Counterpart, bakery, market

NO_VOUCHER = dict.fromkeys(
    ("name", "amount", "currency", "percent", "points", "code", "url", "cause")
)


@pytest.fixture
def card(shop: Counterpart) -> str:
    return shop.card(points=200)


def rewards_of(card: dict[str, Any]) -> dict[str, Any]:
    return {each["id"]: each for each in card["rewards"]}


def test_a_reward_that_the_staff_must_confirm(shop: Counterpart, card: str) -> None:
    with shop.desk.untouched():
        check_problem(shop.ask(card, "redeem", reward_id="wine"), 409, "confirmation-needed")
    done = shop.done(card, "redeem", reward_id="wine", confirmed=True)
    assert done["card"]["balance"]["points"] == 190
    assert rewards_of(done["card"])["wine"]["confirm"] is True


def test_a_reward_has_its_places_and_its_times(shop: Counterpart, card: str, clock: Clock) -> None:
    assert rewards_of(shop.desk.card(card))["here"]["available"] is True
    for place in (None, "harbour"):
        reply = shop.ask(card, "redeem", reward_id="here", location_id=place)
        assert check_problem(reply, 409, "reward-not-now")["reason"] == "when"
    assert shop.done(card, "redeem", reward_id="here", location_id="market")
    done = shop.done(card, "redeem", reward_id="once")
    assert rewards_of(done["card"])["once"]["available"] is False
    reply = shop.ask(card, "redeem", reward_id="once")
    assert check_problem(reply, 409, "reward-not-now")["reason"] == "often"
    clock.forward(days=1)
    assert rewards_of(shop.desk.card(card))["once"]["available"] is True
    assert shop.done(card, "redeem", reward_id="once")


def test_a_stock_ends_and_what_is_taken_back_returns_to_it(shop: Counterpart, card: str) -> None:
    first = shop.done(card, "redeem", reward_id="cup")["entry"]
    shop.done(shop.card(points=5), "redeem", reward_id="cup")
    with shop.desk.untouched():
        check_problem(shop.ask(card, "redeem", reward_id="cup"), 409, "out-of-stock")
    assert shop.reverse(first).status == 201
    again = shop.done(card, "redeem", reward_id="cup")["entry"]
    # The shop is that of all tests here, and another one needs a piece.
    assert shop.reverse(again).status == 201


def test_an_offer_is_given_and_used_once(shop: Counterpart, card: str) -> None:
    given = shop.ask(card, "offers", offer_id="tenth", key="offer")
    assert given.status == 201
    (offer,) = given.json["card"]["offers"]
    assert (given.json["entry"]["kind"], given.json["voucher"]) == ("bonus", None)
    assert shop.ask(card, "offers", offer_id="tenth", key="offer").body == given.body
    used = shop.done(card, "redeem", offer_id=offer["id"])
    assert used["entry"]["offer_id"] == offer["id"]
    assert used["card"]["offers"] == []
    assert used["voucher"] == {
        **NO_VOUCHER,
        "kind": "percent_off",
        "name": "A tenth off",
        "percent": 10,
        "receipt": "A tenth off: 10% off",
    }
    with shop.desk.untouched():
        reply = shop.ask(card, "redeem", offer_id=offer["id"])
        check_problem(reply, 422, "invalid", "offer_id")
        check_problem(shop.ask(card, "offers", offer_id="none"), 422, "invalid", "offer_id")
    back = shop.reverse(used["entry"]).json["card"]
    assert back["offers"] == [offer]


def test_an_offer_that_has_ended(shop: Counterpart, card: str, clock: Clock) -> None:
    (offer,) = shop.done(card, "offers", offer_id="juice")["card"]["offers"]
    clock.forward(days=16)
    reply = shop.ask(card, "redeem", offer_id=offer["id"])
    assert check_problem(reply, 409, "reward-not-now")["reason"] == "when"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"reward_id": "five"},
            {"kind": "amount_off", "name": "5 off", "amount": 500, "currency": "PLN"},
        ),
        (
            {"reward_id": "tree"},
            {
                "kind": "donation",
                "name": "A tree",
                "amount": 200,
                "currency": "PLN",
                "cause": "Clean Rivers",
            },
        ),
        ({"reward_id": "more"}, {"kind": "bonus_points", "name": "More", "points": 7}),
        ({"points": 30}, {"kind": "amount_off", "amount": 300, "currency": "PLN"}),
    ],
)
def test_a_voucher_says_what_is_to_be_done(
    shop: Counterpart, card: str, asked: dict[str, Any], told: dict[str, Any]
) -> None:
    voucher = shop.done(card, "redeem", **asked)["voucher"]
    assert voucher.pop("receipt")
    assert voucher == {**NO_VOUCHER, **told}


@pytest.mark.parametrize(
    ("locale", "line"),
    [
        ("en", "Lipowa gives PLN2.00 to: Clean Rivers"),
        ("pl", "Lipowa przekazuje 2,00\xa0zł na: Clean Rivers"),
        ("hu", "Lipowa adománya: 2,00\xa0PLN, ide: Clean Rivers"),
    ],
)
def test_a_receipt_speaks_the_cards_language(shop: Counterpart, locale: str, line: str) -> None:
    card = shop.card(points=20, locale=locale)
    assert shop.done(card, "redeem", reward_id="tree")["voucher"]["receipt"] == line


def test_an_external_reward_has_a_code_that_stays(shop: Counterpart, card: str) -> None:
    first = shop.ask(card, "redeem", reward_id="film", key="film")
    voucher = first.json["voucher"]
    assert voucher["url"] == "https://film.example/code"
    assert voucher["code"] in voucher["receipt"]
    assert shop.ask(card, "redeem", reward_id="film", key="film").body == first.body
    other = shop.done(card, "redeem", reward_id="film")["voucher"]
    assert other["code"] != voucher["code"]


def test_earning_and_taking_back_need_no_voucher(shop: Counterpart, card: str) -> None:
    bought = shop.buy(card, 1_000)
    assert bought["voucher"] is None
    spent = shop.done(card, "redeem", points=10)
    assert shop.reverse(spent["entry"]).json["voucher"] is None


def test_points_as_money_come_in_whole_steps(shop: Counterpart, card: str) -> None:
    check_problem(shop.ask(card, "redeem", points=15), 422, "invalid", "points")


def test_a_hold_is_captured(shop: Counterpart, card: str) -> None:
    held = shop.done(card, "holds", reward_id="five", minutes=10)
    (hold,) = held["card"]["holds"]
    assert (hold["id"], held["voucher"]) == (held["entry"]["id"], None)
    assert held["card"]["balance"]["points"] == 150
    path = f"/holds/{hold['id']}/capture"
    captured = shop.desk.call("POST", path, {}, key="capture")
    assert captured.status == 201
    assert captured.json["entry"]["settles"] == hold["id"]
    assert captured.json["voucher"]["amount"] == 500
    assert captured.json["card"]["holds"] == []
    assert captured.json["card"]["balance"]["points"] == 150
    with shop.desk.untouched():
        assert shop.desk.call("POST", path, {}, key="capture").body == captured.body
        check_problem(shop.desk.call("POST", path, {}), 409, "not-held")
        release = shop.desk.call("POST", f"/holds/{hold['id']}/release", {})
        check_problem(release, 409, "not-held")


@pytest.mark.parametrize("reward", ["five", "more", "cup"])
def test_a_captured_reward_can_be_taken_back(shop: Counterpart, card: str, reward: str) -> None:
    before = shop.desk.card(card)
    held = shop.done(card, "holds", reward_id=reward, minutes=10)["entry"]
    captured = shop.desk.call("POST", f"/holds/{held['id']}/capture", {}).json["entry"]
    back = shop.reverse(captured)
    assert back.status == 201
    now = back.json["card"]
    assert (now["balance"], now["expiries"]) == (before["balance"], before["expiries"])


def test_a_hold_is_released(shop: Counterpart, card: str) -> None:
    before = shop.desk.card(card)["expiries"]
    held = shop.done(card, "holds", reward_id="wine", minutes=1, confirmed=True)["entry"]
    released = shop.desk.call("POST", f"/holds/{held['id']}/release", {})
    assert released.status == 201
    assert released.json["card"]["balance"]["points"] == 200
    assert released.json["card"]["expiries"] == before
    check_problem(shop.reverse(held), 409, "not-reversible")


def test_a_hold_that_ran_out_is_not_captured(shop: Counterpart, card: str, clock: Clock) -> None:
    held = shop.done(card, "holds", reward_id="five", minutes=1)["entry"]
    clock.forward(minutes=2)
    check_problem(shop.desk.call("POST", f"/holds/{held['id']}/capture", {}), 409, "not-held")


def test_a_hold_asks_what_a_redeem_asks(shop: Counterpart, card: str) -> None:
    with shop.desk.untouched():
        reply = shop.ask(card, "holds", reward_id="wine", minutes=5)
        check_problem(reply, 409, "confirmation-needed")
        for minutes in (0, -1, 10_081, 1.5, "5", None):
            reply = shop.ask(card, "holds", reward_id="five", minutes=minutes)
            check_problem(reply, 422, "invalid", "minutes")
        reply = shop.ask(card, "holds", reward_id="none", minutes=5)
        check_problem(reply, 422, "invalid", "reward_id")


@pytest.mark.parametrize("what", ["capture", "release"])
def test_what_is_no_hold(shop: Counterpart, card: str, what: str) -> None:
    entry = shop.buy(card, 100)["entry"]["id"]
    with shop.desk.untouched():
        for each in (entry, "x", f"{card}-{'0' * 22}"):
            check_problem(shop.desk.call("POST", f"/holds/{each}/{what}", {}), 404, "not-found")


def test_what_ends_is_listed_in_its_own_unit(desk: Desk, shop: Counterpart, card: str) -> None:
    (ends,) = shop.desk.card(card)["expiries"]
    assert (ends["points"], ends["stamps"]) == (200, 0)
    stamped = desk.card(bakery(desk).card(stamps=3))
    assert stamped["expiries"] == []
    loaf = bakery(desk)
    bought = loaf.buy(loaf.card(), 100)["card"]
    assert [(each["points"], each["stamps"]) for each in bought["expiries"]] == [(0, 1)]
    assert bought["visits"] == 1


def test_a_piece_returns_to_a_stock_that_the_programme_has_no_longer(desk: Desk) -> None:
    shop = market(desk)
    card = shop.card(points=200)
    redeemed = shop.done(card, "redeem", reward_id="cup")["entry"]
    held = shop.done(card, "holds", reward_id="cup", minutes=9)["entry"]["id"]
    captured = desk.call("POST", f"/holds/{held}/capture", {}).json["entry"]
    path = f"/programs/{shop.program_id}"
    assert desk.call("PUT", path, {**MARKET, "rewards": []}).status == 200
    for entry in (redeemed, captured):
        assert shop.reverse(entry).status == 201
    assert desk.call("PUT", path, MARKET).status == 200
    for _ in range(2):
        shop.done(card, "redeem", reward_id="cup")
    check_problem(shop.ask(card, "redeem", reward_id="cup"), 409, "out-of-stock")
