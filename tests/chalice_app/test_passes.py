"""Passes, as phones fetch them: each version once, and none lost."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk
from tests.chalice_app.gateway import send
from tests.chalice_app.phone import Phone, opened
from tests.world import BASE_URL, STAMPS


def test_a_pass_tells_where_and_with_what_to_ask(phone: Phone, card: dict[str, Any]) -> None:
    document = opened(phone.fetch())
    assert document["webServiceURL"] == f"{BASE_URL}/apple"
    assert phone.serial == card["serial"]
    assert len(phone.token) >= 16


def test_two_changes_in_one_second_are_two(desk: Desk, clock: Clock, phone: Phone) -> None:
    phone.register()
    clock.forward(seconds=5)
    desk.earn(phone.serial, stamps=1)
    tag, date = phone.changed().json["lastUpdated"], phone.fetch().headers["last-modified"]
    desk.earn(phone.serial, stamps=1)
    assert phone.changed(tag).json["serialNumbers"] == [phone.serial]
    fetched = phone.fetch(date)
    assert fetched.status == 200
    assert opened(fetched)["storeCard"]["headerFields"][0]["value"] == "2 / 10"


def test_a_pass_is_fetched_once_a_version(desk: Desk, phone: Phone) -> None:
    first = phone.fetch()
    assert first.status == 200
    assert first.headers["content-type"] == "application/vnd.apple.pkpass"
    date = first.headers["last-modified"]
    again = phone.fetch(date)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["last-modified"] == date
    assert "content-type" not in again.headers
    for other in ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "x", ""):
        assert phone.fetch(other).status == 200
    rfc_850 = parsedate_to_datetime(date).strftime("%A, %d-%b-%y %H:%M:%S GMT")
    assert phone.fetch(rfc_850).status == 304
    desk.earn(phone.serial, stamps=1)
    assert phone.fetch(date).status == 200


def test_a_version_that_was_signed_once_is_not_signed_again(phone: Phone) -> None:
    assert phone.fetch().body == phone.fetch().body


def test_last_modified_strictly_increases(desk: Desk, clock: Clock, phone: Phone) -> None:
    """Within a second, over seconds, with a clock set back, by stamps and by edits."""
    dates = [parsedate_to_datetime(phone.fetch().headers["last-modified"])]
    for number, seconds in enumerate([0, 0, 2, -3, 0, 10, 0]):
        clock.forward(seconds=seconds)
        if number % 2:
            document = {**STAMPS, "name": f"Design {number}"}
            edited = desk.call("PUT", f"/programs/{desk.shop.stamps.id}", document)
            assert edited.status == 200
        else:
            desk.earn(phone.serial, stamps=1)
        dates.append(parsedate_to_datetime(phone.fetch().headers["last-modified"]))
    assert dates == sorted(set(dates))
    assert len(dates) == 8


def test_an_edit_of_the_design_reaches_tag_and_304(desk: Desk, clock: Clock, phone: Phone) -> None:
    clock.forward(minutes=2)
    phone.register()
    tag, date = phone.changed().json["lastUpdated"], phone.fetch().headers["last-modified"]
    rules = [{"id": "visit", "kind": "stamps_per_purchase", "stamps": 2}]
    same_face = {**desk.call("GET", f"/programs/{desk.shop.stamps.id}").json, "rules": rules}
    for name in ("id", "version", "effective_at"):
        del same_face[name]
    desk.call("PUT", f"/programs/{desk.shop.stamps.id}", same_face)
    assert phone.changed(tag).status == 204
    assert phone.fetch(date).status == 304
    edited = {**same_face, "design": {"color": "#334455", "style": "ring", "picture": "paw"}}
    assert desk.call("PUT", f"/programs/{desk.shop.stamps.id}", edited).status == 200
    assert phone.changed(tag).json["serialNumbers"] == [phone.serial]
    fetched = phone.fetch(date)
    assert fetched.status == 200
    assert opened(fetched)["backgroundColor"] == "rgb(51, 68, 85)"


def test_head_is_get_without_a_body(phone: Phone, card: dict[str, Any]) -> None:
    phone.register()
    link = card["links"]["apple"].removeprefix(BASE_URL)
    date = phone.fetch().headers["last-modified"]
    pairs = [
        (phone.fetch(), phone.fetch(method="HEAD")),
        (phone.fetch(date), phone.fetch(date, method="HEAD")),
        (send("GET", link), send("HEAD", link)),
        (send("GET", "/passes/none"), send("HEAD", "/passes/none")),
    ]
    for got, head in pairs:
        assert head.body == b""
        assert head.status == got.status
        length = {"content-length": str(len(got.body))} if got.body else {}
        assert {**got.headers, **length} == head.headers


@pytest.mark.parametrize(
    "spoil",
    [
        lambda name: name.removesuffix(".pkpass"),
        lambda name: name.replace(".pkpass", ".PKPASS"),
        lambda name: "0" * 22 + name[22:],
        lambda name: name[:-8] + ("0" if name[-8] != "0" else "1") + ".pkpass",
        lambda name: name.partition("-")[0] + ".pkpass",
        lambda name: f"%2e%2e%2f{name}",
        lambda name: f"{name}.pkpass",
        lambda _: ".pkpass",
        lambda _: "x" * 5_000,
    ],
)
def test_a_pass_link_opens_with_its_proof_only(card: dict[str, Any], spoil: Any) -> None:
    name = card["links"]["apple"].rsplit("/", 1)[1]
    assert send("GET", f"/passes/{name}").status == 200
    reply = send("GET", f"/passes/{spoil(name)}")
    assert reply.status == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_the_same_bytes_whatever_is_accepted(card: dict[str, Any]) -> None:
    link = card["links"]["apple"].removeprefix(BASE_URL)
    accepts = [None, "*/*", "image/*", "text/html", "application/json", ""]
    bodies = {
        send("GET", link, headers={} if each is None else {"Accept": each}).body
        for each in accepts
    }
    assert len(bodies) == 1
