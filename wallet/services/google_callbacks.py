"""What Google tells of a card: it was saved, or taken away.

Google tells it at least once, and in any order. A repetition may come after the holder has thought
better of it, so each nonce counts once.
"""

from dataclasses import dataclass
from datetime import datetime

from wallet.domain.cards import Card
from wallet.domain.ids import PushToken
from wallet.google.callback import Callback
from wallet.google.ids import google_device
from wallet.services.passkit import CardReader
from wallet.services.phones import Devices, PushQueue, Registration
from wallet.services.sessions import Edge, Kept, digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchboard:
    """What following a callback needs."""

    cards: CardReader
    devices: Devices
    queue: PushQueue
    edge: Edge


def follow_callback(board: Switchboard, told: Callback, *, now: datetime) -> None:
    """Tells Google of the card's changes from now on, or no longer. Once for a nonce."""
    nonce = digest_of(told.nonce)
    key = f"G#{nonce}"
    kept = board.edge.get(key)
    if kept and kept.expires_at > now:
        return
    card = board.cards.head(told.card_id)
    if card is None or card.program_id != told.program_id:
        return
    if told.event == "save":
        _saved(board, card, nonce, now=now)
    else:
        board.devices.unregister(google_device(card.id), card.id)
    # Noted last: a call that broke on its way may come again.
    board.edge.put(key, Kept(owner=card.merchant_id, data={}, expires_at=told.expires_at))


def google_registration(card: Card, now: datetime) -> Registration:
    """Google, as one of the devices that hear of a card's changes."""
    return Registration(
        device_id=google_device(card.id),
        card_id=card.id,
        push_token=PushToken("google"),
        registered_at=now,
    )


def _saved(board: Switchboard, card: Card, nonce: str, *, now: datetime) -> None:
    """Our own link has registered the card by now. Else it was put back without us, by an old link
    perhaps, and Google has missed what changed since it was taken away.
    """
    if board.devices.register(google_registration(card, now)):
        board.devices.forget_pushed(card.id)
        board.queue.send({card.id: f"{card.id}-saved-{nonce[:32]}"})
