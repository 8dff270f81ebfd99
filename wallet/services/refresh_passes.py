"""Tells phones that cards have changed: the end of the path that begins with a commit.

Idempotent at every step: whatever a killed worker did or did not do, the message comes again, and
the pushed version, raised last, says whether anything is left. Only the newest state is ever told,
so an older one cannot follow it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wallet.domain.cards import Card
from wallet.domain.ids import CardId
from wallet.domain.programs import Program
from wallet.google.ids import is_google
from wallet.services.phones import Devices, GoogleWallet, Pushes, Registration, Told
from wallet.services.ports import Clock, Heads, Programs

# A burst of changes makes one push: a card is left to settle for a moment, but never for long.
QUIET = timedelta(milliseconds=120)
QUIET_MAX = timedelta(milliseconds=600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger:
    """What telling needs. `alarm` is given what only a person can mend."""

    heads: Heads
    programs: Programs
    devices: Devices
    pushes: Pushes
    clock: Clock
    pause: Callable[[float], None]
    alarm: Callable[[str], None]
    google: GoogleWallet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A card whose wallets have not heard of its newest version."""

    card: Card
    program: Program

    @property
    def version(self) -> int:
        return self.card.pass_version(self.program)


def refresh_passes(messenger: Messenger, card_ids: Iterable[CardId]) -> Sequence[CardId]:
    """Tells the phones of each card that its pass has changed.

    Returns the cards that must be tried again.
    """
    due = _due(messenger, _settled(messenger, card_ids))
    everyone = {card_id: messenger.devices.devices_of(card_id) for card_id in due}
    registrations = {
        card_id: [each for each in group if not is_google(each.device_id)]
        for card_id, group in everyone.items()
    }
    told = messenger.pushes.tell(_one_a_phone(registrations))
    outcomes = {each.registration.push_token: each for each in told}
    on_google = [
        card_id for card_id, group in everyone.items() if len(group) > len(registrations[card_id])
    ]
    unshown = _show_on_google(messenger, [due[card_id] for card_id in on_google])
    failed = []
    for card_id, each_due in due.items():
        results = [outcomes[each.push_token] for each in registrations[card_id]]
        settled = [_settle(messenger, card_id, result) for result in results]
        if (
            not all(settled)
            or card_id in unshown
            or not _note(messenger, each_due, registrations[card_id])
        ):
            failed.append(card_id)
    return failed


def _note(messenger: Messenger, due: _Due, told: Sequence[Registration]) -> bool:
    """Notes that all phones know; False if one came meanwhile, or took a new token.

    Whoever registers forgets the note after that. So a phone is either seen here, or is told by
    the message that it sends itself. Google needs none: a card is brought there as it is saved.
    """
    devices, card_id = messenger.devices, due.card.id
    devices.note_pushed(card_id, due.version)
    known = {(each.device_id, each.push_token) for each in told}
    for each in devices.devices_of(card_id):
        if not is_google(each.device_id) and (each.device_id, each.push_token) not in known:
            devices.forget_pushed(card_id)
            return False
    return True


def _show_on_google(messenger: Messenger, due: Sequence[_Due]) -> set[CardId]:
    """Brings the cards to Google Wallet; returns those that must be tried again."""
    if messenger.google is None or not due:
        return set()
    shown = messenger.google.show([(each.card, each.program) for each in due])
    for each in shown:
        if each.outcome == "rejected":
            messenger.alarm(each.reason)
    return {
        each.card.id
        for each, result in zip(due, shown, strict=True)
        if result.outcome != "delivered"
    }


def _settled(messenger: Messenger, card_ids: Iterable[CardId]) -> Mapping[CardId, Card]:
    """The newest heads, once they have been quiet for a moment, or noisy for too long."""
    card_ids = tuple(dict.fromkeys(card_ids))
    waited = timedelta()
    while True:
        heads = messenger.heads.heads(card_ids)
        now = messenger.clock()
        newest = max((card.updated_at for card in heads.values()), default=now - QUIET)
        # A head from the future (a clock moved back) is not waited for.
        unquiet = QUIET - (now - newest) if newest <= now else timedelta()
        if unquiet <= timedelta() or waited >= QUIET_MAX:
            return heads
        waited += unquiet
        messenger.pause(unquiet.total_seconds())


def _due(messenger: Messenger, heads: Mapping[CardId, Card]) -> dict[CardId, _Due]:
    """The cards whose phones have not been told of the newest version."""
    due = {}
    for card_id, card in heads.items():
        program = messenger.programs.current(card.program_id, messenger.clock())
        if program is None:
            continue
        newest = _Due(card=card, program=program)
        if messenger.devices.pushed_version(card_id) < newest.version:
            due[card_id] = newest
    return due


def _one_a_phone(
    registrations: Mapping[CardId, Sequence[Registration]],
) -> Sequence[Registration]:
    """One registration for each push token.

    A phone with two changed cards asks for both after one push.
    """
    everyone = (each for group in registrations.values() for each in group)
    return list({each.push_token: each for each in everyone}.values())


def _settle(messenger: Messenger, card_id: CardId, told: Told) -> bool:
    """Acts on what became of a push to a card's phone; whether nothing is left to do."""
    if told.outcome == "gone":
        _forget(messenger, card_id, told)
    if told.outcome == "rejected":
        messenger.alarm(told.reason)
    return told.outcome in ("delivered", "gone")


def _forget(messenger: Messenger, card_id: CardId, told: Told) -> None:
    """Drops the registrations of a dead push token, but for those made after it died."""
    for each in messenger.devices.devices_of(card_id):
        if each.push_token != told.registration.push_token:
            continue
        if not _registered_since(each.registered_at, told.gone_since):
            messenger.devices.unregister(each.device_id, card_id)


def _registered_since(registered_at: datetime, gone_since: datetime | None) -> bool:
    return gone_since is not None and registered_at > gone_since
