"""A phone that registers is told of what changed between its download and its registration."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.wallet.services import made
from tests.wallet.services.fake_queue import FakeQueue
from tests.wallet.services.fakes import FakeDevices, FakeLedger, FakePrograms
from wallet.domain.cards import Card
from wallet.domain.ids import DeviceId, PushToken
from wallet.google.ids import google_device
from wallet.services.passkit import DEVICES_MAX, Wicket, register

PROGRAM = made.program()
TOKEN = PushToken("ab" * 32)


def _wicket() -> tuple[Wicket, FakeDevices, FakeQueue]:
    devices, queue = FakeDevices(), FakeQueue()
    programs = FakePrograms(PROGRAM)
    return (
        Wicket(cards=FakeLedger(), programs=programs, devices=devices, queue=queue),
        devices,
        queue,
    )


def _card(*, seq: int, changed_ago: timedelta) -> Card:
    card = made.card(PROGRAM, now=made.NOW - timedelta(days=1))
    return replace(card, seq=seq, version=seq + 1, updated_at=made.NOW - changed_ago)


def test_a_card_that_has_just_changed_is_told_again_though_it_was_told() -> None:
    wicket, devices, queue = _wicket()
    card = _card(seq=3, changed_ago=timedelta(seconds=5))
    devices.note_pushed(card.id, card.pass_version(PROGRAM))
    assert register(wicket, card, DeviceId("phone"), TOKEN, now=made.NOW)
    assert devices.pushed_version(card.id) == 0
    assert [told for told, _ in queue.sent] == [card.id]


@pytest.mark.parametrize(
    ("seq", "changed_ago"),
    [(0, timedelta(seconds=5)), (3, timedelta(hours=1))],
    ids=["a card without entries", "a card that has rested"],
)
def test_there_is_no_needless_push(seq: int, changed_ago: timedelta) -> None:
    wicket, _, queue = _wicket()
    card = _card(seq=seq, changed_ago=changed_ago)
    assert register(wicket, card, DeviceId("phone"), TOKEN, now=made.NOW)
    assert not queue.sent


def test_a_phone_that_is_known_is_not_told_again() -> None:
    wicket, devices, queue = _wicket()
    card = _card(seq=3, changed_ago=timedelta(seconds=5))
    devices.register(made.registration(card, device="phone", token=TOKEN))
    assert not register(wicket, card, DeviceId("phone"), TOKEN, now=made.NOW)
    assert not queue.sent


def test_of_a_flood_of_phones_the_newest_stay() -> None:
    wicket, devices, _ = _wicket()
    card = _card(seq=0, changed_ago=timedelta(hours=1))
    google = google_device(card.id)
    devices.register(made.registration(card, device=google, token=TOKEN))
    for n in range(DEVICES_MAX + 5):
        now = made.NOW + timedelta(seconds=n)
        assert register(wicket, card, DeviceId(f"phone{n}"), TOKEN, now=now)
    assert not register(wicket, card, DeviceId("phone5"), TOKEN, now=made.NOW)
    standing = {each.device_id for each in devices.devices_of(card.id)}
    assert standing == {google, *(f"phone{n}" for n in range(5, DEVICES_MAX + 5))}
