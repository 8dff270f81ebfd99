"""Phones are told of the newest state: once for a burst, again until it is sure, never of less."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import pytest

from tests.wallet.services import made
from tests.wallet.services.fakes import FakeDevices, FakeLedger, FakePrograms, FakePushes, Time
from wallet.domain.cards import Card
from wallet.domain.ids import CardId, PushToken
from wallet.domain.programs import Program
from wallet.services.phones import Registration, Told
from wallet.services.refresh_passes import QUIET, QUIET_MAX, Messenger, refresh_passes

LONG_AGO = made.NOW - timedelta(minutes=5)
PROGRAM = made.program()


class Street:
    """Cards, phones that hold them, and the messenger between."""

    def __init__(self) -> None:
        self.ledger, self.devices, self.pushes = FakeLedger(), FakeDevices(), FakePushes()
        self.programs = FakePrograms(PROGRAM)
        self.time = Time(made.NOW)
        self.alarms: list[str] = []
        self.during_pause: Callable[[], object] = lambda: None

    def messenger(self) -> Messenger:
        return Messenger(
            heads=self.ledger,
            programs=self.programs,
            devices=self.devices,
            pushes=self.pushes,
            clock=self.time,
            pause=self._pause,
            alarm=self.alarms.append,
        )

    def _pause(self, seconds: float) -> None:
        self.time.pause(seconds)
        self.during_pause()

    def card(self, *phones: str) -> Card:
        card = made.card(PROGRAM, now=LONG_AGO)
        self.ledger.put(card)
        for phone in phones:
            self.devices.register(made.registration(card, device=phone, token=token_of(phone)))
        return card

    def change(self, card: Card) -> Card:
        """One more change of the card, now."""
        head = self.ledger.head(card.id)
        assert head is not None
        commit = made.change(PROGRAM, head, f"{head.seq}", now=self.time.now)
        assert self.ledger.append(commit) == "written"
        return commit.after

    def refresh(self, *cards: Card) -> Sequence[CardId]:
        return refresh_passes(self.messenger(), [card.id for card in cards])

    def pushed(self, card: Card) -> int:
        return self.devices.pushed_version(card.id)


@pytest.fixture
def street() -> Street:
    return Street()


def token_of(phone: str) -> str:
    return phone.ljust(64, "0")


def version(card: Card, program: Program = PROGRAM) -> int:
    return card.pass_version(program)


def test_every_phone_of_a_card_is_told_once(street: Street) -> None:
    card = street.card("ann", "bob")
    assert list(street.refresh(card)) == []
    assert sorted(street.pushes.told) == [token_of("ann"), token_of("bob")]
    assert street.pushed(card) == version(card)


def test_what_phones_know_is_not_told_again(street: Street) -> None:
    card = street.card("ann")
    street.refresh(card)
    street.refresh(card, card)
    assert len(street.pushes.told) == 1


def test_a_phone_with_two_changed_cards_gets_one_push(street: Street) -> None:
    first, second = street.card("ann"), street.card("ann", "bob")
    street.refresh(first, second)
    assert sorted(street.pushes.told) == [token_of("ann"), token_of("bob")]
    assert street.pushed(first) == version(first)
    assert street.pushed(second) == version(second)


def test_a_card_without_phones_is_done_at_once(street: Street) -> None:
    card = street.card()
    assert list(street.refresh(card)) == []
    assert street.pushes.calls == 0


def test_what_is_not_there_is_passed_over(street: Street) -> None:
    card = made.card(made.program())
    assert list(street.refresh(card)) == []
    street.ledger.put(card)
    assert list(street.refresh(card)) == []
    assert street.pushes.told == []


def test_a_burst_makes_one_push_of_its_last_state(street: Street) -> None:
    card = street.card("ann")
    left = [lambda: street.change(card)] * 4
    street.during_pause = lambda: left and left.pop()()
    street.change(card)
    street.refresh(card)
    assert street.pushes.told == [token_of("ann")]
    newest = street.ledger.head(card.id)
    assert newest is not None
    assert newest.seq == 5
    assert street.pushed(card) == version(newest)
    # The messages of the other changes come too, and find nothing left to do.
    street.refresh(card)
    assert len(street.pushes.told) == 1


def test_a_card_that_never_rests_is_told_all_the_same(street: Street) -> None:
    card = street.card("ann")
    street.during_pause = lambda: street.change(card)
    street.change(card)
    street.refresh(card)
    assert street.pushes.told == [token_of("ann")]
    assert QUIET_MAX.total_seconds() <= sum(street.time.pauses)
    assert sum(street.time.pauses) <= (QUIET_MAX + QUIET).total_seconds()


def test_a_card_that_rests_is_told_without_a_pause(street: Street) -> None:
    street.refresh(street.card("ann"))
    assert street.time.pauses == []


def test_a_head_from_the_future_is_not_waited_for(street: Street) -> None:
    card = street.card("ann")
    street.time.now += timedelta(days=1)
    street.change(card)
    street.time.now -= timedelta(days=1)
    street.refresh(card)
    assert street.time.pauses == []
    assert len(street.pushes.told) == 1


def test_a_change_during_the_push_is_pushed_next(street: Street) -> None:
    card = street.card("ann")
    street.pushes = ChangesMeanwhile(lambda: street.change(card))
    street.refresh(card)
    assert street.pushed(card) == version(card)
    street.time.now += QUIET
    street.refresh(card)
    assert len(street.pushes.told) == 2
    assert street.pushed(card) > version(card)


class ChangesMeanwhile(FakePushes):
    """The card changes while the push is on its way."""

    def __init__(self, change: Callable[[], object]) -> None:
        super().__init__()
        self._change = change

    def tell(self, registrations: Sequence[Registration]) -> Sequence[Told]:
        self._change()
        return super().tell(registrations)


def test_a_slow_worker_does_not_lower_what_a_fast_one_noted(street: Street) -> None:
    card = street.card("ann")
    street.devices.note_pushed(card.id, version(card) + 5)
    street.refresh(card)
    assert street.pushed(card) == version(card) + 5
    assert street.pushes.told == []


def test_an_edit_of_the_design_is_told_with_the_next_message(street: Street) -> None:
    card = street.card("ann")
    street.refresh(card)
    edited = made.next_version(PROGRAM, design_version=2)
    street.programs = FakePrograms(PROGRAM, edited)
    street.refresh(card)
    assert len(street.pushes.told) == 2
    assert street.pushed(card) == version(card, edited)


def test_a_worker_that_sees_an_older_design_still_tells_of_a_change(street: Street) -> None:
    """Which version is in force may be a minute old in one process and new in another."""
    card = street.card("ann")
    edited = made.next_version(PROGRAM, design_version=2)
    street.programs = FakePrograms(PROGRAM, edited)
    street.refresh(card)
    street.programs = FakePrograms(PROGRAM)
    street.change(card)
    street.time.now += QUIET
    street.refresh(card)
    assert len(street.pushes.told) == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a push came to, and what must follow."""

    outcome: Literal["delivered", "gone", "retry", "rejected"]
    reason: str = ""
    gone_since: datetime | None = None
    again: bool = False
    registered: bool = True
    alarms: tuple[str, ...] = ()


CASES = {
    "delivered": Case(outcome="delivered"),
    "to be tried again": Case(outcome="retry", reason="ServiceUnavailable", again=True),
    "refused": Case(outcome="rejected", reason="BadTopic", again=True, alarms=("BadTopic",)),
    "gone": Case(outcome="gone", registered=False),
    "gone since": Case(outcome="gone", gone_since=made.NOW + made.SECOND, registered=False),
    "gone before it registered": Case(outcome="gone", gone_since=made.NOW - made.SECOND),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_becomes_of_a_push(street: Street, case: Case) -> None:
    card, other = street.card("ann"), street.card("bob")
    (ann,) = street.devices.devices_of(card.id)
    told = Told(ann, case.outcome, case.reason, case.gone_since)
    street.pushes.answers[ann.push_token] = told
    assert list(street.refresh(card, other)) == ([card.id] if case.again else [])
    assert street.pushed(card) == (0 if case.again else version(card))
    assert street.pushed(other) == version(other)
    assert street.devices.devices_of(card.id) == ([ann] if case.registered else [])
    assert street.alarms == list(case.alarms)


def test_one_phone_to_be_tried_again_keeps_its_card_waiting(street: Street) -> None:
    card = street.card("ann", "bob")
    ann, bob = street.devices.devices_of(card.id)
    street.pushes.answers[ann.push_token] = Told(ann, "retry")
    assert list(street.refresh(card)) == [card.id]
    street.pushes.answers.clear()
    assert list(street.refresh(card)) == []
    assert street.pushes.told.count(bob.push_token) == 2


def test_a_dead_phone_is_forgotten_for_all_its_cards(street: Street) -> None:
    first, second = street.card("ann"), street.card("ann")
    (ann,) = street.devices.devices_of(first.id)
    street.pushes.answers[ann.push_token] = Told(ann, "gone")
    street.refresh(first, second)
    assert list(street.devices.cards_of(ann.device_id)) == []


def test_a_phone_with_a_new_token_is_told_of_what_its_old_one_missed(street: Street) -> None:
    card = street.card("ann")
    (ann,) = street.devices.devices_of(card.id)
    anew = replace(ann, push_token=PushToken("f" * 64))
    street.pushes = ChangesMeanwhile(lambda: street.devices.register(anew))
    street.pushes.answers[ann.push_token] = Told(ann, "gone")
    assert list(street.refresh(card)) == [card.id]
    assert street.devices.devices_of(card.id) == [anew]
    assert list(street.refresh(card)) == []
    assert street.pushes.told == [ann.push_token, anew.push_token]
    assert street.pushed(card) == version(card)


@pytest.mark.parametrize("phones", [(), ("ann",)])
def test_a_phone_that_registers_during_the_push_is_told_too(
    street: Street, phones: tuple[str, ...]
) -> None:
    card = street.card(*phones)
    bob = made.registration(card, device="bob", token=token_of("bob"))
    street.pushes = ChangesMeanwhile(lambda: street.devices.register(bob))
    assert list(street.refresh(card)) == [card.id]
    assert list(street.refresh(card)) == []
    assert street.pushes.told[-1] == bob.push_token
