"""The push queue: cards whose phones are to be told."""

import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalice.app import Blueprint, SQSEvent, SQSRecord

from wallet import runtime
from wallet.domain.ids import CardId
from wallet.runtime import wallets
from wallet.telemetry import observed, write_line

if TYPE_CHECKING:
    from wallet.services.refresh_passes import Messenger

triggers = Blueprint(__name__)

# The template puts the queue itself in this place.
QUEUE = "push.fifo"


# After its first failure a message shows again in so many seconds, then in twice as many, …
_AGAIN_SECONDS_FIRST = 2
_AGAIN_SECONDS_MAX = 20


@triggers.on_sqs_message(queue=QUEUE, batch_size=10)
@observed("push_passes")
def push_passes(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    """Tells the phones of each card; messages of cards that must be tried again are given back.

    So are messages that we cannot read: nothing leaves the queue but for the dead letters unless
    it was done.
    """
    from wallet.clients.queue import read_message

    messages = [(record, read_message(record.body)) for record in event]
    cards = list(dict.fromkeys(card_id for _, card_id in messages if card_id))
    failed: set[CardId | None] = {None, *_left(wallets.messenger(), cards)}
    left = [record for record, card_id in messages if card_id in failed]
    if any(card_id is None for _, card_id in messages):
        write_line(function="push_passes", level="ERROR", error="a message names no card")
    runtime.push_queue().show_again({record.receipt_handle: _seconds(record) for record in left})
    identifiers = [record.to_dict()["messageId"] for record in left]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in identifiers]}


def _left(messenger: "Messenger", cards: Sequence[CardId]) -> Sequence[CardId]:
    """The cards that must be tried again.

    A card that breaks its batch must not break the others': then each is tried by itself.
    """
    from wallet.services.refresh_passes import refresh_passes

    try:
        return refresh_passes(messenger, cards)
    except Exception:  # noqa: BLE001  the outermost edge of a card
        if len(cards) == 1:
            error = traceback.format_exc(limit=12)
            write_line(function="push_passes", level="ERROR", card=cards[0][:6], error=error)
            return cards
    return [card_id for each in cards for card_id in _left(messenger, [each])]


def _seconds(record: SQSRecord) -> int:
    received = int(record.to_dict()["attributes"]["ApproximateReceiveCount"])
    return min(_AGAIN_SECONDS_FIRST << (received - 1), _AGAIN_SECONDS_MAX)
