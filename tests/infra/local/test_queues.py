"""A queue as it reaches a function."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.queues import Queue
from tests.infra.local.aws import Aws

EVENTS = Path(__file__).parents[2] / "events"


def _bodies(records: list[Any]) -> list[str]:
    return [record["body"] for record in records]


def test_a_message_has_the_shape_that_lambda_gives_it(aws: Aws) -> None:
    queue = aws.queue()
    aws.sqs.send_message(
        QueueUrl=queue,
        MessageBody="{}",
        MessageGroupId="C1",
        MessageDeduplicationId="C1.7",
        MessageAttributes={"trace": {"DataType": "String", "StringValue": "abc"}},
    )
    events: list[Any] = []
    assert Queue(
        client=aws.sqs, url=queue, name="push", handler=lambda event, _: events.append(event)
    ).poll()
    ((record,),) = [event["Records"] for event in events]
    assert record["body"] == "{}"
    assert record["messageId"]
    assert record["receiptHandle"]
    assert record["md5OfBody"] == "99914b932bd37a50b983c5e7c90ae93b"
    assert (record["eventSource"], record["awsRegion"]) == ("aws:sqs", "eu-central-1")
    assert record["eventSourceARN"] == aws.arn(queue)
    assert record["messageAttributes"]["trace"] == {
        "stringValue": "abc",
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": "String",
    }
    attributes = record["attributes"]
    assert attributes["ApproximateReceiveCount"] == "1"
    assert attributes["MessageGroupId"] == "C1"
    assert attributes["MessageDeduplicationId"] == "C1.7"
    assert attributes["SentTimestamp"].isdigit()
    assert attributes["SequenceNumber"].isdigit()
    recorded = json.loads((EVENTS / "queue_pushes.json").read_text())["Records"][0]
    assert recorded.keys() == record.keys()
    assert recorded["attributes"].keys() == attributes.keys()


def test_what_was_handled_is_deleted_and_ten_come_at_once(aws: Aws) -> None:
    url = aws.queue()
    for number in range(12):
        aws.send(url, f"{number}", group=f"{number % 3}")
    batches: list[list[str]] = []
    queue = Queue(
        client=aws.sqs,
        url=url,
        name="push",
        handler=lambda event, _: batches.append(_bodies(event["Records"])),
    )
    assert not queue.drained()
    assert [queue.poll() for _ in range(3)] == [True, True, False]
    assert batches == [[str(n) for n in range(10)], ["10", "11"]]
    assert queue.drained()


@pytest.mark.parametrize(
    ("named", "again"),
    [
        (["0"], {"0"}),
        (["0", "2"], {"0", "2"}),
        ([], set()),
        (["nobody"], {"0", "1", "2"}),
    ],
)
def test_what_is_named_as_failed_comes_again(aws: Aws, named: list[str], again: set[str]) -> None:
    url = aws.queue(VisibilityTimeout="0")
    for number in range(3):
        aws.send(url, f"{number}", group=f"{number}")

    def handler(event: Any, _: Any) -> Any:
        ids = {record["body"]: record["messageId"] for record in event["Records"]}
        return {"batchItemFailures": [{"itemIdentifier": ids.get(n, n)} for n in named]}

    queue = Queue(client=aws.sqs, url=url, name="push", handler=handler)
    assert queue.poll()
    assert {message["Body"] for message in aws.receive(url)} == again
    assert queue.drained() == (not again)


def test_a_function_that_raises_deletes_nothing(aws: Aws) -> None:
    url = aws.queue()
    aws.send(url, "kept")

    def handler(_event: Any, _context: Any) -> None:
        raise RuntimeError("not now")

    queue = Queue(client=aws.sqs, url=url, name="push", handler=handler)
    with pytest.raises(RuntimeError):
        queue.poll()
    assert not queue.poll()  # hidden until the queue's time for it is over
    assert not queue.drained()
