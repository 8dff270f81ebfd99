"""A table's stream as it reaches a function."""

import json
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from infra.local.poller import Poller
from infra.local.stream import ATTEMPTS_MAX, BatchFailedError, Stream
from tests.infra.local.aws import Aws

EVENTS = Path(__file__).parents[2] / "events"


class _Function:
    """Remembers what reached it, and fails as told."""

    def __init__(self, answer: Callable[[list[Any]], Any] = lambda _: None) -> None:
        self.batches: list[list[Any]] = []
        self._answer = answer

    def __call__(self, event: Any, context: Any) -> Any:
        assert context.aws_request_id
        self.batches.append(event["Records"])
        return self._answer(event["Records"])

    @property
    def keys(self) -> list[list[str]]:
        return [[r["dynamodb"]["Keys"]["sk"]["S"] for r in batch] for batch in self.batches]


def _stream(aws: Aws, table: str, function: _Function, place: Path, **options: Any) -> Stream:
    return Stream(
        client=aws.streams,
        arn=aws.stream_arn(table),
        name="fold",
        handler=function,
        place=place / "place.json",
        **options,
    )


def test_a_record_has_the_shape_that_lambda_gives_it(aws: Aws, tmp_path: Path) -> None:
    table = aws.table()
    before = time.time()
    aws.put(
        table, "C#1", b={"B": b"\x00\xff"}, deep={"M": {"l": {"L": [{"B": b"a"}, {"N": "1"}]}}}
    )
    aws.put(table, "C#1", set={"BS": [b"a"]}, on={"BOOL": True})
    function = _Function()
    assert _stream(aws, table, function, tmp_path).poll()

    ((inserted, modified),) = function.batches
    assert {
        k: inserted[k] for k in ("eventName", "eventSource", "eventSourceARN", "awsRegion")
    } == {
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": aws.stream_arn(table),
        "awsRegion": "eu-central-1",
    }
    change = inserted["dynamodb"]
    assert change["NewImage"] == {
        "pk": {"S": "C#1"},
        "sk": {"S": "H"},
        "b": {"B": "AP8="},
        "deep": {"M": {"l": {"L": [{"B": "YQ=="}, {"N": "1"}]}}},
    }
    assert "OldImage" not in change
    assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert abs(change["ApproximateCreationDateTime"] - before) < 60
    assert modified["eventName"] == "MODIFY"
    assert modified["dynamodb"]["OldImage"] == change["NewImage"]
    assert modified["dynamodb"]["NewImage"]["set"] == {"BS": ["YQ=="]}
    assert modified["dynamodb"]["SequenceNumber"] > change["SequenceNumber"]
    assert inserted["eventID"] != modified["eventID"]
    recorded = json.loads((EVENTS / "stream_heads.json").read_text())["Records"][0]
    assert recorded.keys() == modified.keys()
    assert recorded["dynamodb"].keys() == modified["dynamodb"].keys()


def test_records_come_in_order_and_a_restart_goes_on_after_the_last(
    aws: Aws, tmp_path: Path
) -> None:
    table = aws.table()
    function = _Function()
    stream = _stream(aws, table, function, tmp_path)
    assert not stream.poll()
    for number in range(3):
        aws.put(table, "C#1", f"{number}")
    assert stream.poll()
    assert not stream.poll()
    aws.put(table, "C#1", "3")
    again = _stream(aws, table, function, tmp_path)
    assert again.poll()
    assert not again.poll()
    assert function.keys == [["0", "1", "2"], ["3"]]


def test_a_function_that_raises_gets_the_same_records_again_by_halves(
    aws: Aws, tmp_path: Path
) -> None:
    calls = count(1)

    def fail_on_two(records: list[Any]) -> None:
        keys = [record["dynamodb"]["Keys"]["sk"]["S"] for record in records]
        if next(calls) < 4 and "2" in keys:
            raise RuntimeError("not now")

    table = aws.table()
    for number in range(4):
        aws.put(table, "C#1", f"{number}")
    function = _Function(fail_on_two)
    stream = _stream(aws, table, function, tmp_path)
    outcomes = []
    for _ in range(5):
        try:
            outcomes.append(stream.poll())
        except RuntimeError:
            outcomes.append(False)
    assert function.keys == [["0", "1", "2", "3"], ["0", "1"], ["2", "3"], ["2"], ["3"]]
    assert outcomes == [False, True, False, True, True]
    assert stream.drained()


def test_a_function_may_name_the_record_that_failed(aws: Aws, tmp_path: Path) -> None:
    def second_failed(records: list[Any]) -> dict[str, Any]:
        failed = [r["dynamodb"]["SequenceNumber"] for r in records[1:2]]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}

    table = aws.table()
    for number in range(3):
        aws.put(table, "C#1", f"{number}")
    function = _Function(second_failed)
    stream = _stream(aws, table, function, tmp_path)
    with pytest.raises(BatchFailedError):
        stream.poll()
    assert not stream.drained()
    assert stream.poll()
    assert _stream(aws, table, function, tmp_path).poll()  # the place after "1" was kept
    assert function.keys == [["0", "1", "2"], ["1"], ["2"]]


def test_a_failure_that_names_no_record_of_the_batch_is_one_of_all(
    aws: Aws, tmp_path: Path
) -> None:
    table = aws.table()
    aws.put(table, "C#1", "0")
    function = _Function(lambda _: {"batchItemFailures": [{"itemIdentifier": ""}]})
    stream = _stream(aws, table, function, tmp_path)
    for _ in range(2):
        with pytest.raises(BatchFailedError):
            stream.poll()
    assert function.keys == [["0"], ["0"]]


def test_a_record_that_always_fails_is_left_out_at_last(
    aws: Aws, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def poisoned(records: list[Any]) -> None:
        if records[0]["dynamodb"]["Keys"]["sk"]["S"] == "poison":
            raise RuntimeError("poison")

    table = aws.table()
    aws.put(table, "C#1", "poison")
    aws.put(table, "C#1", "good")
    function = _Function(poisoned)
    stream = _stream(aws, table, function, tmp_path)
    for _ in range(ATTEMPTS_MAX):
        with pytest.raises(RuntimeError):
            stream.poll()
    assert stream.poll()
    assert function.keys[-1] == ["good"]
    assert "left out after" in caplog.text


def test_only_what_fits_the_patterns_reaches_the_function(aws: Aws, tmp_path: Path) -> None:
    table = aws.table()
    pattern = {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "L#"}]}}}}
    function = _Function()
    stream = _stream(aws, table, function, tmp_path, patterns=[pattern])
    aws.put(table, "C#1", "H")
    assert stream.poll()  # seen, and passed over
    aws.put(table, "C#1", "L#1")
    aws.put(table, "C#1", "H", v={"N": "1"})
    assert stream.poll()
    again = _stream(aws, table, function, tmp_path, patterns=[pattern])
    while again.poll():
        pass
    assert function.keys == [["L#1"]]


class _Shards:
    """A stream that splits: `old` is closed, `left` and `right` come after it."""

    class exceptions:  # noqa: N801 - the name that botocore's clients have
        class ExpiredIteratorException(Exception):  # noqa: N818 - the same
            pass

        class TrimmedDataAccessException(Exception):  # noqa: N818 - the same
            pass

    def __init__(self) -> None:
        self.records = {"old": ["1", "2"], "left": ["3"], "right": ["4"]}
        self.expired = {"left"}

    def describe_stream(self, *, ExclusiveStartShardId: str | None = None, **_: Any) -> Any:  # noqa: N803 - the same
        shards: list[Any] = [{"ShardId": "old"}]
        shards += [{"ShardId": name, "ParentShardId": "old"} for name in ("left", "right")]
        last = ExclusiveStartShardId is not None
        page = {"Shards": shards[2:] if last else shards[:2]}
        return {"StreamDescription": page if last else {**page, "LastEvaluatedShardId": "left"}}

    def get_shard_iterator(self, *, ShardId: str, **_: Any) -> Any:  # noqa: N803 - the same
        return {"ShardIterator": ShardId}

    def get_records(self, *, ShardIterator: str, **_: Any) -> Any:  # noqa: N803 - the same
        if ShardIterator in self.expired:
            self.expired.remove(ShardIterator)
            raise self.exceptions.ExpiredIteratorException
        records, self.records[ShardIterator] = self.records[ShardIterator], []
        following = {} if ShardIterator == "old" else {"NextShardIterator": ShardIterator}
        return {"Records": [_record(number) for number in records], **following}


def _record(number: str) -> Any:
    class Moment:
        @staticmethod
        def timestamp() -> float:
            return 0.0

    change = {"Keys": {"sk": {"S": number}}, "SequenceNumber": number}
    return {"dynamodb": {**change, "ApproximateCreationDateTime": Moment}}


def test_a_split_stream_is_read_to_the_end_of_its_old_shard_first(tmp_path: Path) -> None:
    function = _Function()
    stream = Stream(
        client=_Shards(), arn="arn", name="fold", handler=function, place=tmp_path / "place.json"
    )
    while stream.poll():
        pass
    assert function.keys == [["1", "2"], ["4"], ["3"]]
    again = Stream(
        client=_Shards(), arn="arn", name="fold", handler=function, place=tmp_path / "place.json"
    )
    assert again.poll()
    assert "old" not in [key for batch in function.keys for key in batch]


def test_a_poller_hands_over_what_is_written_while_it_runs(aws: Aws, tmp_path: Path) -> None:
    arrived = threading.Event()
    function = _Function(lambda _: arrived.set())
    table = aws.table()
    poller = Poller("fold", _stream(aws, table, function, tmp_path))
    poller.start()
    aws.put(table, "C#1", "0")
    poller.wake()
    assert arrived.wait(10)
    assert poller.idle()
    poller.stop()
    assert function.keys == [["0"]]
