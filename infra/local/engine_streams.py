"""Records of table streams: the newest in memory, all of them in the file.

Ministack holds each record of a day in memory, with both its images. Here an older one leaves only
its place there, and is read from the file for whoever is that far behind. So a function that falls
behind by hundreds of thousands of records loses none of them, and no memory is spent on it. This
leans on private names of ministack, as engine_state.py does. Runs inside the engine's own
environment.
"""

# ruff: noqa: SLF001 - to reach into ministack is what this module is for

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from ministack.services import dynamodb, dynamodb_streams

from infra.local.engine_rows import Row, Rows
from infra.local.engine_state import plain, scope

STREAM = "stream "
# Whoever keeps up reads these.
NEWEST = 2_000
# A stream is kept for a day, as on AWS, or to this length: each place takes 200 bytes of memory.
RECORDS_MAX = 1_000_000
RECORDS_SPARE = 10_000  # trimmed in steps: dropping the head of a list moves all of it
_MILLIS_DIGITS = 20  # with these a sequence number begins

Key = tuple[str, str, str]


class OnFile:
    """The place of a record that stands in the file: ministack finds it and sees how old it is."""

    __slots__ = ("sequence", "space")

    def __init__(self, space: str, sequence: str) -> None:
        self.space, self.sequence = space, sequence

    def __getitem__(self, name: str) -> Any:
        if name != "dynamodb":
            raise KeyError(name)
        created = int(self.sequence[:_MILLIS_DIGITS]) // 1000
        return {"SequenceNumber": self.sequence, "ApproximateCreationDateTime": created}

    def get(self, name: str) -> Any:
        """As of a dict."""
        return self[name] if name == "dynamodb" else None


class Streams:
    """Records of table streams: only ever added at the end and dropped at the front.

    Positions count from the first record of this process's life.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        # How far records stand in the file; how far they stand only there; how far they are gone.
        self._kept: dict[Key, int] = defaultdict(int)
        self._thinned: dict[Key, int] = defaultdict(int)
        self._dropped: dict[Key, int] = defaultdict(int)
        self._drop, self._cap = dynamodb.drop_stream_records, dynamodb_streams._cap_page_bytes
        dynamodb.drop_stream_records = self._on_drop
        dynamodb_streams._cap_page_bytes = lambda page: self._cap(self._whole(page))

    def changes(self) -> Iterator[Row]:
        """The rows of the records that are new since the last call."""
        for key, records in dynamodb._stream_records.all_items():
            end = _first(key) + len(records)
            new = min(end - self._kept[key], len(records))
            for record in records[len(records) - new :]:
                yield Row(_space(key), _sequence(record), plain(record))
            self._kept[key] = end

    def gone(self) -> Sequence[str]:
        """The spaces of streams that are no more, each once."""
        gone = self._kept.keys() - {key for key, _ in dynamodb._stream_records.all_items()}
        for key in gone:
            for places in (self._kept, self._thinned, self._dropped):
                places.pop(key, None)
        return [_space(key) for key in gone]

    def trim(self) -> None:
        """Keep memory and file within their limits; what is to be kept must be in the file."""
        for key, records in dynamodb._stream_records.all_items():
            self._shorten(key, records)
            first, space = _first(key), _space(key)
            begin = max(self._thinned[key] - first, 0)
            end = len(records) - NEWEST
            for place in range(begin, end):
                records[place] = OnFile(space, _sequence(records[place]))
            self._thinned[key] = first + max(begin, end)
            if records and first - self._dropped[key] >= RECORDS_SPARE:
                self._rows.trim(space, _sequence(records[0]))
                self._dropped[key] = first

    def restore(self) -> None:
        """Put the places of kept records back; what is older than a day goes at the next read."""
        for space, sequence in self._rows.keys(STREAM):
            key: Key = tuple(json.loads(space.removeprefix(STREAM)))
            if dynamodb._tables.contains_scoped(*key):
                kept = dynamodb._stream_records._data.setdefault(key, [])
                kept.append(OnFile(space, sequence))
        for key, records in dynamodb._stream_records.all_items():
            self._kept[key] = self._thinned[key] = len(records)

    @staticmethod
    def _shorten(key: Key, records: list[Any]) -> None:
        surplus = len(records) - RECORDS_MAX
        if surplus > RECORDS_SPARE:
            del records[:surplus]
            dynamodb._stream_trimmed._data[key] = _first(key) + surplus

    def _on_drop(self, table_name: str, table: Any = None) -> None:
        """A stream that is closed can still be read for a day; ministack holds its records."""
        records = dynamodb._stream_records.get(table_name)
        if records:
            records[:] = self._whole(records)
        self._drop(table_name, table)

    def _whole(self, page: list[Any]) -> list[Any]:
        """The page, with the records in the place of their places."""
        thin = [each for each in page if isinstance(each, OnFile)]
        if not thin:
            return page
        values = self._rows.between(thin[0].space, thin[0].sequence, thin[-1].sequence)
        return [*map(json.loads, values), *page[len(thin) :]]


def _first(key: Key) -> int:
    """The position of the oldest record that there is."""
    return int(dynamodb._stream_trimmed._data.get(key, 0))


def _space(key: Key) -> str:
    return STREAM + scope(key)


def _sequence(record: Any) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
