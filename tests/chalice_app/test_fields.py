"""A field that is wrong is named, and nothing is done."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.chalice_app.desk import Desk, check_problem
from tests.world import POINTS, STAMPS
from wallet import runtime
from wallet.domain.times import write_time

HUGE = 10**40
# What no count and no amount may be.
NO_NUMBER: list[Any] = [0, -1, 1.5, 1.0, "1", "", True, False, HUGE, -HUGE, [], {}, [1]]
NO_TEXT: list[Any] = [1, True, [], {}]
NO_OBJECT: list[Any] = [None, 1, "Ola", []]


def purchase(**fields: Any) -> dict[str, Any]:
    return {"purchase": {"amount": 1250, "currency": "PLN", **fields}}


EARN: list[tuple[object, str]] = [
    *[({"stamps": value}, "stamps") for value in [*NO_NUMBER, 1_000_001]],
    *[(purchase(amount=value), "purchase.amount") for value in [*NO_NUMBER, None, 10**10 + 1]],
    *[(purchase(currency=value), "purchase.currency") for value in [*NO_TEXT, None, "", "EUR"]],
    *[(purchase(currency=value), "purchase.currency") for value in ["pln", "ZŁO", "PLN\n", "PL"]],
    ({"purchase": {"currency": "PLN"}}, "purchase.amount"),
    ({"purchase": {"amount": 1}}, "purchase.currency"),
    *[({"purchase": value}, "purchase") for value in [1, "x", [], True]],
    (purchase(tip=1), "purchase.tip"),
    *[(purchase(reference=value), "purchase.reference") for value in [*NO_TEXT, "", "x" * 65]],
    (purchase(reference="\u202e \n"), "purchase.reference"),
    *[(purchase(items=value), "purchase.items") for value in [1, {}, [{}] * 501]],
    (purchase(items=[{"quantity": 0}]), "purchase.items[0].quantity"),
    (purchase(items=[{"amount": 0.5}]), "purchase.items[0].amount"),
    (purchase(items=[{"price": 1}]), "purchase.items[0].price"),
    (purchase(items=[{"sku": "x" * 201}]), "purchase.items[0].sku"),
    ({}, "purchase"),
    ({"stamps": None, "points": None, "purchase": None}, "purchase"),
    ({"stamps": 1, "points": 1}, "points"),
    ({"stamps": 1, **purchase()}, "stamps"),
    ({"stamps": 1, "points": 1, **purchase()}, "stamps"),
    ({"points": 1}, "points"),
    *[
        ({"stamps": 1, "location_id": value}, "location_id")
        for value in [*NO_TEXT, "", "a b", "a\n", "x" * 65, "ł"]
    ],
    *[
        ({"stamps": 1, "occurred_at": value}, "occurred_at")
        for value in [*NO_TEXT, "", "yesterday", "2026-11-21T12:00:00", "2026-13-01T00:00:00Z"]
    ],
]  # fmt: skip

REDEEM: list[tuple[object, str]] = [
    ({}, "reward_id"),
    ({"reward_id": None}, "reward_id"),
    ({"reward_id": "coffee", "points": 1}, "points"),
    ({"reward_id": "coffee", "offer_id": "x"}, "offer_id"),
    *[({"reward_id": value}, "reward_id") for value in [*NO_TEXT, "", "tea", "x" * 65]],
    *[({"offer_id": value}, "offer_id") for value in [*NO_TEXT, "", "birthday", "x" * 65]],
    *[({"points": value}, "points") for value in [*NO_NUMBER, 1_000_001, 1]],
]

REVERSE: list[tuple[object, str]] = [
    *[({"amount": value}, "amount") for value in [*NO_NUMBER, 10**10 + 1, 1]]
]

ENROL: list[tuple[object, str]] = [
    ({}, "member"),
    *[({"member": value}, "member") for value in NO_OBJECT],
    ({"member": {"age": 5}}, "member.age"),
    *[({"member": {"name": value}}, "member.name") for value in [*NO_TEXT, "x" * 81]],
    *[
        ({"member": {"email": value}}, "member.email")
        for value in [*NO_TEXT, "", "x", "@", "a@b", "a b@c.pl", "a@b@c.pl", "a@.pl", "x" * 255]
    ],
    *[
        ({"member": {"phone": value}}, "member.phone")
        for value in [*NO_TEXT, "", "600100200", "+0600100200", "+48 600", "+48x600100200",
                      "+4860010020012345", "\u200e+48600100200", "+\u0664\u0668600100200"]
    ],
    *[
        ({"member": {"birthday": value}}, "member.birthday")
        for value in [*NO_TEXT, "", "02-30", "00-10", "13-01", "01-00", "1-1", "1990-02-28",
                      "02-28\n", "\u0660\u0661-01"]
    ],
    *[({"member": {"locale": value}}, "member.locale") for value in [*NO_TEXT, "", "de", "PL"]],
    *[({"member": {}, "referral_code": value}, "referral_code") for value in [*NO_TEXT, "x" * 65]],
]  # fmt: skip


@pytest.fixture(scope="module")
def card_id(desk: Desk) -> str:
    return str(desk.enrol(desk.shop.stamps)["id"])


@pytest.fixture(scope="module")
def entry_id(desk: Desk, card_id: str) -> str:
    return str(desk.earn(card_id, stamps=10)["id"])


@pytest.fixture(scope="module")
def points_card(desk: Desk) -> str:
    return str(desk.enrol(desk.shop.points)["id"])


@pytest.fixture
def untouched(desk: Desk, entry_id: str, points_card: str) -> Iterator[None]:
    with desk.untouched():
        yield


pytestmark = pytest.mark.usefixtures("untouched")


@pytest.mark.parametrize(("body", "field"), EARN)
def test_earn(desk: Desk, card_id: str, body: object, field: str) -> None:
    check_problem(desk.call("POST", f"/cards/{card_id}/earn", body), 422, "invalid", field)


@pytest.mark.parametrize(("body", "field"), REDEEM)
def test_redeem(desk: Desk, card_id: str, body: object, field: str) -> None:
    check_problem(desk.call("POST", f"/cards/{card_id}/redeem", body), 422, "invalid", field)


@pytest.mark.parametrize(("body", "field"), REVERSE)
def test_reverse(desk: Desk, entry_id: str, body: object, field: str) -> None:
    check_problem(desk.call("POST", f"/entries/{entry_id}/reverse", body), 422, "invalid", field)


@pytest.mark.parametrize(("body", "field"), ENROL)
def test_enrol(desk: Desk, body: object, field: str) -> None:
    reply = desk.call("POST", f"/programs/{desk.shop.stamps.id}/cards", body)
    check_problem(reply, 422, "invalid", field)


def test_what_has_not_happened_yet(desk: Desk, card_id: str) -> None:
    ahead = write_time(runtime.now() + timedelta(minutes=6))
    reply = desk.call("POST", f"/cards/{card_id}/earn", {"stamps": 1, "occurred_at": ahead})
    check_problem(reply, 422, "invalid", "occurred_at")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("earn", {"stamps": 1}, "stamps"),
        ("earn", {"purchase": {"amount": 1, "currency": "PLN"}}, "purchase.currency"),
        ("redeem", {"reward_id": "coffee"}, "reward_id"),
    ],
)
def test_what_a_points_programme_does_not_know(
    desk: Desk, points_card: str, path: str, body: object, field: str
) -> None:
    check_problem(desk.call("POST", f"/cards/{points_card}/{path}", body), 422, "invalid", field)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": None, "rules": [], "rewards": {}}, ["name", "rewards"]),
        ({"stamps": {"target": 31}}, ["stamps.target"]),
        ({"rules": [{"id": "a", "kind": "gift"}]}, ["rules[0].kind"]),
        ({"kind": "points"}, ["stamps", "rules[0].stamps", "rewards[0].cost"]),
        ({"currency": "EUR"}, ["currency"]),
        (dict.fromkeys(["stamps", *POINTS]), None),
        ({"merchant_id": "x", "design_version": 1}, ["merchant_id", "design_version"]),
        ({"rules": [1.5, {"a": HUGE}]}, None),
    ],
)
def test_a_programme_with_faults(
    desk: Desk, changes: dict[str, Any], fields: list[str] | None
) -> None:
    document = {**STAMPS, **changes}
    reply = desk.call("PUT", f"/programs/{desk.shop.stamps.id}", document)
    assert reply.status == 422
    problem = check_problem(reply, 422, "invalid-program", reply.json["field"])
    paths = [fault["path"] for fault in problem["faults"]]
    assert problem["field"] == paths[0]
    assert all(fault["reason"] for fault in problem["faults"])
    assert fields is None or sorted(paths) == sorted(fields)


def test_what_cards_hold_cannot_become_something_else(desk: Desk) -> None:
    reply = desk.call("PUT", f"/programs/{desk.shop.stamps.id}", POINTS)
    problem = check_problem(reply, 422, "invalid-program", "kind")
    assert [fault["path"] for fault in problem["faults"]] == ["kind", "currency"]


@pytest.mark.parametrize("said", [*NO_TEXT, "", "soon", "2027-01-01", "2027-01-01T00:00:00"])
def test_when_a_programme_begins(desk: Desk, said: object) -> None:
    document = {**STAMPS, "name": "Other", "effective_at": said}
    reply = desk.call("PUT", f"/programs/{desk.shop.stamps.id}", document)
    check_problem(reply, 422, "invalid", "effective_at")


def test_a_programme_does_not_begin_in_the_past(desk: Desk) -> None:
    past = write_time(runtime.now() - timedelta(minutes=6))
    document = {**STAMPS, "name": "Other", "effective_at": past}
    reply = desk.call("PUT", f"/programs/{desk.shop.stamps.id}", document)
    check_problem(reply, 422, "invalid", "effective_at")


@pytest.mark.parametrize(
    "limit", ["0", "101", "-1", "1.5", "", "x", "1e1", "٣", "9" * 5_000, " 5"]
)
def test_the_limit_of_a_page(desk: Desk, card_id: str, limit: str) -> None:
    reply = desk.call("GET", f"/cards/{card_id}/entries", query={"limit": limit})
    check_problem(reply, 422, "invalid", "limit")


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "٣", "9" * 5_000, "null", "%32"])
def test_the_cursor_of_a_page(desk: Desk, card_id: str, cursor: str) -> None:
    reply = desk.call("GET", f"/cards/{card_id}/entries", query={"cursor": cursor})
    check_problem(reply, 422, "invalid", "cursor")
