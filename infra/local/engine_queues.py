"""Messages of queues as rows, and FIFO queues whose work does not grow with their length.

Ministack goes through all messages, and all ids of five minutes, for each message that is sent,
received or deleted. When a hundred thousand cards change at once, that is most of its work. So the
walks of a FIFO queue are replaced here: nearly always, all but the few that somebody has received
stand as they were sent. This leans on private names of ministack, as engine_state.py does. Runs
inside the engine's own environment.
"""

# ruff: noqa: SLF001 - to reach into ministack is what this module is for

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, takewhile
from typing import Any

from ministack.services import sqs

from infra.local.engine_rows import Row, Rows
from infra.local.engine_state import plain, scope

QUEUE, DEDUPLICATION = "queue ", "dedup "
# How often to look for what has grown too old: an id lives 5 minutes, a message days.
_PRUNE_SECONDS, _EXPIRE_SECONDS = 1.0, 60.0

Queue = dict[str, Any]
Message = dict[str, Any]


class Received:
    """The messages of FIFO queues that somebody has received and that are still there.

    From now on ministack finds, drops and deletes messages by these.
    """

    def __init__(self) -> None:
        self._messages: dict[str, dict[str, Message]] = defaultdict(dict)
        self._gone: dict[str, set[str]] = defaultdict(set)
        self._looked: dict[tuple[str, str], float] = {}
        self._sweep, self._delete = sqs._dlq_sweep, sqs._act_delete_message_batch
        self._expire, self._prune = sqs._expire_retained, sqs._prune_dedup
        sqs._collect_fifo, sqs._dlq_sweep = self._collect, self._on_sweep
        sqs._expire_retained, sqs._prune_dedup = self._on_expire, self._on_prune
        sqs._HANDLERS["DeleteMessageBatch"] = self._on_delete

    def of(self, queue: Queue) -> Iterable[Message]:
        """Those of a queue."""
        return self._messages[queue["url"]].values()

    def gone(self, queue: Queue) -> set[str]:
        """The ids of those that have left the queue since the last call, as far as is known."""
        return self._gone.pop(queue["url"], set())

    def look_again(self, queue: Queue) -> None:
        """Takes them from the queue itself."""
        found = (each for each in queue["messages"] if each["receive_count"])
        self._messages[queue["url"]] = {each["id"]: each for each in found}

    def _collect(self, queue: Queue, most: int, hidden: int, now: float) -> list[Message]:
        """In the order in which they were sent, none of a group of which somebody has one."""
        busy = {each["group_id"] for each in self.of(queue) if each["visible_at"] > now}
        free = (
            each
            for each in queue["messages"]
            if each["visible_at"] <= now and each["group_id"] not in busy
        )
        taken = list(islice(free, most))
        for message in taken:
            message["receipt_handle"] = sqs.new_uuid()
            message["visible_at"] = now + hidden
            message["receive_count"] += 1
            message["first_receive_at"] = message["first_receive_at"] or now
            self._messages[queue["url"]][message["id"]] = message
        return taken

    def _on_sweep(self, queue: Queue) -> None:
        self._among_received(queue, lambda: self._sweep(queue))

    def _on_delete(self, data: dict[str, Any], url: str) -> Any:
        queue = sqs._get_q(data.get("QueueUrl", url))
        return self._among_received(queue, lambda: self._delete(data, url))

    def _among_received(self, queue: Queue, act: Callable[[], Any]) -> Any:
        """What ministack does where the queue holds nothing else."""
        if not queue["is_fifo"]:
            return act()
        whole, received = queue["messages"], self._messages[queue["url"]]
        queue["messages"] = list(received.values())
        try:
            return act()
        finally:
            left = {each["id"] for each in queue["messages"]}
            queue["messages"] = whole
            for gone in received.keys() - left:
                _take_out(whole, received.pop(gone))
                self._gone[queue["url"]].add(gone)

    def _on_expire(self, queue: Queue) -> None:
        if self._is_time("expire", queue, _EXPIRE_SECONDS):
            self._expire(queue)

    def _on_prune(self, queue: Queue) -> None:
        if self._is_time("prune", queue, _PRUNE_SECONDS):
            self._prune(queue)

    def _is_time(self, what: str, queue: Queue, seconds: float) -> bool:
        now, last = time.monotonic(), self._looked.get((what, queue["url"]))
        if last is not None and now - last < seconds:
            return False
        self._looked[what, queue["url"]] = now
        return True


def _take_out(messages: list[Message], message: Message) -> None:
    for place, each in enumerate(messages):
        if each is message:
            del messages[place]
            return


class Queues:
    """Messages of queues, and the ids that make a repeated message count once."""

    def __init__(self) -> None:
        self._received = Received()
        # Of each message when it shows itself and how often it was received; of each id its end.
        self._kept: dict[str, dict[str, tuple[float, int]]] = defaultdict(dict)
        self._seen: dict[str, dict[str, float]] = defaultdict(dict)

    def changes(self) -> Iterator[Row]:
        """The rows of what changed since the last call."""
        for key, queue in sqs._queues.all_items():
            space = QUEUE + scope(key)
            yield from self._sent_or_received(space, queue)
            yield from self._taken_out(space, queue)
            yield from self._deduplication(DEDUPLICATION + scope(key), queue["dedup_cache"])

    def _sent_or_received(self, space: str, queue: Queue) -> Iterator[Row]:
        before, messages = self._kept[space], queue["messages"]
        sent = list(takewhile(lambda each: each["id"] not in before, reversed(messages)))
        changed = chain(self._received.of(queue), reversed(sent)) if queue["is_fifo"] else messages
        for message in changed:
            now = message["visible_at"], message["receive_count"]
            if before.get(message["id"]) != now:
                before[message["id"]] = now
                yield Row(space, message["id"], plain(message))

    def _taken_out(self, space: str, queue: Queue) -> Iterator[Row]:
        before, gone = self._kept[space], self._received.gone(queue)
        if len(before) - len(gone & before.keys()) != len(queue["messages"]):
            # In some other way than by the one that is common.
            gone = before.keys() - {each["id"] for each in queue["messages"]}
            self._received.look_again(queue)
        for each in gone & before.keys():
            del before[each]
            yield Row(space, each, None)

    def _deduplication(self, space: str, cache: dict[str, Any]) -> Iterator[Row]:
        seen = self._seen[space]
        for key in reversed(cache):  # the newest stand last
            expires = cache[key]["expire"]
            if seen.get(key) == expires:
                break
            seen[key] = expires
            yield Row(space, key, plain(cache[key]))
        if len(seen) > len(cache):
            for gone in seen.keys() - cache.keys():
                del seen[gone]
                yield Row(space, gone, None)

    def restore(self, rows: Rows) -> None:
        """Put the kept messages back, in the order in which they were sent.

        Who had received one is taken for gone: it shows itself again at once.
        """
        queues = {scope(key): queue for key, queue in sqs._queues.all_items()}
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
            self._received.look_again(queue)
        list(self.changes())  # all of this is kept already

    @staticmethod
    def _read(rows: Rows, kind: str, queues: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
        for space, key, value in rows.read(kind):
            queue = queues.get(space.removeprefix(kind))
            if queue is not None:
                yield queue, key, json.loads(value)
