"""The stream of the core table, which is the outbox: a commit and its stream record are one.

Filters stand before the two functions (infra/resources.json): changed heads for the one, new
entries and changed heads for the other. A third would be one more than a stream bears.
"""

from typing import TYPE_CHECKING

from chalice.app import Blueprint, DynamoDBEvent, DynamoDBRecord

from wallet import runtime
from wallet.domain.ids import CardId
from wallet.telemetry import observed

if TYPE_CHECKING:
    from wallet.services.note_dues import Turn

# The template puts the table's own stream in this place.
STREAM = "arn:aws:dynamodb:eu-central-1:0:table/c/stream/s"

triggers = Blueprint(__name__)


@triggers.on_dynamodb_record(stream_arn=STREAM, batch_size=100)
@observed("queue_pushes")
def queue_pushes(event: DynamoDBEvent) -> None:
    """Sends one message for each card whose head has changed: its newest version in this batch."""
    newest = {}
    for record in event:
        card_id = _card(record, "H")
        if card_id:
            newest[card_id] = f"{card_id}-{record.new_image['v']['N']}"
    left = runtime.push_queue().send(newest)
    if left:
        raise RuntimeError(f"{len(left)} cards could not be queued; the batch comes again")


@triggers.on_dynamodb_record(stream_arn=STREAM, batch_size=100)
@observed("fold_statistics")
def fold_statistics(event: DynamoDBEvent) -> None:
    """Notes when to look at each changed card again, and follows up what is new on each."""
    from wallet.services.follow_up import follow_up
    from wallet.services.note_dues import note_dues

    records = list(event)
    turns = [_turn(record) for record in records if _card(record, "H")]
    if turns:
        note_dues(runtime.agenda(), runtime.programs(), turns, now=runtime.now())
    cards = dict.fromkeys(filter(None, (_card(record, "L#") for record in records)))
    follow_up(runtime.books(), runtime.statistics(), cards, now=runtime.now())


def _turn(record: DynamoDBRecord) -> "Turn":
    """The head before and after a change."""
    from wallet.storage.ledger_rows import image_to_card

    before = image_to_card(record.old_image) if record.old_image else None
    return before, image_to_card(record.new_image)


def _card(record: DynamoDBRecord, sort_key: str) -> CardId | None:
    """The card of a record whose sort key begins so; None for others and for deletions."""
    keys = record.keys
    pk, sk = keys["pk"]["S"], keys["sk"]["S"]
    if not pk.startswith("C#") or not sk.startswith(sort_key) or not record.new_image:
        return None
    return CardId(pk.removeprefix("C#"))
