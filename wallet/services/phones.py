"""What telling phones needs from outside: who listens, and the ways to reach them.

Apart from `ports.py`, so that a function that tells nobody does not load it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from wallet.domain.cards import Card
from wallet.domain.ids import CardId, DeviceId, PushToken
from wallet.domain.programs import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A device that wants to hear of a card's changes."""

    device_id: DeviceId
    card_id: CardId
    push_token: PushToken
    registered_at: datetime


class Devices(Protocol):
    """Phones registered with the PassKit web service."""

    def register(self, registration: Registration) -> bool:
        """Keeps it, with its newest push token; says whether it is new."""

    def unregister(self, device_id: DeviceId, card_id: CardId) -> None:
        """Forgets it; nothing happens if it is unknown."""

    def cards_of(self, device_id: DeviceId) -> Sequence[CardId]:
        """The cards that a device is registered for, strongly consistent."""

    def devices_of(self, card_id: CardId) -> Sequence[Registration]:
        """The devices registered for a card, strongly consistent."""

    def pushed_version(self, card_id: CardId) -> int:
        """The newest pass version that all devices have been told of; 0 for none."""

    def note_pushed(self, card_id: CardId, version: int) -> None:
        """Raises the pushed version; never lowers it."""

    def forget_pushed(self, card_id: CardId) -> None:
        """Takes the pushed version away: the next message tells all devices again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one push."""

    registration: Registration
    outcome: Literal["delivered", "gone", "retry", "rejected"]
    reason: str = ""
    gone_since: datetime | None = None


class Pushes(Protocol):
    """Tells phones that something changed. Never raises for what the network or Apple does."""

    def tell(self, registrations: Sequence[Registration]) -> Sequence[Told]:
        """Sends one push to each."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of a card at Google."""

    outcome: Literal["delivered", "retry", "rejected"]
    reason: str = ""


class GoogleWallet(Protocol):
    """Brings cards to Google Wallet. Never raises for what the network or Google does."""

    def show(self, cards: Sequence[tuple[Card, Program]]) -> Sequence[Shown]:
        """Brings each card there as it stands; what became of each, in the same order."""


class PushQueue(Protocol):
    """Messages to the push worker, one group a card, so that a card's pushes keep their order."""

    def send(self, cards: Mapping[CardId, str]) -> Sequence[CardId]:
        """Queues each card under a deduplication id; returns those that could not be queued."""
