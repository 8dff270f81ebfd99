"""The push queue in SQS: FIFO, one group a card, so that a bad message blocks no other card's."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from wallet.clients.aws import client
from wallet.domain.ids import CardId, is_id

_BATCH_MAX = 10


class SqsPushQueue:
    """The PushQueue port."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, cards: Mapping[CardId, str]) -> Sequence[CardId]:
        """Queues each card under its deduplication id; returns those that could not be queued."""
        left: list[CardId] = []
        pairs = iter(cards.items())
        while batch := list(islice(pairs, _BATCH_MAX)):
            entries = [
                {
                    "Id": str(place),
                    "MessageBody": json.dumps({"card": card_id}),
                    "MessageGroupId": card_id,
                    "MessageDeduplicationId": dedup,
                }
                for place, (card_id, dedup) in enumerate(batch)
            ]
            answer = client("sqs").send_message_batch(QueueUrl=self._url, Entries=entries)
            left += [batch[int(fault["Id"])][0] for fault in answer.get("Failed", [])]
        return left

    def show_again(self, receipts: Mapping[str, int]) -> None:
        """Shows messages that failed again after so many seconds, by receipt handle.

        Without this they would stay hidden for the queue's visibility timeout, which is for
        workers that died. A receipt that is no longer valid is one that shows again by itself.
        """
        pairs = iter(receipts.items())
        while batch := list(islice(pairs, _BATCH_MAX)):
            entries = [
                {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
                for place, (receipt, seconds) in enumerate(batch)
            ]
            client("sqs").change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


class SqsDeadLetters:
    """The DeadLetters port."""

    def __init__(self, url: str) -> None:
        self._url = url

    def take(self) -> Iterator[CardId]:
        """Each card.

        Its message is removed once the next is asked for, so that a fault loses none. A message
        that names no card stays, for a person to read.
        """
        while messages := self._receive():
            for message in messages:
                card_id = read_message(message["Body"])
                if card_id is None:
                    continue
                yield card_id
                client("sqs").delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )

    def _receive(self) -> list[dict[str, Any]]:
        answer = client("sqs").receive_message(QueueUrl=self._url, MaxNumberOfMessages=_BATCH_MAX)
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages


def read_message(body: str) -> CardId | None:
    """The card that a message names; None for a message that is not ours."""
    try:
        card_id = json.loads(body)["card"]
    except (ValueError, KeyError, TypeError):
        return None
    return CardId(card_id) if isinstance(card_id, str) and is_id(card_id) else None
