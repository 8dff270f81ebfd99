"""Who brought a new member: said by a code as the member joins, over the API."""

from typing import Any

import pytest

from tests.chalice_app.desk import Desk, check_problem
from tests.chalice_app.gateway import Reply


@pytest.fixture
def referrer(desk: Desk) -> dict[str, Any]:
    return desk.enrol(desk.shop.points, name="Ola", email="ola@example.com")


def join(desk: Desk, code: object, key: str = "", **member: str) -> Reply:
    path = f"/programs/{desk.shop.points.id}/cards"
    body = {"member": member, "referral_code": code}
    return desk.call("POST", path, body, key=key)


def test_by_the_id_of_a_card_or_the_code_under_its_barcode(
    desk: Desk, referrer: dict[str, Any]
) -> None:
    code = referrer["code"]
    for said in (referrer["id"], code, code.lower(), code.replace("-", " ")):
        made = join(desk, said)
        assert (made.status, made.json["referred_by"]) == (201, referrer["id"])
        assert desk.card(made.json["id"])["referred_by"] == referrer["id"]


def test_a_code_of_no_card_of_this_programme_is_refused(
    desk: Desk, referrer: dict[str, Any]
) -> None:
    elsewhere = desk.enrol(desk.shop.stamps)
    theirs = desk.world.shop()
    stranger = theirs.card(theirs.points)
    with desk.untouched():
        for code in (
            "", "abc", "x" * 64, "AAAA-AAAA-AA", "a" * 22, elsewhere["id"], elsewhere["code"],
            stranger.id, stranger.code, referrer["barcode"],
        ):  # fmt: skip
            check_problem(join(desk, code), 422, "invalid", "referral_code")


def test_who_is_a_member_already_joins_without_a_referral(
    desk: Desk, referrer: dict[str, Any]
) -> None:
    desk.enrol(desk.shop.points, phone="+48600100200")
    for person in ({"email": "OLA@example.com"}, {"phone": "+48 600 100 200"}):
        made = join(desk, referrer["id"], **person)
        assert (made.status, made.json["referred_by"]) == (201, None)


def test_who_is_a_member_of_another_programme_only_has_been_brought(
    desk: Desk, referrer: dict[str, Any]
) -> None:
    desk.enrol(desk.shop.stamps, email="eva@example.com")
    assert join(desk, referrer["id"], email="eva@example.com").json["referred_by"]


def test_who_was_brought_by_somebody_who_left_joins_without_a_referral(
    desk: Desk, referrer: dict[str, Any]
) -> None:
    first = join(desk, referrer["id"], "once")
    body = {"status": "closed", "reason": "moved"}
    assert desk.call("POST", f"/cards/{referrer['id']}/close", body).status == 201
    made = join(desk, referrer["id"])
    assert (made.status, made.json["referred_by"]) == (201, None)
    assert join(desk, referrer["id"], "once").body == first.body


def test_told_again_it_is_the_same_card(desk: Desk, referrer: dict[str, Any]) -> None:
    person = {"email": "new@example.com"}
    first = join(desk, referrer["id"], "twice", **person)
    again = join(desk, referrer["id"], "twice", **person)
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    other = join(desk, referrer["code"], "twice", **person)
    check_problem(other, 409, "key-reused")
