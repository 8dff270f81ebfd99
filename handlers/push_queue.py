"""The push queue: cards whose phones are to be told."""

from chalice.app import Blueprint, SQSEvent, SQSRecord

from wallet import runtime
from wallet.telemetry import observed

triggers = Blueprint(__name__)

# The template puts the queue itself in this place.
QUEUE = "push.fifo"


# After its first failure a message shows again in so many seconds, then in twice as many, …
_AGAIN_SECONDS_FIRST = 2
_AGAIN_SECONDS_MAX = 20


@triggers.on_sqs_message(queue=QUEUE, batch_size=10)
@observed("push_passes")
def push_passes(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    """Tells the phones of each card; messages of cards that must be tried again are given back."""
    from wallet.clients.queue import read_message
    from wallet.services.refresh_passes import refresh_passes

    messages = [(record, read_message(record.body)) for record in event]
    cards = filter(None, (card_id for _, card_id in messages))
    failed = set(refresh_passes(runtime.messenger(), cards))
    left = [record for record, card_id in messages if card_id in failed]
    runtime.push_queue().show_again({record.receipt_handle: _seconds(record) for record in left})
    identifiers = [record.to_dict()["messageId"] for record in left]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in identifiers]}


def _seconds(record: SQSRecord) -> int:
    received = int(record.to_dict()["attributes"]["ApproximateReceiveCount"])
    return min(_AGAIN_SECONDS_FIRST << (received - 1), _AGAIN_SECONDS_MAX)
