"""What the product relies on in the engine: nothing is lost, whoever is killed."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.engine import Engine, EngineError
from tests.infra.local.aws import Aws


def _ended(pid: int, *, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.01)
    return False


def _restarted(engine: Engine, directory: Path) -> Engine:
    engine.stop()
    again = Engine(directory)
    again.start()
    return again


def _kill(engine: Engine) -> None:
    until = time.monotonic() + 30
    while (pid := engine.pid) is None:  # it may be on its way back from the kill before
        assert time.monotonic() < until
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    assert _ended(pid)


class _Writers:
    """Threads that write without pause and remember what was acknowledged."""

    def __init__(self, aws: Aws) -> None:
        self.table, self.queue = aws.table(), aws.queue()
        self.entries: set[tuple[str, str]] = set()
        self.messages: set[str] = set()
        self._stop = threading.Event()
        self._clients = [(aws.client("dynamodb"), aws.client("sqs")) for _ in range(3)]
        self._pool = ThreadPoolExecutor(len(self._clients))
        self._work = [
            self._pool.submit(self._write, i, *clients) for i, clients in enumerate(self._clients)
        ]

    def _write(self, writer: int, dynamodb: Any, sqs: Any) -> None:
        for number in count():
            if self._stop.is_set():
                return
            card, entry = f"C#{writer}", f"L#{number:06}"
            puts = [
                {
                    "TableName": self.table,
                    "Item": {"pk": {"S": card}, "sk": {"S": sk}, "q": {"N": str(number)}},
                }
                for sk in ("H", entry)
            ]
            try:
                dynamodb.transact_write_items(TransactItems=[{"Put": put} for put in puts])
                self.entries.add((card, entry))
                body = f"{card} {number}"
                sqs.send_message(
                    QueueUrl=self.queue,
                    MessageBody=body,
                    MessageGroupId=body,
                    MessageDeduplicationId=body,
                )
                self.messages.add(body)
            except (BotoCoreError, ClientError):
                continue

    def run_until(self, acknowledged: int) -> None:
        while len(self.messages) < acknowledged:
            time.sleep(0.001)

    def stop(self) -> None:
        self._stop.set()
        self._pool.shutdown()
        for job in self._work:
            job.result()

    def missing(self, aws: Aws) -> set[object]:
        """What was acknowledged and is not in table, stream or queue."""
        return (
            {*(self.entries - aws.keys(self.table))}
            | (self.entries - _stream_keys(aws, self.table))
            | (self.messages - self._waiting(aws))
        )

    def half_done(self, aws: Aws) -> set[str]:
        """The cards whose head is not that of their last entry."""
        kept, found = aws.keys(self.table), set()
        for card in {card for card, _ in kept}:
            key = {"pk": {"S": card}, "sk": {"S": "H"}}
            head = aws.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True)[
                "Item"
            ]
            last, next_one = (f"L#{int(head['q']['N']) + more:06}" for more in (0, 1))
            if (card, last) not in kept or (card, next_one) in kept:
                found.add(card)
        return found

    def _waiting(self, aws: Aws) -> set[str]:
        queue = self.queue.replace(self.queue.split("/")[2], aws.endpoint.removeprefix("http://"))
        waiting: set[str] = set()
        while messages := aws.receive(queue):
            waiting |= {message["Body"] for message in messages}
        return waiting


def _stream_keys(aws: Aws, table: str) -> set[tuple[str, str]]:
    arn = aws.stream_arn(table)
    shards = aws.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = aws.streams.get_shard_iterator(
        StreamArn=arn, ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found: set[tuple[str, str]] = set()
    while True:
        answer = aws.streams.get_records(ShardIterator=iterator)
        if not answer["Records"]:
            return found
        keys = [record["dynamodb"]["Keys"] for record in answer["Records"]]
        found |= {(key["pk"]["S"], key["sk"]["S"]) for key in keys}
        iterator = answer["NextShardIterator"]


def test_nothing_acknowledged_is_lost_when_the_engine_is_killed_while_it_is_written_to(
    engine: Engine, tmp_path: Path
) -> None:
    writers = _Writers(Aws(engine.endpoint))
    for acknowledged in (50, 100, 150):
        writers.run_until(acknowledged)
        _kill(engine)  # it starts again by itself, and the writers wait for it
    writers.run_until(200)
    writers.stop()
    _kill(engine)
    again = _restarted(engine, tmp_path / "engine")
    aws = Aws(again.endpoint)
    assert (writers.missing(aws), writers.half_done(aws)) == (set(), set())
    again.stop()


def test_nothing_acknowledged_is_lost_when_the_engine_is_stopped_while_it_is_written_to(
    engine: Engine, tmp_path: Path
) -> None:
    writers = _Writers(Aws(engine.endpoint))
    writers.run_until(100)
    engine.stop()
    writers.stop()
    again = Engine(tmp_path / "engine")
    again.start()
    aws = Aws(again.endpoint)
    assert (writers.missing(aws), writers.half_done(aws)) == (set(), set())
    again.stop()


def test_everything_else_is_there_again_after_a_kill(engine: Engine, tmp_path: Path) -> None:
    aws = Aws(engine.endpoint)
    table = aws.table()
    aws.put(
        table, "C#1", "L#1", q={"N": "1"}, bytes={"B": b"\x00\xff"}, map={"M": {"a": {"L": []}}}
    )
    aws.put(table, "C#2")
    aws.dynamodb.delete_item(TableName=table, Key={"pk": {"S": "C#2"}, "sk": {"S": "H"}})
    aws.dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    aws.s3.create_bucket(
        Bucket="blobs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws.s3.put_object(
        Bucket="blobs",
        Key="art/a.png",
        Body=b"\x89PNG",
        ContentType="image/png",
        Metadata={"a": "b"},
    )
    aws.secrets.create_secret(Name="stempel/pass", SecretString="kept")
    _kill(engine)
    again = Aws(_restarted(engine, tmp_path / "engine").endpoint)

    assert again.keys(table) == {("C#1", "L#1")}
    found = again.dynamodb.query(
        TableName=table,
        IndexName="by_seq",
        KeyConditionExpression="pk = :c AND q = :q",
        ExpressionAttributeValues={":c": {"S": "C#1"}, ":q": {"N": "1"}},
    )["Items"]
    assert found[0]["bytes"] == {"B": b"\x00\xff"}
    assert found[0]["map"] == {"M": {"a": {"L": []}}}
    ttl = again.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    blob = again.s3.get_object(Bucket="blobs", Key="art/a.png")
    assert blob["Body"].read() == b"\x89PNG"
    assert (blob["ContentType"], blob["Metadata"]) == ("image/png", {"a": "b"})
    assert again.secrets.get_secret_value(SecretId="stempel/pass")["SecretString"] == "kept"


def test_a_table_that_was_deleted_stays_away(engine: Engine, tmp_path: Path) -> None:
    aws = Aws(engine.endpoint)
    gone, kept = aws.table(), aws.table()
    aws.put(gone, "C#1")
    aws.put(kept, "C#2")
    aws.dynamodb.delete_table(TableName=gone)
    _kill(engine)
    again = Aws(_restarted(engine, tmp_path / "engine").endpoint)
    assert again.dynamodb.list_tables()["TableNames"] == [kept]
    assert again.keys(kept) == {("C#2", "H")}


def test_a_message_that_was_in_hand_at_a_kill_shows_itself_again(
    engine: Engine, tmp_path: Path
) -> None:
    aws = Aws(engine.endpoint)
    queue = aws.queue(VisibilityTimeout="300")
    aws.send(queue, "first", key="same")
    aws.send(queue, "second")
    assert [m["Body"] for m in aws.receive(queue)] == ["first", "second"]
    _kill(engine)
    again = Aws(_restarted(engine, tmp_path / "engine").endpoint)
    queue = again.sqs.get_queue_url(QueueName=queue.rpartition("/")[2])["QueueUrl"]
    again.send(queue, "first again", key="same")  # within five minutes: dropped
    messages = again.receive(queue, MessageSystemAttributeNames=["All"])
    assert [m["Body"] for m in messages] == ["first", "second"]
    assert messages[0]["Attributes"]["ApproximateReceiveCount"] == "2"


def test_the_engine_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    """It holds the other end of the engine's input, as this test does here."""
    engine = Engine(tmp_path / "engine")
    engine.start()
    pid = engine.pid
    assert pid is not None
    os.kill(
        pid, signal.SIGTERM
    )  # reaches the whole process group at Ctrl-C; not the end by itself
    Aws(engine.endpoint).dynamodb.list_tables()
    engine.stop()
    assert _ended(pid)


def test_an_engine_that_is_not_installed_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"^the engine is not installed .*: make run$"):
        Engine(tmp_path, python=tmp_path / "python").start()


def test_an_engine_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "engine.sqlite").write_text("this is no database" * 100)
    with pytest.raises(EngineError, match=r"^the engine did not start: .*file is not a database"):
        Engine(tmp_path).start()
