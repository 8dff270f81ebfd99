"""What a call answers when it succeeds: the documents of the contract, to the field."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk
from tests.world import BASE_URL, POINTS, STAMPS
from wallet.domain.entries import first_broken
from wallet.domain.times import read_time

CARD = {
    "id", "program_id", "serial", "version", "balance", "pending", "owed", "carry", "tier",
    "expiries", "rewards", "offers", "barcode", "updated_at", "links",
}  # fmt: skip
ENTRY = {
    "id", "seq", "kind", "points", "stamps", "balance_after", "lines", "program_version", "reason",
    "actor", "location_id", "reference", "occurred_at", "created_at", "hash",
}  # fmt: skip
# Ours beside the contract's.
CARD_MORE = {"code", "status", "merged_into", "referred_by", "visits", "holds"}
REWARD_MORE = {"amount", "percent", "points", "url", "cause", "confirm"}
ENTRY_MORE = {"v", "amount", "currency", "basket", "reward_id", "reverses"}
ID = re.compile(r"[0-9A-Za-z]{22}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def check_card(card: dict[str, Any]) -> None:
    assert set(card) == CARD | CARD_MORE
    assert ID.fullmatch(card["id"])
    assert ID.fullmatch(card["barcode"])
    assert card["serial"] == card["id"] != card["barcode"]
    assert set(card["balance"]) == {"points", "stamps", "stamps_target"}
    assert (card["tier"], card["expiries"], card["offers"]) == (None, [], [])
    assert (card["pending"], card["owed"], card["holds"]) == (0, 0, [])
    assert (card["status"], card["merged_into"]) == ("active", None)
    assert TIME.fullmatch(card["updated_at"])
    for reward in card["rewards"]:
        assert set(reward) == {"id", "name", "kind", "cost", "available"} | REWARD_MORE
        assert list(reward["cost"]) in (["points"], ["stamps"])
        assert isinstance(reward["available"], bool)
    assert set(card["links"]) == {"card", "apple", "google"}
    for link in card["links"].values():
        assert link.startswith(f"{BASE_URL}/")
        assert "//" not in link.removeprefix("https://")


def check_entry(entry: dict[str, Any], card: dict[str, Any]) -> None:
    assert set(entry) == ENTRY | ENTRY_MORE
    holder, _, digest = entry["id"].partition("-")
    assert holder == card["id"]
    assert ID.fullmatch(digest)
    assert entry["balance_after"] == card["balance"]
    assert re.fullmatch(r"[0-9a-f]{64}", entry["hash"])
    assert TIME.fullmatch(entry["occurred_at"])
    assert TIME.fullmatch(entry["created_at"])
    for line in entry["lines"]:
        assert set(line) == {"rule_id", "points", "stamps"}


def test_enrol(desk: Desk) -> None:
    member = {
        "name": "Ola Zażółć", "email": "OLA@example.com", "phone": "+48 600-100-200",
        "birthday": "02-29", "locale": "pl",
    }  # fmt: skip
    path = f"/programs/{desk.shop.stamps.id}/cards"
    reply = desk.call("POST", path, {"member": member})
    assert reply.status == 201
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"
    card = reply.json
    check_card(card)
    assert card["balance"] == {"points": 0, "stamps": 0, "stamps_target": 10}
    assert card["program_id"] == desk.shop.stamps.id
    assert card["version"] == 1
    assert desk.card(card["id"]) == card


def test_enrol_knows_nothing_but_what_was_said(desk: Desk) -> None:
    path = f"/programs/{desk.shop.points.id}/cards"
    for member in ({}, {"name": None, "email": None}, {"name": "  "}):
        reply = desk.call("POST", path, {"member": member})
        assert reply.status == 201
        assert reply.json["balance"]["stamps_target"] is None


def test_personal_data_is_nowhere_in_plain(desk: Desk) -> None:
    desk.enrol(
        desk.shop.stamps, name="Zdzisława", email="zdzicha@example.com", phone="+48600100201"
    )
    stored = str(desk.everything())
    for secret in ("Zdzis", "zdzicha", "600100201", desk.shop.secret, desk.till):
        assert secret not in stored


def test_two_persons_are_two_cards(desk: Desk) -> None:
    one, other = (desk.enrol(desk.shop.stamps, email="a@example.com") for _ in range(2))
    for name in ("id", "barcode", "code"):
        assert one[name] != other[name]


def test_earn(desk: Desk, clock: Clock) -> None:
    card = desk.enrol(desk.shop.points)
    clock.now = clock.now.replace(microsecond=123_456)
    clock.forward(seconds=1)
    said = {
        "purchase": {
            "amount": 1250,
            "currency": "EUR",
            "reference": "  till 7/991 ",
            "items": [{"sku": "a", "quantity": 2, "amount": -5, "category": "x", "name": "ż"}],
        },
        "location_id": "shop_1",
        "occurred_at": "2026-11-21T13:00:00.5+01:00",
    }
    reply = desk.call("POST", f"/cards/{card['id']}/earn", said)
    assert reply.status == 201
    assert set(reply.json) == {"entry", "card", "voucher"}
    entry, after = reply.json["entry"], reply.json["card"]
    check_card(after)
    check_entry(entry, after)
    assert after == desk.card(card["id"])
    assert (entry["kind"], entry["seq"], entry["points"], entry["stamps"]) == ("earn", 1, 12, 0)
    assert entry["lines"] == [{"rule_id": "spend", "points": 12, "stamps": 0}]
    assert (entry["amount"], entry["currency"], entry["reference"]) == (1250, "EUR", "till 7/991")
    assert entry["location_id"] == "shop_1"
    assert entry["occurred_at"] == "2026-11-21T12:00:00.500Z"
    assert read_time(entry["created_at"]) == clock.now.replace(microsecond=123_000)
    assert entry["actor"] == f"key:{desk.shop.key_id}"
    assert entry["basket"]
    assert entry["reason"] is None
    assert (after["carry"], after["version"]) == (50, 2)
    assert after["updated_at"] == entry["created_at"]


@pytest.mark.parametrize(
    "occurred_at", ["0001-01-01T00:00:00.123Z", "1969-12-31T23:59:59.999Z", "1980-01-01T00:00:00Z"]
)
def test_a_purchase_of_long_ago_is_kept_to_the_millisecond(desk: Desk, occurred_at: str) -> None:
    card = desk.enrol(desk.shop.points)
    entry = desk.earn(card["id"], points=1, occurred_at=occurred_at)
    kept = desk.call("GET", f"/cards/{card['id']}/entries").json["entries"]
    assert kept == [entry]
    assert first_broken(kept) is None
    assert read_time(entry["occurred_at"]) == read_time(occurred_at)


def test_a_tills_key_works_with_cards(desk: Desk) -> None:
    path = f"/programs/{desk.shop.stamps.id}/cards"
    enrolled = desk.call("POST", path, {"member": {}}, secret=desk.till)
    assert enrolled.status == 201
    earned = desk.call(
        "POST", f"/cards/{enrolled.json['id']}/earn", {"stamps": 1}, secret=desk.till
    )
    assert earned.status == 201
    assert earned.json["entry"]["actor"] != f"key:{desk.shop.key_id}"
    program = desk.call("GET", f"/programs/{desk.shop.stamps.id}", secret=desk.till)
    assert program.status == 200


def test_redeem_and_reverse(desk: Desk) -> None:
    card = desk.enrol(desk.shop.stamps)
    desk.earn(card["id"], stamps=12)
    assert desk.card(card["id"])["rewards"][0]["available"] is True
    redeemed = desk.call("POST", f"/cards/{card['id']}/redeem", {"reward_id": "coffee"})
    assert redeemed.status == 201
    entry, after = redeemed.json["entry"], redeemed.json["card"]
    check_entry(entry, after)
    assert (entry["kind"], entry["stamps"], entry["reward_id"]) == ("redeem", -10, "coffee")
    assert after["balance"]["stamps"] == 2
    assert after["rewards"][0]["available"] is False
    undone = desk.call("POST", f"/entries/{entry['id']}/reverse", {})
    assert undone.status == 201
    check_entry(undone.json["entry"], undone.json["card"])
    assert undone.json["entry"]["reverses"] == entry["id"]
    assert (undone.json["entry"]["kind"], undone.json["entry"]["stamps"]) == ("reverse", 10)
    assert undone.json["card"] == desk.card(card["id"])


def test_points_are_redeemed_as_money_off(desk: Desk) -> None:
    card = desk.enrol(desk.shop.points)
    desk.buy(card["id"], 6_000)
    reply = desk.call("POST", f"/cards/{card['id']}/redeem", {"points": 60})
    assert reply.status == 201
    check_entry(reply.json["entry"], reply.json["card"])
    assert reply.json["entry"]["points"] == -60
    assert reply.json["entry"]["reward_id"] is None
    assert reply.json["card"]["balance"]["points"] == 0


def test_a_partial_refund(desk: Desk) -> None:
    card = desk.enrol(desk.shop.points)
    bought = desk.buy(card["id"], 1_250)
    reply = desk.call("POST", f"/entries/{bought['id']}/reverse", {"amount": 300})
    assert reply.status == 201
    check_entry(reply.json["entry"], reply.json["card"])
    assert reply.json["entry"]["amount"] == 300
    assert reply.json["card"]["balance"]["points"] == 9
    assert reply.json["card"]["carry"] == 50


@pytest.mark.parametrize(
    ("kind", "award", "given"),
    [
        ("stamps", {"stamps": 1_000_000}, 1_000_000),
        ("points", {"points": 1_000_000}, 1_000_000),
        ("points", {"purchase": {"amount": 10**10, "currency": "EUR"}}, 10**8),
        ("points", {"purchase": {"amount": 1, "currency": "EUR", "items": []}}, 0),
        ("points", {"purchase": {"amount": 1, "currency": "EUR", "items": [{}] * 500}}, 0),
        ("stamps", {"stamps": 1, "points": None, "purchase": None, "location_id": None}, 1),
    ],
)
def test_the_limits_themselves_are_within(
    desk: Desk, kind: str, award: dict[str, Any], given: int
) -> None:
    card = desk.enrol(desk.shop.stamps if kind == "stamps" else desk.shop.points)
    reply = desk.call("POST", f"/cards/{card['id']}/earn", award)
    assert reply.status == 201
    assert reply.json["entry"][kind] == given
    assert reply.json["card"]["balance"][kind] == given


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Type": "APPLICATION/JSON"},
        {"content-type": "application/json", "Content-Type": "application/json"},
        {"Idempotency-Key": "!"},
        {"Idempotency-Key": "x" * 255},
        {"Idempotency-Key": "~#%/\\\"'"},
    ],
)
def test_headers_of_any_sound_form(desk: Desk, headers: dict[str, str]) -> None:
    card = desk.enrol(desk.shop.stamps)
    reply = desk.call("POST", f"/cards/{card['id']}/earn", {"stamps": 1}, headers=headers)
    assert reply.status == 201


def test_a_programme(desk: Desk) -> None:
    for program, document in ((desk.shop.stamps, STAMPS), (desk.shop.points, POINTS)):
        found = desk.call("GET", f"/programs/{program.id}").json
        assert found.pop("id") == program.id
        assert found.pop("version") == 1
        begun = read_time(found.pop("effective_at"))
        assert begun
        assert begun <= datetime.now(UTC)
        assert found == document


def test_head_is_get_without_a_body(desk: Desk) -> None:
    card = desk.enrol(desk.shop.stamps)
    for path in (f"/cards/{card['id']}", f"/cards/{card['id']}/entries", "/cards/none"):
        got, head = desk.call("GET", path), desk.call("HEAD", path)
        assert head.body == b""
        assert head.status == got.status
        length = {"content-length": str(len(got.body))}
        assert {**got.headers, **length} == {**head.headers, **length}
