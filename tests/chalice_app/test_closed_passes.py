"""The passes of cards that cannot be used any more say so, until they can be used again."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.google_side import ISSUER, Google, google_side, refresh, save
from tests.chalice_app.phone import Phone, opened, phone_with


@pytest.fixture(scope="module")
def google(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    with google_side(tmp_path_factory.mktemp("google")) as side:
        yield side


@pytest.fixture
def held(google: Google, card: dict[str, Any]) -> Phone:
    """A phone with the card's pass; the card is in Google Wallet too."""
    save(google, card)
    return phone_with(card)


def done(desk: Desk, path: str, **body: Any) -> dict[str, Any]:
    """The entry of a call that must do something."""
    reply = desk.call("POST", path, body)
    assert reply.status == 201, reply.body
    return dict(reply.json["entry"])


def is_void(phone: Phone, google: Google) -> bool:
    """What Apple's pass and Google's object say, who must agree."""
    refresh({"id": phone.serial})
    apple = opened(phone.fetch()).get("voided", False)
    shown = {each["id"]: each["state"] for each in google.fake.on_phone()}
    state = shown[f"{ISSUER}.{phone.serial}"]
    assert state == ("INACTIVE" if apple else "ACTIVE")
    return bool(apple)


@pytest.mark.parametrize("status", ["closed", "void"])
def test_a_closed_card_is_void_until_it_is_opened_again(
    desk: Desk, google: Google, held: Phone, status: str
) -> None:
    assert not is_void(held, google)
    closed = done(desk, f"/cards/{held.serial}/close", status=status)
    assert is_void(held, google)
    done(desk, f"/entries/{closed['id']}/reverse")
    assert not is_void(held, google)


def test_of_two_merged_cards_one_is_void_until_they_are_two_again(
    desk: Desk, google: Google, held: Phone
) -> None:
    other = desk.enrol(desk.shop.stamps)
    save(google, other)
    left = phone_with(other)
    merged = done(desk, f"/cards/{other['id']}/merge", card_id=held.serial)
    assert is_void(held, google)
    assert not is_void(left, google)
    done(desk, f"/entries/{merged['id']}/reverse")
    assert not is_void(held, google)
    assert not is_void(left, google)
