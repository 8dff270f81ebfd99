"""A queue, handed to a function as Lambda hands it over.

What the function does not report as failed is deleted; the rest shows itself again after the
queue's visibility timeout, and goes to the dead letters when the queue says so.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from infra.local.poller import Context, Handler

log = logging.getLogger(__name__)

BATCH = 10
WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def lambda_record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """A message of ReceiveMessage as it stands in a Lambda event."""
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: _attribute(value) for name, value in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stringValue": value.get("StringValue"),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }


class Queue:
    """One function's view of one queue."""

    def __init__(self, *, client: Any, url: str, name: str, handler: Handler) -> None:
        self._client, self._url = client, url
        self._name, self._handler = name, handler
        wanted = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        self._arn = wanted["Attributes"]["QueueArn"]

    def poll(self) -> bool:
        """Hand over at most one batch. True if there was one. What the function raises goes on."""
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=BATCH,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if messages:
            self._hand_over([lambda_record(message, self._arn) for message in messages])
        return bool(messages)

    def drained(self) -> bool:
        """Whether the queue holds nothing, seen or unseen."""
        get = self._client.get_queue_attributes
        counts = get(QueueUrl=self._url, AttributeNames=list(WAITING))["Attributes"]
        return not any(int(counts.get(name, "0")) for name in WAITING)

    def _hand_over(self, records: list[dict[str, Any]]) -> None:
        answer = self._handler({"Records": records}, Context(function_name=self._name))
        failed = _failed(records, answer)
        if failed:
            log.warning("%s: %d of %d messages failed", self._name, len(failed), len(records))
        self._delete([record for record in records if record["messageId"] not in failed])

    def _delete(self, records: Sequence[Mapping[str, Any]]) -> None:
        if not records:
            return
        handles = [record["receiptHandle"] for record in records]
        entries = [{"Id": str(i), "ReceiptHandle": handle} for i, handle in enumerate(handles)]
        answer = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
        for failure in answer.get("Failed", []):
            log.warning("%s: a message was not deleted: %s", self._name, failure["Code"])


def _failed(records: Sequence[Mapping[str, Any]], answer: object) -> set[str]:
    """The ids that the function reports as failed. One that nobody knows: all failed.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    named = {failure["itemIdentifier"] for failure in failures or ()}
    known = {record["messageId"] for record in records}
    if not named <= known:
        return known
    return named
