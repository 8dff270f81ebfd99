"""A table's stream, handed to a function as Lambda hands it over.

Each function has its own place in the stream, kept in a file, so a restart goes on where it was. A
batch that fails is handed over again from the first record that failed, by halves, and nothing
overtakes it: each record arrives at least once, in the order of its shard. One that fails too
often is left out, with an error in the log, so that it does not stop the world.
"""

import base64
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.filters import passes
from infra.local.poller import Context, Handler

log = logging.getLogger(__name__)

BATCH = 100
ATTEMPTS_MAX = 10
SHARDS_SECONDS = 10.0  # how often to look for new shards
ENDED = "ended"  # the place in a shard that is closed and read to its end


def lambda_record(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """A record of GetRecords as it stands in a Lambda event: plain JSON, bytes as base64 text."""
    change = dict(record["dynamodb"])
    change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].timestamp()
    for part in ("Keys", "NewImage", "OldImage"):
        if part in change:
            change[part] = {name: _plain(value) for name, value in change[part].items()}
    return {**record, "dynamodb": change, "eventSourceARN": stream_arn}


def _plain(attribute: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, value),) = attribute.items()
    match kind:
        case "B":
            return {kind: base64.b64encode(value).decode()}
        case "BS":
            return {kind: [base64.b64encode(each).decode() for each in value]}
        case "L":
            return {kind: [_plain(each) for each in value]}
        case "M":
            return {kind: {name: _plain(each) for name, each in value.items()}}
        case _:
            return {kind: value}


class BatchFailedError(Exception):
    """The function asked for records again. What it had done before stays done."""


@dataclass(slots=True, kw_only=True)
class _Shard:
    """How far one shard has come: what was read and not yet done, and how it went so far."""

    iterator: str
    pending: list[dict[str, Any]] = field(default_factory=list)
    size: int = BATCH
    failures: int = 0

    def went_well(self) -> None:
        self.size, self.failures = BATCH, 0

    def failed(self, records: int, *, done: int) -> bool:
        """Hand over half as many next. False if the first of them has had its last attempt."""
        self.size = max(1, (records - done) // 2)
        self.failures = 1 if done else self.failures + 1
        return self.failures < ATTEMPTS_MAX


class Stream:
    """One function's view of one table's stream.

    `place` is the file that keeps how far it has come; `after` is called after each batch. Only
    records that fit one of the patterns reach the function, if there are any.
    """

    def __init__(
        self,
        *,
        client: Any,
        arn: str,
        name: str,
        handler: Handler,
        place: Path,
        patterns: Sequence[Mapping[str, Any]] = (),
        after: Callable[[], object] = lambda: None,
    ) -> None:
        self._client, self._arn, self._after = client, arn, after
        self._name, self._handler, self._place = name, handler, place
        self._patterns = list(patterns)
        self._done: dict[str, str] = json.loads(place.read_text()) if place.exists() else {}
        self._shards: dict[str, _Shard] = {}
        self._looked_at = float("-inf")

    def poll(self) -> bool:
        """Hand over at most one batch of each shard. True if there was something in the stream.

        Raises BatchFailedError or what the function raised; the same records come again then.
        """
        if time.monotonic() - self._looked_at > SHARDS_SECONDS:
            self._open_shards()
        found = [self._poll_shard(name, shard) for name, shard in list(self._shards.items())]
        return any(found)

    def drained(self) -> bool:
        """Whether no record waits to be handed over again."""
        return not any(shard.pending for shard in self._shards.values())

    def _poll_shard(self, name: str, shard: _Shard) -> bool:
        found = bool(shard.pending) or self._fetch(name, shard)
        if shard.pending:
            self._hand_over(name, shard)
            self._after()
        return found

    def _fetch(self, name: str, shard: _Shard) -> bool:
        gone = self._client.exceptions
        try:
            answer = self._client.get_records(ShardIterator=shard.iterator, Limit=BATCH)
        except (gone.ExpiredIteratorException, gone.TrimmedDataAccessException):
            shard.iterator = self._iterator(name)
            return True
        records = [lambda_record(record, self._arn) for record in answer["Records"]]
        shard.pending = [record for record in records if passes(self._patterns, record)]
        if records and not shard.pending:
            self._note(name, _sequence(records[-1]))
        if following := answer.get("NextShardIterator"):
            shard.iterator = following
        elif not records:
            self._end(name)
            return True  # others may have opened
        return bool(records)

    def _hand_over(self, name: str, shard: _Shard) -> None:
        records = shard.pending[: shard.size]
        done, fault = self._call(records)
        if fault is None:
            shard.went_well()
        elif not shard.failed(len(records), done=done):
            log.error("%s: left out after %d attempts", self._name, ATTEMPTS_MAX, exc_info=fault)
            done += 1
        self._pass(name, shard, done)
        if fault:
            raise fault

    def _call(self, records: list[dict[str, Any]]) -> tuple[int, Exception | None]:
        """How many records from the first one on are done, and why the rest is not."""
        try:
            answer = self._handler({"Records": records}, Context(function_name=self._name))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the batch comes again
            return 0, fault
        done = _before_failure(records, answer)
        failed = len(records) - done
        return done, BatchFailedError(f"{failed} of {len(records)} again") if failed else None

    def _pass(self, name: str, shard: _Shard, done: int) -> None:
        if done:
            self._note(name, _sequence(shard.pending[done - 1]))
            del shard.pending[:done]

    def _note(self, name: str, place: str) -> None:
        self._done[name] = place
        draft = self._place.with_suffix(".new")
        draft.write_text(json.dumps(self._done))
        draft.replace(self._place)

    def _end(self, name: str) -> None:
        del self._shards[name]
        self._note(name, ENDED)
        self._open_shards()

    def _open_shards(self) -> None:
        self._looked_at = time.monotonic()
        parents = dict(self._describe())
        self._done = {name: place for name, place in self._done.items() if name in parents}
        for name, parent in parents.items():
            ready = parent not in parents or self._done.get(parent) == ENDED
            if ready and name not in self._shards and self._done.get(name) != ENDED:
                self._shards[name] = _Shard(iterator=self._iterator(name))

    def _describe(self) -> Iterator[tuple[str, str]]:
        """Each shard with its parent."""
        start: dict[str, Any] = {}
        while True:
            stream = self._client.describe_stream(StreamArn=self._arn, **start)
            description = stream["StreamDescription"]
            for shard in description["Shards"]:
                yield shard["ShardId"], shard.get("ParentShardId", "")
            if not description.get("LastEvaluatedShardId"):
                return
            start = {"ExclusiveStartShardId": description["LastEvaluatedShardId"]}

    def _iterator(self, name: str) -> str:
        """Where to go on; at the oldest record there is, if the kept place has been dropped."""
        get, shard = self._client.get_shard_iterator, {"StreamArn": self._arn, "ShardId": name}
        if name in self._done:
            place = {"SequenceNumber": self._done[name]}
            try:
                answer = get(**shard, **place, ShardIteratorType="AFTER_SEQUENCE_NUMBER")
                return str(answer["ShardIterator"])
            except self._client.exceptions.TrimmedDataAccessException:
                log.warning("%s: the stream no longer holds the last place", self._name)
        return str(get(**shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"])


def _sequence(record: Mapping[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _before_failure(records: list[dict[str, Any]], answer: object) -> int:
    """How many records stand before the first that failed. One that nobody knows: all failed.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return len(records)
    places = {_sequence(record): i for i, record in enumerate(records)}
    return min(places.get(failure["itemIdentifier"], 0) for failure in failures)
