"""Registering, listing and logging, as phones speak to the PassKit web service."""

import json
from typing import Any

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import send
from tests.chalice_app.phone import OTHER_TOKEN, TOKEN, Phone, phone_with
from wallet import runtime
from wallet.domain.ids import CardId


def pushes_to(card_id: str) -> dict[str, str]:
    return {
        each.device_id: each.push_token for each in runtime.devices().devices_of(CardId(card_id))
    }


def test_registering_is_201_once_and_then_200(phone: Phone) -> None:
    assert phone.register().status == 201
    assert phone.register().status == 200
    assert pushes_to(phone.serial) == {phone.device: TOKEN}


def test_a_new_push_token_is_stored_on_200(phone: Phone) -> None:
    phone.register()
    again = phone.register(OTHER_TOKEN)
    assert (again.status, again.body) == (200, b"")
    assert pushes_to(phone.serial) == {phone.device: OTHER_TOKEN}


def test_unregistering_is_200_however_often(phone: Phone) -> None:
    assert phone.unregister().status == 200
    phone.register()
    for _ in range(2):
        gone = phone.unregister()
        assert (gone.status, gone.body) == (200, b"")
    assert pushes_to(phone.serial) == {}
    assert phone.register().status == 201


def test_two_phones_with_one_card_and_one_phone_with_two(
    desk: Desk, phone: Phone, card: dict[str, Any]
) -> None:
    second = phone_with(card)
    other_card = desk.enrol(desk.shop.points)
    same_phone = phone_with(other_card, phone.device)
    for each in (phone, second, same_phone):
        assert each.register().status == 201
    assert set(pushes_to(card["id"])) == {phone.device, second.device}
    assert phone.changed().json["serialNumbers"] == sorted([card["id"], other_card["id"]])
    assert second.changed().json["serialNumbers"] == [card["id"]]
    phone.unregister()
    assert phone.changed().json["serialNumbers"] == [other_card["id"]]


WRONG = ["x", "0" * 44, "0" * 5_000, "ApplePass"]


@pytest.mark.parametrize("token", [None, *WRONG])
def test_without_the_passes_own_token_it_is_401(
    desk: Desk, phone: Phone, card: dict[str, Any], token: str | None
) -> None:
    other = phone_with(desk.enrol(desk.shop.stamps))
    phone.register()
    with desk.untouched():
        for given in (token, other.token, card["links"]["card"].rsplit("/", 1)[1]):
            replies = [
                phone.register(OTHER_TOKEN, token=given),
                phone.unregister(token=given),
                phone.fetch(token=given),
            ]
            assert [reply.status for reply in replies] == [401, 401, 401]
            assert phone.fetch(method="HEAD", token=given).status == 401


def test_another_scheme_opens_no_pass(desk: Desk, phone: Phone) -> None:
    path = f"/apple/v1/passes/{phone.pass_type}/{phone.serial}"
    for given in (f"Bearer {desk.shop.secret}", f"Bearer {phone.token}", phone.token, ""):
        assert send("GET", path, headers={"Authorization": given}).status == 401


def test_an_unknown_serial_number_is_answered_as_a_wrong_token(phone: Phone) -> None:
    """So that nobody learns which cards exist."""
    wrong = phone.fetch(token="0" * 44)
    for serial in ("0" * 22, "x", "%2e%2e", "0" * 3_000, "%00"):
        unknown = Phone(
            device=phone.device, serial=serial, token=phone.token, pass_type=phone.pass_type
        )
        for reply in (unknown.fetch(), unknown.register(), unknown.unregister()):
            assert (reply.status, reply.body) == (401, wrong.body)


def test_another_pass_type_is_401_and_lists_nothing(desk: Desk, phone: Phone) -> None:
    phone.register()
    other = Phone(
        device=phone.device, serial=phone.serial, token=phone.token, pass_type="pass.other"
    )
    with desk.untouched():
        for reply in (other.fetch(), other.register(), other.unregister()):
            assert reply.status == 401
        assert other.changed().status == 204


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", {}, {"pushToken": 1}, {"pushToken": ""}, {"pushToken": "xyz"},
     {"pushToken": "ab" * 5_000}, {"pushToken": "a/../b"}],
)  # fmt: skip
def test_a_registration_without_a_push_token(desk: Desk, phone: Phone, body: object) -> None:
    with desk.untouched():
        reply = phone.ask("POST", phone.registrations(), body)
        assert reply.status in (400, 422)


def test_an_unknown_field_of_a_registration_is_apples_business(phone: Phone) -> None:
    body = {"pushToken": TOKEN, "deviceName": "x"}
    assert phone.ask("POST", phone.registrations(), body).status == 201


@pytest.mark.parametrize("device", ["%20", "a%2fb", "x" * 65, "%23", "%c5%bc", "%00"])
def test_a_device_that_cannot_be(desk: Desk, phone: Phone, device: str) -> None:
    odd = Phone(device=device, serial=phone.serial, token=phone.token, pass_type=phone.pass_type)
    with desk.untouched():
        assert odd.register().status == 400
        assert odd.unregister().status == 400
        assert odd.changed().status == 204


def test_a_list_is_204_until_something_changes(desk: Desk, phone: Phone) -> None:
    assert phone.changed().status == 204
    phone.register()
    first = phone.changed()
    assert first.status == 200
    assert set(first.json) == {"serialNumbers", "lastUpdated"}
    assert first.json["serialNumbers"] == [phone.serial]
    tag = first.json["lastUpdated"]
    unchanged = phone.changed(tag)
    assert (unchanged.status, unchanged.body) == (204, b"")
    assert "content-type" not in unchanged.headers
    desk.earn(phone.serial, stamps=1)
    second = phone.changed(tag)
    assert second.json["serialNumbers"] == [phone.serial]
    assert second.json["lastUpdated"] != tag
    assert phone.changed(second.json["lastUpdated"]).status == 204
    # A tag that was lost on the way back: listed again, never forgotten.
    assert phone.changed(tag).json["serialNumbers"] == [phone.serial]


@pytest.mark.parametrize("tag", ["", "x", "1-", "0", "1795262400", "2026-11-21T12:00:00 00:00"])
def test_a_tag_that_is_not_ours_lists_everything(phone: Phone, tag: str) -> None:
    phone.register()
    assert phone.changed(tag).json["serialNumbers"] == [phone.serial]


LOGS: list[object] = [
    {"logs": ["one", "two"]}, {"logs": []}, {"logs": [1, None, ["x"]]}, {"logs": "x"}, {}, [], b"",
    b"x", b"\xff\xfe", b"[" * 100_000, {"logs": ["x" * 10**6] * 4}, {"logs": ["\u0000\n\u202e"]},
    {"logs": ["line"] * 100_000}, b'{"logs": ["\\ud800"]}',
]  # fmt: skip


@pytest.mark.parametrize("body", LOGS, ids=range(len(LOGS)))
def test_the_log_takes_anything(
    desk: Desk, body: object, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with desk.untouched():
        for headers in ({}, {"Content-Type": "text/plain"}):
            reply = send("POST", "/apple/v1/log", headers=headers, body=raw)
            assert (reply.status, reply.body) == (200, b"")
    assert len(capsys.readouterr().out) < 30_000


def test_the_log_shows_no_token(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[dict[str, object]] = []
    monkeypatch.setattr(
        "chalice_app.routes.apple.write_line", lambda **fields: lines.append(fields)
    )
    said = f"Register task (serial {phone.serial}) failed: ApplePass {phone.token} {TOKEN}"
    send("POST", "/apple/v1/log", body=json.dumps({"logs": [said]}).encode())
    shown = json.dumps(lines)
    assert "Register task" in shown
    for secret in (phone.serial, phone.token, TOKEN):
        assert secret not in shown
