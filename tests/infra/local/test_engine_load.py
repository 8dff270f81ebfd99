"""What the engine keeps when there is much of it: records nobody has read yet, long queues."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from infra.local.engine import Engine
from tests.infra.local.aws import Aws

# More records than the engine holds in memory.
MANY = 2_500
MESSAGES = 60


@pytest.fixture
def again(engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A second engine for the same directory, to be started when the first is stopped."""
    again = Engine(tmp_path / "engine")
    yield again
    again.stop()


def _write(aws: Aws, table: str, numbers: Sequence[int]) -> None:
    for start in range(0, len(numbers), 25):
        puts = [{"PutRequest": {"Item": _item(each)}} for each in numbers[start : start + 25]]
        aws.dynamodb.batch_write_item(RequestItems={table: puts})


def _item(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"C#{number:06}"}, "sk": {"S": "H"}, "b": {"B": b"\x00\xff"}}


def _iterator(aws: Aws, arn: str, **place: str) -> str:
    (shard,) = aws.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = place or {"ShardIteratorType": "TRIM_HORIZON"}
    answer = aws.streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], **place)
    return str(answer["ShardIterator"])


def _records(aws: Aws, iterator: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while iterator:
        answer = aws.streams.get_records(ShardIterator=iterator)
        found += answer["Records"]
        iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return found


def _images(records: Sequence[Any]) -> list[Any]:
    return [each["dynamodb"]["NewImage"] for each in records]


def test_who_is_far_behind_in_a_stream_finds_all_of_it_also_in_another_life(
    engine: Engine, again: Engine
) -> None:
    aws = Aws(engine.endpoint)
    table = aws.table()
    arn = aws.stream_arn(table)
    _write(aws, table, range(MANY))
    records = _records(aws, _iterator(aws, arn))
    assert _images(records) == [_item(each) for each in range(MANY)]
    engine.stop()

    again.start()
    aws = Aws(again.endpoint)
    _write(aws, table, range(MANY, MANY + 30))
    everything = _records(aws, _iterator(aws, arn))
    assert everything[:MANY] == records
    assert _images(everything[MANY:]) == [_item(MANY + each) for each in range(30)]
    old = records[100]["dynamodb"]["SequenceNumber"]
    behind = _iterator(aws, arn, ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=old)
    assert _records(aws, behind) == everything[101:]


def test_the_stream_of_a_deleted_table_can_be_read_and_does_not_come_back(
    engine: Engine, again: Engine
) -> None:
    aws = Aws(engine.endpoint)
    table, other = aws.table(), aws.table()
    _write(aws, table, range(MANY))
    _write(aws, other, range(30))
    iterator = _iterator(aws, aws.stream_arn(table))
    aws.dynamodb.delete_table(TableName=table)
    assert len(_records(aws, iterator)) == MANY
    aws.dynamodb.create_table(TableName=table, **_like(aws, other))
    _write(aws, table, range(1))
    engine.stop()

    again.start()
    aws = Aws(again.endpoint)
    assert _images(_records(aws, _iterator(aws, aws.stream_arn(table)))) == [_item(0)]
    assert len(_records(aws, _iterator(aws, aws.stream_arn(other)))) == 30


def _like(aws: Aws, table: str) -> dict[str, Any]:
    """What makes another table of the shape of that one."""
    described = aws.dynamodb.describe_table(TableName=table)["Table"]
    kept = ("KeySchema", "AttributeDefinitions", "StreamSpecification")
    indexes = [
        {part: index[part] for part in ("IndexName", "KeySchema", "Projection")}
        for index in described["LocalSecondaryIndexes"]
    ]
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "LocalSecondaryIndexes": indexes,
        **{part: described[part] for part in kept},
    }


def test_a_long_queue_is_given_in_order_and_what_was_deleted_stays_away(
    engine: Engine, again: Engine
) -> None:
    aws = Aws(engine.endpoint)
    queue = aws.queue(VisibilityTimeout="300")
    bodies = [f"{number:03}" for number in range(MESSAGES)]
    for body in bodies:
        aws.send(queue, body, group=body)
    taken = aws.receive(queue)
    assert [each["Body"] for each in taken] == bodies[:10]
    unknown = {"Id": "unknown", "ReceiptHandle": "nobody's"}
    done = [
        {"Id": each["Body"], "ReceiptHandle": each["ReceiptHandle"]}
        for each in (taken[1], taken[7])
    ]
    answer = aws.sqs.delete_message_batch(QueueUrl=queue, Entries=[unknown, *done])
    assert [each["Id"] for each in answer["Successful"]] == ["001", "007"]
    assert [each["Id"] for each in answer["Failed"]] == ["unknown"]
    assert [each["Body"] for each in aws.receive(queue)] == bodies[10:20]
    engine.stop()

    again.start()
    aws = Aws(again.endpoint)
    queue = aws.sqs.get_queue_url(QueueName=queue.rpartition("/")[2])["QueueUrl"]
    found: list[str] = []
    while messages := aws.receive(queue):
        found += [each["Body"] for each in messages]
    assert found == [each for each in bodies if each not in {"001", "007"}]


def test_a_queue_that_is_purged_stays_empty(engine: Engine, again: Engine) -> None:
    aws = Aws(engine.endpoint)
    queue = aws.queue()
    for body in ("a", "b"):
        aws.send(queue, body, group=body)
    aws.receive(queue, VisibilityTimeout=0)
    aws.sqs.purge_queue(QueueUrl=queue)
    aws.send(queue, "c", group="a")
    engine.stop()

    again.start()
    aws = Aws(again.endpoint)
    queue = aws.sqs.get_queue_url(QueueName=queue.rpartition("/")[2])["QueueUrl"]
    assert [each["Body"] for each in aws.receive(queue)] == ["c"]
