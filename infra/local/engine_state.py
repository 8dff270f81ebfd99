"""What of ministack's memory must last, as rows.

Ministack keeps everything in memory and writes it only at a clean stop, in one dump whose cost
grows with all that is kept. Here each change becomes a row when it happens, so the cost is that of
the change. This leans on private names of the one version that is pinned; the engine's tests fail
when they move. Runs inside the engine's own environment.
"""

# ruff: noqa: SLF001 - to reach into ministack is what this module is for

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ministack import app as ministack
from ministack.core import persistence
from ministack.services import dynamodb, sqs

from infra.local.engine_rows import Row, Rows

# A stream is kept for a day or to this length, whichever is less: its images are held in memory.
STREAM_RECORDS_MAX = 50_000
STREAM_RECORDS_SPARE = 10_000  # trimmed in steps: dropping the head of a list moves all of it

ITEMS, STREAM, QUEUE, DEDUPLICATION, STATE = "item ", "stream ", "queue ", "dedup ", "state "
_TABLE_PARTS_ELSEWHERE = ("items", dynamodb._INDEX_MEMBERS, "ItemCount", "TableSizeBytes")
_TABLE_SETTINGS = ("tags", "ttl_settings", "pitr_settings", "resource_policies")
_QUEUE_PARTS_ELSEWHERE = ("messages", "dedup_cache")


def _packed(value: object) -> str:
    return json.dumps(value, default=persistence._json_default, separators=(",", ":"))


def _plain(value: object) -> str:
    """JSON of what came in as JSON: items and messages, the bulk of it all."""
    return json.dumps(value, separators=(",", ":"))


def _unpacked(text: str) -> Any:
    return json.loads(text, object_hook=persistence._json_object_hook)


def _scope(key: tuple[str, str, str]) -> str:
    return json.dumps(key)


class Items:
    """Items of tables: noted as ministack stores or removes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # ministack's expiry of old items has a thread of its own
        self._changed: dict[tuple[str, str, str], Any] = {}
        self._set, self._remove = dynamodb._set_item, dynamodb._remove_item
        dynamodb._set_item, dynamodb._remove_item = self._on_set, self._on_remove

    def _on_set(self, table: dict[str, Any], pk: str, sk: str, item: Any) -> Any:
        with self._lock:
            self._changed[table["TableArn"], pk, sk] = item
            return self._set(table, pk, sk, item)

    def _on_remove(self, table: dict[str, Any], pk: str, sk: str) -> Any:
        with self._lock:
            self._changed[table["TableArn"], pk, sk] = None
            return self._remove(table, pk, sk)

    def changes(self) -> Iterator[Row]:
        """The rows of what changed since the last call."""
        with self._lock:
            changed, self._changed = self._changed, {}
        for (arn, pk, sk), item in changed.items():
            yield Row(ITEMS + arn, json.dumps([pk, sk]), None if item is None else _plain(item))

    def everything(self) -> Iterator[Row]:
        """The rows of all items there are."""
        with self._lock:
            self._changed = {}
        for table in dynamodb._tables.all_values():
            for pk, partition in table["items"].items():
                for sk, item in partition.items():
                    yield Row(ITEMS + table["TableArn"], json.dumps([pk, sk]), _plain(item))

    @staticmethod
    def restore(rows: Rows) -> None:
        """Put the kept items back into the tables, which must be there already."""
        tables = {table["TableArn"]: table for table in dynamodb._tables.all_values()}
        for table in tables.values():
            table["items"] = defaultdict(dict)
        for space, key, value in rows.read(ITEMS):
            table = tables.get(space.removeprefix(ITEMS))
            if table is not None:
                pk, sk = json.loads(key)
                table["items"][pk][sk] = json.loads(value)
        for table in tables.values():
            dynamodb._update_counts(table)


class Streams:
    """Records of table streams: only ever added at the end and dropped at the front."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], int] = {}

    def changes(self) -> Iterator[Row]:
        """The rows of the records that are new since the last call."""
        for key, records in dynamodb._stream_records.all_items():
            end = dynamodb._stream_trimmed._data.get(key, 0) + len(records)
            new = min(end - self._kept.get(key, 0), len(records))
            for record in records[len(records) - new :]:
                sequence = record["dynamodb"]["SequenceNumber"]
                yield Row(STREAM + _scope(key), sequence, _plain(record))
            self._kept[key] = end

    @staticmethod
    def trim(rows: Rows) -> None:
        """Keep memory and file within the limit of a stream."""
        for key, records in dynamodb._stream_records.all_items():
            surplus = len(records) - STREAM_RECORDS_MAX
            if surplus > STREAM_RECORDS_SPARE:
                del records[:surplus]
                trimmed = dynamodb._stream_trimmed._data
                trimmed[key] = trimmed.get(key, 0) + surplus
                rows.trim(STREAM + _scope(key), records[0]["dynamodb"]["SequenceNumber"])

    def restore(self, rows: Rows) -> None:
        """Put the kept records back; what is older than a day goes at the next read."""
        for space, _, value in rows.read(STREAM):
            account, region, table = json.loads(space.removeprefix(STREAM))
            if dynamodb._tables.contains_scoped(account, region, table):
                kept = dynamodb._stream_records._data.setdefault((account, region, table), [])
                kept.append(json.loads(value))
        for key, records in dynamodb._stream_records.all_items():
            self._kept[key] = len(records)


class Queues:
    """Messages of queues, and the ids that make a repeated message count once."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, tuple[float, int]]] = {}
        self._seen: dict[str, dict[str, float]] = {}

    def changes(self) -> Iterator[Row]:
        """The rows of what changed since the last call."""
        for key, queue in sqs._queues.all_items():
            scope = _scope(key)
            yield from self._messages(scope, queue["messages"])
            yield from self._deduplication(scope, queue["dedup_cache"])

    def _messages(self, scope: str, messages: list[dict[str, Any]]) -> Iterator[Row]:
        before = self._kept.get(scope, {})
        now = {m["id"]: (m["visible_at"], m["receive_count"]) for m in messages}
        for message in messages:
            if before.get(message["id"]) != now[message["id"]]:
                yield Row(QUEUE + scope, message["id"], _plain(message))
        for gone in before.keys() - now.keys():
            yield Row(QUEUE + scope, gone, None)
        self._kept[scope] = now

    def _deduplication(self, scope: str, cache: dict[str, Any]) -> Iterator[Row]:
        seen = self._seen.setdefault(scope, {})
        for key in reversed(cache):  # the newest stand last
            expires = cache[key]["expire"]
            if seen.get(key) == expires:
                break
            seen[key] = expires
            yield Row(DEDUPLICATION + scope, key, _plain(cache[key]))
        if len(seen) > len(cache):
            for gone in seen.keys() - cache.keys():
                del seen[gone]
                yield Row(DEDUPLICATION + scope, gone, None)

    def restore(self, rows: Rows) -> None:
        """Put the kept messages back, in the order in which they were sent.

        Who had received one is taken for gone: it shows itself again at once.
        """
        queues = {_scope(key): queue for key, queue in sqs._queues.all_items()}
        for queue in queues.values():
            queue.update(messages=[], dedup_cache={})
        for queue, key, kept in self._read(rows, DEDUPLICATION, queues):
            queue["dedup_cache"][key] = kept
        now = time.time()
        for queue, _, message in self._read(rows, QUEUE, queues):
            if message["receive_count"]:
                message["visible_at"] = min(message["visible_at"], now)
            queue["messages"].append(message)
        for queue in queues.values():
            queue["messages"].sort(key=lambda m: (m["seq"] or "", m["sent_at"]))
        list(self.changes())  # all of this is kept already

    @staticmethod
    def _read(rows: Rows, kind: str, queues: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
        for space, key, value in rows.read(kind):
            queue = queues.get(space.removeprefix(kind))
            if queue is not None:
                yield queue, key, json.loads(value)


def _without(store: Any, parts: tuple[str, ...]) -> Any:
    slim = type(store)()
    for key, record in store.all_items():
        slim._data[key] = {name: value for name, value in record.items() if name not in parts}
    return slim


class Settings:
    """All else: how tables and queues are made, buckets, secrets. Small, so kept whole."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def changes(self, *services: str) -> Iterator[Row]:
        """The rows of those services that changed; of all services in use, if none is named."""
        readers = ministack._build_persistence_save_dict()
        readers.update(dynamodb=self._tables, sqs=self._queues)
        for service in services or readers:
            state = _packed(readers[service]())
            if self._kept.get(service) != state:
                self._kept[service] = state
                yield Row(STATE, service, state)

    @staticmethod
    def _tables() -> dict[str, Any]:
        settings = {name: getattr(dynamodb, f"_{name}") for name in _TABLE_SETTINGS}
        return settings | {"tables": _without(dynamodb._tables, _TABLE_PARTS_ELSEWHERE)}

    @staticmethod
    def _queues() -> dict[str, Any]:
        return {"queues": _without(sqs._queues, _QUEUE_PARTS_ELSEWHERE)}

    def restore(self, rows: Rows) -> None:
        """Hand each service what was kept of it."""
        for _, service, value in rows.read(STATE):
            state = _unpacked(value)
            module = ministack._get_module(ministack._state_map[service])
            module.load_persisted_state(state)
            self._kept[service] = value
