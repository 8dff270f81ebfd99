"""What of ministack's memory must last, as rows.

Ministack keeps everything in memory and writes it only at a clean stop, in one dump whose cost
grows with all that is kept. Here each change becomes a row when it happens, so the cost is that of
the change. This leans on private names of the one version that is pinned; the engine's tests fail
when they move. Runs inside the engine's own environment.
"""

# ruff: noqa: SLF001 - to reach into ministack is what this module is for

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ministack import app as ministack
from ministack.core import persistence
from ministack.services import dynamodb, sqs

from infra.local.engine_rows import Row, Rows

STATE = "state "
_TABLE_PARTS_ELSEWHERE = ("items", dynamodb._INDEX_MEMBERS, "ItemCount", "TableSizeBytes")
_TABLE_SETTINGS = ("tags", "ttl_settings", "pitr_settings", "resource_policies")
_QUEUE_PARTS_ELSEWHERE = ("messages", "dedup_cache")


def _packed(value: object) -> str:
    return json.dumps(value, default=persistence._json_default, separators=(",", ":"))


def plain(value: object) -> str:
    """JSON of what came in as JSON: items and messages, the bulk of it all."""
    return json.dumps(value, separators=(",", ":"))


def _unpacked(text: str) -> Any:
    return json.loads(text, object_hook=persistence._json_object_hook)


def scope(key: tuple[str, str, str]) -> str:
    """What names a table or queue of an account in a region, as text."""
    return json.dumps(key)


class Items:
    """Items of tables: noted as ministack stores or removes them."""

    SPACE = "item "

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
            yield Row(
                self.SPACE + arn, json.dumps([pk, sk]), None if item is None else plain(item)
            )

    def everything(self) -> Iterator[Row]:
        """The rows of all items there are."""
        with self._lock:
            self._changed = {}
        for table in dynamodb._tables.all_values():
            for pk, partition in table["items"].items():
                for sk, item in partition.items():
                    yield Row(self.SPACE + table["TableArn"], json.dumps([pk, sk]), plain(item))

    def restore(self, rows: Rows) -> None:
        """Put the kept items back into the tables, which must be there already."""
        tables = {table["TableArn"]: table for table in dynamodb._tables.all_values()}
        for table in tables.values():
            table["items"] = defaultdict(dict)
        for space, key, value in rows.read(self.SPACE):
            table = tables.get(space.removeprefix(self.SPACE))
            if table is not None:
                pk, sk = json.loads(key)
                table["items"][pk][sk] = json.loads(value)
        for table in tables.values():
            dynamodb._update_counts(table)


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
