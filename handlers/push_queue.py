"""The push queue: cards whose phones are to be told."""

from chalice.app import Blueprint, SQSEvent

from wallet import runtime
from wallet.telemetry import observed

triggers = Blueprint(__name__)

# The template puts the queue itself in this place.
QUEUE = "push.fifo"


@triggers.on_sqs_message(queue=QUEUE, batch_size=10)
@observed("push_passes")
def push_passes(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    """Tells the phones of each card.

    The messages of cards that must be tried again are given back.
    """
    from wallet.clients.queue import read_message
    from wallet.services.refresh_passes import refresh_passes

    messages = {record.to_dict()["messageId"]: read_message(record.body) for record in event}
    failed = set(refresh_passes(runtime.messenger(), filter(None, messages.values())))
    return {
        "batchItemFailures": [
            {"itemIdentifier": message}
            for message, card_id in messages.items()
            if card_id in failed
        ]
    }
