"""The process of the one-machine world: what must be so before it starts, and how it ends."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.engine import Engine, EngineError
from infra.local.home import Home, WorldError, held_home

PORT = "8000"
REGION = "eu-central-1"
END_SECONDS = 18.0  # after a signal; what takes longer is cut off
GIVE_UP = signal.SIGUSR1  # from this very process, when its engine cannot be kept alive
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, GIVE_UP)

ANYBODY = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
SOMEBODY = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")


class _EndedError(BaseException):
    """A signal asked for the end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where this world lives."""

    home: Path
    port: int

    @classmethod
    def of(cls, environ: MutableMapping[str, str]) -> Self:
        """As the environment says. WorldError if PORT is no port."""
        port = environ.get("PORT") or PORT
        if not (port.isascii() and port.isdigit() and int(port) < 2**16):
            raise WorldError(f"PORT is not a port: {port!r}")
        return cls(home=Path(environ.get("WALLET_HOME") or ".local"), port=int(port))


def main() -> int:
    """Run until a signal. 0 then; 1, with one line that says why, if it cannot start."""
    os.umask(0o077)  # certificates, keys and customers: nobody else's business
    _end_at_a_signal()
    try:
        with _running(Place.of(os.environ)) as (home, demo):
            print(_welcome(home, demo), flush=True)
            while True:
                signal.pause()
    except _EndedError as ended:
        if ended.number == GIVE_UP:
            print("Stempel ends: its engine keeps dying (see engine.log).", file=sys.stderr)
            return 1
        print("Stopped; everything is kept.", flush=True)
        return 0
    except (WorldError, EngineError) as fault:
        print(f"Stempel cannot start: {fault}", file=sys.stderr, flush=True)
        return 1


def _end_at_a_signal() -> None:
    """Raise _EndedError at the first one; cut off what does not end by itself after that."""

    def end(number: int, _frame: object) -> None:
        for each in END_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        cut = threading.Timer(END_SECONDS, os._exit, [1])
        cut.daemon = True
        cut.start()
        raise _EndedError(number)

    for number in END_SIGNALS:
        signal.signal(number, end)


@contextmanager
def _running(place: Place) -> Iterator[tuple[Home, dict[str, Any]]]:
    """A world that is ready, until the end of the block; its folder, and what demo.json says."""
    with ExitStack() as parts:
        home = parts.enter_context(held_home(place.home))
        _log_to(home.path / "world.log")
        home.forget_demo()
        bound = parts.enter_context(_bound(place.port))
        os.environ.setdefault("WALLET_BASE_URL", f"http://127.0.0.1:{bound.getsockname()[1]}")
        home.make_keys(datetime.now(UTC))
        _point_at_engine(os.environ, home, parts)
        yield home, _settled_in(home, bound, parts)


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    """The port: callers wait there from now on. WorldError if somebody else has it."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(("127.0.0.1", port))
            bound.listen()
        except OSError as fault:
            raise WorldError(
                f"port {port} cannot be had ({fault.strerror}); choose another: PORT=..."
            ) from fault
        yield bound


def _point_at_engine(environ: MutableMapping[str, str], home: Home, parts: ExitStack) -> None:
    """Make AWS mean the engine, which is started; or what the user named instead of it."""
    loopback = ("127.0.0.1", "localhost", environ.get("NO_PROXY", ""))
    environ["NO_PROXY"] = environ["no_proxy"] = ",".join(filter(None, loopback))
    environ["AWS_EC2_METADATA_DISABLED"] = "true"
    region = environ.get("AWS_DEFAULT_REGION") or environ.get("AWS_REGION") or REGION
    environ["AWS_REGION"] = environ["AWS_DEFAULT_REGION"] = region
    _choose_credentials(environ)
    if environ.get("AWS_ENDPOINT_URL"):
        return
    engine = Engine(home.engine)
    parts.callback(engine.stop)
    engine.start(on_failure=lambda: os.kill(os.getpid(), GIVE_UP))
    environ["AWS_ENDPOINT_URL"] = engine.endpoint


def _choose_credentials(environ: MutableMapping[str, str]) -> None:
    """The engine takes any, so it is not shown the user's. An endpoint of theirs is, if any."""
    if not any(name.startswith("AWS_ENDPOINT_URL") for name in environ):
        for name in SOMEBODY:
            environ.pop(name, None)
        environ.update(ANYBODY | NO_FILES)
    elif botocore.session.get_session().get_credentials() is None:
        environ.update(ANYBODY)


def _settled_in(home: Home, bound: socket.socket, parts: ExitStack) -> dict[str, Any]:
    # Imported here, because the product reads the environment as it is imported.
    from infra.local.product import start_product

    try:
        return start_product(home, bound, parts)
    except (BotoCoreError, ClientError) as fault:
        where = os.environ["AWS_ENDPOINT_URL"]
        raise WorldError(f"what stands for AWS at {where} does not serve: {fault}") from fault


class _OneLine(logging.Formatter):
    """For the terminal: what went wrong, not where."""

    def format(self, record: logging.LogRecord) -> str:
        cause = record.exc_info[1] if record.exc_info else None
        line = f"{record.levelname.lower()}: {record.getMessage()}"
        return f"{line}: {cause!r}" if cause else line


def _log_to(path: Path) -> None:
    """Everything to the file, one line of it to the terminal."""
    file, terminal = logging.FileHandler(path, encoding="utf-8"), logging.StreamHandler()
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    terminal.setFormatter(_OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[file, terminal])
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # it reports each retry


def _welcome(home: Home, demo: dict[str, Any]) -> str:
    return f"""
Stempel is running.

  sign up       {demo["base_url"]}
  the phone     {demo["phone_url"]}
  the mailbox   {demo["mailbox_url"]}
  the API       {demo["base_url"]}/openapi.json

Two demo shops are open already:

  their console {demo["console_url"]}
  their till    {demo["till_url"]}
  their API key {demo["api_key"]}
  all of it     {home.path / "demo.json"}

Everything is kept in {home.path}. Ctrl-C ends it.
"""
