"""Cards that were saved to Google Wallet are brought there like those on Apple's phones."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from tests.wallet.services.test_refresh_passes import PROGRAM, Street, token_of
from wallet.domain.cards import Card
from wallet.domain.ids import PushToken
from wallet.domain.programs import Program
from wallet.google.ids import google_device
from wallet.services.phones import Registration, Shown
from wallet.services.refresh_passes import Messenger, refresh_passes


@dataclass
class FakeGoogleWallet:
    """The GoogleWallet port."""

    outcome: Shown = field(default_factory=lambda: Shown("delivered"))
    shown: list[tuple[str, int]] = field(default_factory=list)

    def show(self, cards: Sequence[tuple[Card, Program]]) -> Sequence[Shown]:
        self.shown += [(card.id, card.state.stamps) for card, _ in cards]
        return [self.outcome] * len(cards)


class GoogleStreet(Street):
    """The street, with Google at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.google = FakeGoogleWallet()

    def messenger(self) -> Messenger:
        return replace(super().messenger(), google=self.google)

    def saved(self, *phones: str) -> Card:
        card = self.card(*phones)
        self.devices.register(
            Registration(
                device_id=google_device(card.id),
                card_id=card.id,
                push_token=PushToken("google"),
                registered_at=card.created_at,
            )
        )
        return card


def test_a_card_on_both_is_told_to_both() -> None:
    street = GoogleStreet()
    card = street.saved("phone")
    assert refresh_passes(street.messenger(), [card.id]) == []
    assert street.google.shown == [(card.id, card.state.stamps)]
    assert street.pushes.told == [token_of("phone")]
    assert refresh_passes(street.messenger(), [card.id]) == []
    assert len(street.google.shown) == 1


def test_a_card_on_apple_s_phones_only_is_no_business_of_google_s() -> None:
    street = GoogleStreet()
    assert refresh_passes(street.messenger(), [street.card("phone").id]) == []
    assert street.google.shown == []


@pytest.mark.parametrize("outcome", [Shown("retry", "x"), Shown("rejected", "google: x")])
def test_what_google_did_not_take_is_tried_again(outcome: Shown) -> None:
    street = GoogleStreet()
    card = street.saved()
    street.google.outcome = outcome
    assert refresh_passes(street.messenger(), [card.id]) == [card.id]
    assert street.alarms == (["google: x"] if outcome.outcome == "rejected" else [])
    street.google.outcome = Shown("delivered")
    assert refresh_passes(street.messenger(), [card.id]) == []
    assert street.devices.pushed_version(card.id) == card.pass_version(PROGRAM)


def test_without_google_nobody_waits_for_it() -> None:
    street = GoogleStreet()
    card = street.saved()
    assert refresh_passes(Street.messenger(street), [card.id]) == []
