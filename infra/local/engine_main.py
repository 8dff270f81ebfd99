"""The engine process: ministack behind a listening socket it was given, with nothing lost.

`python -m infra.local.engine_main DIRECTORY FD`, in the engine's own environment. It says "ready"
on its output, and ends when its input ends: so it outlives its parent by a moment at most, however
that one died. Each answer to a change leaves after the change is in the file (engine_rows.py).
"""

import asyncio
import gc
import os
import re
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Send = Callable[[Scope], Awaitable[None]]
Receive = Callable[[], Awaitable[Scope]]

# A signal to the process group reaches the engine and its users at once. They end first, so that
# their last writes find it; if they do not, it ends by itself.
GRACE_SECONDS = 15.0

ENVIRONMENT = {
    "PERSIST_STATE": "0",  # ours instead
    "S3_PERSIST": "1",  # bodies of objects are files, each renamed into place
    "LOG_LEVEL": "WARNING",
    "GATEWAY_PORT": "4566",  # stands in stored queue addresses; answers carry the caller's port
}

ITEM_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
TABLE_WRITES = {"CreateTable", "UpdateTimeToLive", "TagResource", "UntagResource"}
OBJECT_PATH = re.compile(r"/[^/]+/.")  # of S3, which keeps objects in files
READS = ("Get", "Query", "Scan", "BatchGet", "TransactGet", "Describe", "List")


class Keeper:
    """Makes what a request changed last, and brings it all back at the start."""

    def __init__(self, directory: Path) -> None:
        from infra.local.engine_queues import Queues
        from infra.local.engine_rows import Rows
        from infra.local.engine_state import Items, Settings
        from infra.local.engine_streams import Streams

        self._rows = Rows(directory / "engine.sqlite")
        self._items, self._streams = Items(), Streams(self._rows)
        self._queues, self._settings = Queues(), Settings()
        gc.disable()
        self._settings.restore(self._rows)
        self._items.restore(self._rows)
        self._streams.restore()
        self._queues.restore(self._rows)
        gc.freeze()  # none of this is rubbish; looking at all of it again and again takes long
        gc.enable()

    def keep(self, method: str, path: str, target: str) -> None:
        """Write what this request changed. If that cannot be, the process ends unanswered."""
        service, _, action = target.rpartition(".")
        try:
            if action.startswith(READS) or method in {"GET", "HEAD"}:
                return
            if service.startswith("DynamoDB_") and action not in ITEM_WRITES | TABLE_WRITES:
                spaces = (self._items.SPACE, *self._streams.gone())
                self._rows.write([*self._items.everything(), *self._all()], cleared=spaces)
            else:
                self._rows.write(self._changes(service, path, action))
            self._streams.trim()
        except sqlite3.Error as error:
            print(f"engine: cannot keep a change: {error}", file=sys.stderr, flush=True)
            os._exit(os.EX_IOERR)

    def _all(self) -> Iterator[Any]:
        yield from self._streams.changes()
        yield from self._settings.changes()

    def _changes(self, service: str, path: str, action: str) -> Iterator[Any]:
        if action in ITEM_WRITES:
            yield from self._items.changes()
            yield from self._streams.changes()
        elif service == "AmazonSQS":
            yield from self._queues.changes()
            yield from self._settings.changes("sqs")
        elif service or OBJECT_PATH.match(path) is None:
            yield from self._settings.changes()

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()


def keeping(app: Callable[..., Awaitable[None]], keeper: Keeper) -> Callable[..., Awaitable[None]]:
    """The application with the keeper in front of each answer; it starts nothing else."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_kept(message: Scope) -> None:
            if message["type"] == "http.response.start":
                headers = dict(scope["headers"])
                target = headers.get(b"x-amz-target", b"").decode("latin-1")
                keeper.keep(scope["method"], scope["path"], target)
            await send(message)

        if scope["type"] == "lifespan":  # ministack's own would sweep containers, among others
            await _live(receive, send)
        else:
            await app(scope, receive, send_kept)

    return answer


async def _live(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})


async def _end_of_input() -> None:
    """Wait until the parent closes its end of our input, or a signal's grace is over."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)  # nobody writes to it: this is its end
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: loop.call_later(GRACE_SECONDS, ended.set))
    await ended.wait()


async def serve(directory: Path, descriptor: int) -> None:
    """Serve on the socket until the input ends."""
    from hypercorn.asyncio import serve as serve_asgi  # type: ignore[import-not-found]
    from hypercorn.config import Config  # type: ignore[import-not-found]
    from ministack import app as ministack
    from ministack.core import hypercorn_compat
    from ministack.services import s3  # noqa: F401 - reads its files when it is imported

    hypercorn_compat.install()
    keeper = Keeper(directory)
    config = Config()
    config.bind = [f"fd://{descriptor}"]
    config.loglevel = "WARNING"
    config.keep_alive_timeout = 600.0  # the world's own clients: a closed one costs a retry
    serving = asyncio.create_task(
        serve_asgi(keeping(ministack.app, keeper), config, shutdown_trigger=asyncio.Event().wait)
    )
    print("ready", flush=True)
    await asyncio.wait(
        {serving, asyncio.create_task(_end_of_input())}, return_when=asyncio.FIRST_COMPLETED
    )
    keeper.close()
    os._exit(0)  # each answer has been kept: nothing to wind up, and no connection to wait for


def main() -> None:
    """Run until the input ends."""
    directory, descriptor = Path(sys.argv[1]), int(sys.argv[2])
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.umask(0o077)  # it holds secrets
    os.environ.update(ENVIRONMENT, S3_DATA_DIR=str(directory / "s3"))
    asyncio.run(serve(directory, descriptor))


if __name__ == "__main__":
    main()
