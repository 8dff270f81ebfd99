"""What a phone asks of the PassKit web service, on our books: register, list, fetch, unregister.

A wrong token and an unknown serial number get the same answer, so that nobody learns which cards
exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wallet.apple.webservice import changed_since, is_unmodified, write_tag
from wallet.domain.cards import Card
from wallet.domain.errors import UnauthenticatedError
from wallet.domain.ids import CardId, DeviceId, PushToken, is_id
from wallet.domain.programs import Program
from wallet.domain.times import cut
from wallet.domain.tokens import apple_token, same
from wallet.google.ids import is_google
from wallet.services.phones import Devices, PushQueue, Registration
from wallet.services.ports import Heads, Programs

# How long a person may look at a pass before adding it.
_DOWNLOAD_MAX = timedelta(minutes=30)
# A person has a few phones. With more than so many on a card the longest registered one goes, so
# that nobody makes one stamp into thousands of pushes.
DEVICES_MAX = 100


class CardReader(Heads, Protocol):
    """Heads, one or many."""

    def head(self, card_id: CardId) -> Card | None:
        """The newest head, strongly consistent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wicket:
    """What the web service needs."""

    cards: CardReader
    programs: Programs
    devices: Devices
    queue: PushQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The serial numbers that changed, and the tag to ask with next time."""

    serials: Sequence[str]
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A card that its holder's token has opened, its program, and when its pass last changed."""

    card: Card
    program: Program
    modified: int


def open_card(wicket: Wicket, serial: str, token: str, *, now: datetime) -> Holding:
    """The card of a serial number. Raises UnauthenticatedError unless the token is its own."""
    card = wicket.cards.head(CardId(serial)) if is_id(serial) else None
    if card is None or not same(token, apple_token(card.secret)):
        raise UnauthenticatedError("ApplePass")
    return holding(wicket.programs, card, now)


def holding(programs: Programs, card: Card, now: datetime) -> Holding:
    """The card with the version of its program that is in force."""
    # Not the cached version: to hand out an older design after a newer one would be to lose it.
    program = programs.in_force(card.program_id, now)
    if program is None:
        raise UnauthenticatedError("ApplePass")
    return Holding(card=card, program=program, modified=card.pass_modified(program))


def register(
    wicket: Wicket, card: Card, device_id: DeviceId, push_token: PushToken, *, now: datetime
) -> bool:
    """Registers the phone for the card, with its newest push token; True if it is new.

    A card that has just changed may have changed between the phone's download and this call, when
    there was nobody to tell. So it is told once more.

    Of more than DEVICES_MAX phones the newest stay.
    """
    new = wicket.devices.register(
        Registration(
            device_id=device_id, card_id=card.id, push_token=push_token, registered_at=cut(now)
        )
    )
    if new:
        _make_room(wicket.devices, card.id)
    if new and card.seq and now - card.updated_at < _DOWNLOAD_MAX:
        wicket.devices.forget_pushed(card.id)
        wicket.queue.send({card.id: f"{card.id}-new-{int(now.timestamp())}"})
    return new


def _make_room(devices: Devices, card_id: CardId) -> None:
    phones = [each for each in devices.devices_of(card_id) if not is_google(each.device_id)]
    oldest_first = sorted(phones, key=lambda each: each.registered_at)
    for each in oldest_first[:-DEVICES_MAX]:
        devices.unregister(each.device_id, card_id)


def list_changed(
    wicket: Wicket, device_id: DeviceId, tag: str | None, *, now: datetime
) -> Changed | None:
    """What changed for a phone since the tag; None if nothing did.

    The tag stands for the versions that this very answer tells of: whatever is written later
    differs from it.
    """
    heads = wicket.cards.heads(wicket.devices.cards_of(device_id))
    versions = {}
    for card in heads.values():
        program = wicket.programs.in_force(card.program_id, now)
        if program:
            versions[card.serial] = card.pass_version(program)
    serials = changed_since(tag, versions)
    return Changed(serials=serials, tag=write_tag(versions)) if serials else None


def is_current(held: Holding, if_modified_since: str | None) -> bool:
    """Whether the phone has the newest version already."""
    return is_unmodified(if_modified_since, held.modified)
