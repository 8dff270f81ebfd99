"""The phones of this world, as Apple's push service sees them: tokens, who listens, what waits.

A push says only "something of this topic changed", so what waits for a phone that is off is kept
once a topic, as APNs does. A push waits until the phone says that it took it: a page that was
closed looks open for a while. Tokens and what waits are in a small file, so that a phone that was
registered yesterday is reached today.
"""

import json
import logging
import queue
import re
import secrets
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

log = logging.getLogger(__name__)

_DEVICE = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """What a phone tells a server of itself: its device library identifier and its push token."""

    device: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push for a phone; `stored` when it waited while the phone was off."""

    number: int
    topic: str
    stored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What became of a card in Google Wallet; `notify` when the phone is to say so.

    It does not wait for a phone that is off: whoever opens the page sees every card as it stands.
    """

    object_id: str
    what: Literal["saved", "changed", "removed"]
    notify: bool = False


class UnknownDeviceError(LookupError):
    """No phone of this world has that device identifier."""


_Inbox = queue.SimpleQueue[Push | News | None]


@dataclass(slots=True, kw_only=True)
class _Line:
    """A phone, the newest push of each topic that it has not taken, the pages that listen."""

    phone: Phone
    waiting: dict[str, int] = field(default_factory=dict)
    inboxes: list[_Inbox] = field(default_factory=list)


class PushHub:
    """Takes pushes of the fake push service, and news of the fake Google Wallet, to the pages.

    Safe to call from any thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._open = True
        self._lines = {line.phone.device: line for line in _read(path)}
        numbers = (n for line in self._lines.values() for n in line.waiting.values())
        self._number = max(numbers, default=0)

    def enrol(self, phone: Phone | None = None) -> Phone:
        """Let a phone into the world: a new one, or one that kept its names from before.

        Raises ValueError for names that are not 32 and 64 lower hexadecimal digits.
        """
        if phone is not None and not (
            _DEVICE.fullmatch(phone.device) and _TOKEN.fullmatch(phone.token)
        ):
            raise ValueError("a device is 32 and a push token 64 lower hexadecimal digits")
        phone = phone or Phone(device=secrets.token_hex(16), token=secrets.token_hex(32))
        with self._lock:
            if phone.device not in self._lines:
                self._lines[phone.device] = _Line(phone=phone)
                self._save()
            return self._lines[phone.device].phone

    def known(self, token: str) -> bool:
        """Tell whether a phone of this world has this push token."""
        with self._lock:
            return any(line.phone.token == token for line in self._lines.values())

    def deliver(self, token: str, topic: str) -> None:
        """Hand a push to the phone with this token, or keep it until the phone is back.

        A token that nobody has is ignored: a script that plays a phone makes up its own.
        """
        with self._lock:
            self._number += 1
            push = Push(number=self._number, topic=topic, stored=False)
            for line in self._lines.values():
                if line.phone.token == token:
                    line.waiting[topic] = push.number
                    for inbox in line.inboxes:
                        inbox.put(push)
                    self._save_unless_open(line)

    def tell_all(self, news: News) -> None:
        """Hand news of Google Wallet to every page that listens now."""
        with self._lock:
            for line in self._lines.values():
                for inbox in line.inboxes:
                    inbox.put(news)

    def taken(self, device: str, topic: str, number: int) -> None:
        """Let a phone say that it took a push; a newer one of that topic goes on waiting."""
        with self._lock:
            line = self._lines.get(device)
            if line and line.waiting.get(topic) == number:
                del line.waiting[topic]
                self._save_unless_open(line)

    def listen(
        self, device: str, *, beat_seconds: float = 15.0
    ) -> Generator[Push | News | None, None, None]:
        """Yield what a phone is to hear as it comes, None as a heartbeat; ends with the hub.

        Raises UnknownDeviceError at once, not at the first push.
        """
        with self._lock:
            line = self._lines.get(device)
            if line is None:
                raise UnknownDeviceError(device)
            inbox: _Inbox = queue.SimpleQueue()
            for topic, number in line.waiting.items():
                inbox.put(Push(number=number, topic=topic, stored=True))
            line.inboxes.append(inbox)
            if not self._open:
                inbox.put(None)
        return self._pushes(line, inbox, beat_seconds)

    def close(self) -> None:
        """End every open line, so that the threads that serve them can end."""
        with self._lock:
            self._open = False
            for line in self._lines.values():
                for inbox in line.inboxes:
                    inbox.put(None)
            self._save()

    def _pushes(
        self, line: _Line, inbox: _Inbox, beat_seconds: float
    ) -> Generator[Push | News | None, None, None]:
        try:
            yield None
            while True:
                try:
                    heard = inbox.get(timeout=beat_seconds)
                except queue.Empty:
                    yield None
                    continue
                if heard is None:
                    return
                yield heard
        finally:
            with self._lock:
                line.inboxes.remove(inbox)
                self._save_unless_open(line)

    def _save_unless_open(self, line: _Line) -> None:
        # An open page takes what comes at once, and asks for what it missed when it is back.
        if not line.inboxes:
            self._save()

    def _save(self) -> None:
        phones = [
            {"device": line.phone.device, "token": line.phone.token, "waiting": line.waiting}
            for line in self._lines.values()
        ]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps({"phones": phones}, indent=1))
        fresh.replace(self._path)


def _read(path: Path) -> list[_Line]:
    """The phones of before; none if the file is not there, or is not ours any more."""
    try:
        rows = json.loads(path.read_text())["phones"]
        return [
            _Line(phone=Phone(device=row["device"], token=row["token"]), waiting=row["waiting"])
            for row in rows
        ]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError):
        log.warning("%s cannot be read; its phones are forgotten", path)
        return []
