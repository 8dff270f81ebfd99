"""Cards to Google Wallet: the socket under wallet.google.api.

Whatever the network does, a card ends as Done, Retry or Rejected. urllib3 comes with botocore.

The worker that calls has a deadline of its own, so a batch has one too: a request that has not
begun by then is not sent, and its card is Retry.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self

import urllib3

from wallet.clients.google_token import TOKEN_URL, AccessTokens, Reply
from wallet.domain.cards import Card
from wallet.domain.programs import Program
from wallet.google.api import (
    Answer,
    Call,
    Documents,
    Done,
    Expired,
    Outcome,
    Retry,
    classify,
    upsert,
)

API_URL: Final = "https://walletobjects.googleapis.com"
SAVE_URL: Final = "https://pay.google.com/gp/v/save"

_TRIES: Final = 2
_THREADS: Final = 4  # four at a time stay below Google's 20 requests in a second
_PAUSE_SECONDS_MAX: Final = 2.0  # what asks for a longer wait is left to the queue
_BODY_BYTES_MAX: Final = 1_000_000
_CHUNK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Google's three addresses, without a slash at the end; or one in place of all."""

    api: str = API_URL
    token: str = TOKEN_URL
    save: str = SAVE_URL

    @classmethod
    def of(cls, url: str | None) -> Self:
        """Google's own, or those of what stands in for it at this address."""
        if not url:
            return cls()
        base = url.rstrip("/")
        return cls(api=base, token=f"{base}/token", save=f"{base}/gp/v/save")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait, in seconds: for a connection, for silence, for a whole batch."""

    connect_seconds: float = 2.0
    silence_seconds: float = 4.0
    batch_seconds: float = 10.0


class GoogleWire:
    """Requests over a few kept connections. Threads may share it."""

    def __init__(self, timeouts: Timeouts | None = None) -> None:
        self._timeouts = timeouts or Timeouts()
        self._pool = urllib3.PoolManager(maxsize=_THREADS, retries=False)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply | Retry:
        """What came back; Retry if nothing did, or only a part, or far too much."""
        timeouts = self._timeouts
        wait = urllib3.Timeout(connect=timeouts.connect_seconds, read=timeouts.silence_seconds)
        try:
            response = self._pool.request(
                method,
                url,
                headers=headers,
                body=body,
                timeout=wait,
                redirect=False,
                preload_content=False,
            )
            return _read(response, until=time.monotonic() + timeouts.silence_seconds)
        except urllib3.exceptions.HTTPError as fault:
            return Retry(None, type(fault).__name__)


class GoogleApi:
    """Calls of the API with a token, a new one if Google does not take it."""

    def __init__(self, wire: GoogleWire, tokens: AccessTokens, url: str) -> None:
        self._wire = wire
        self._tokens = tokens
        self._url = url

    def ask(self, call: Call, documents: Documents) -> Answer:
        """What Google's answer to the call means. Never raises for what network or Google do."""
        token = self._tokens.token()
        if not isinstance(token, str):
            return token
        answer = self._send(call, documents, token)
        if not isinstance(answer, Expired):
            return answer
        token = self._tokens.token(instead_of=token)
        return self._send(call, documents, token) if isinstance(token, str) else token

    def _send(self, call: Call, documents: Documents, token: str) -> Answer:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json; charset=utf-8",
        }
        url = self._url + call.path(documents)
        reply = self._wire.send(call.method, url, headers, call.body(documents))
        if isinstance(reply, Retry):
            return reply
        return classify(call, reply.status, reply.body, reply.retry_after)


class GooglePasses:
    """The cards of an issuer, brought to Google as they stand.

    `write` makes the bodies, `hang` puts up the pictures that they name: Google fetches them as
    it takes the card, and refuses it if they are not there. Both may raise for what is ours.
    """

    def __init__(
        self,
        ask: Callable[[Call, Documents], Answer],
        *,
        write: Callable[[Card, Program], Documents],
        hang: Callable[[Card, Program], None],
        pause: Callable[[float], None],
        timeouts: Timeouts | None = None,
    ) -> None:
        self._ask = ask
        self._write = write
        self._hang = hang
        self._pause = pause
        self._batch_seconds = (timeouts or Timeouts()).batch_seconds
        # The version of each class that this process has brought to Google. Another one may have
        # as well: a patch that changes nothing does no harm.
        self._classes: dict[str, int] = {}

    def upsert(self, card: Card, program: Program) -> Outcome:
        """Brings one card to Google: inserted or updated, with its class."""
        return self.upsert_all([(card, program)])[0]

    def upsert_all(self, pairs: Sequence[tuple[Card, Program]]) -> Sequence[Outcome]:
        """Brings each card to Google, several at a time; the outcomes in the same order."""
        until = time.monotonic() + self._batch_seconds
        with ThreadPoolExecutor(max_workers=_THREADS) as threads:
            return list(threads.map(lambda pair: self._patiently(*pair, until=until), pairs))

    def _patiently(self, card: Card, program: Program, *, until: float) -> Outcome:
        outcome: Outcome = Retry(None, "no time left")
        for attempt in range(_TRIES):
            if time.monotonic() >= until:
                break
            outcome = self._once(card, program, until)
            if not isinstance(outcome, Retry) or not self._waits(outcome, attempt):
                break
        return outcome

    def _waits(self, outcome: Retry, attempt: int) -> bool:
        """Waits before another try; False if there is to be none."""
        seconds = outcome.after_seconds or 0.0
        if attempt + 1 == _TRIES or seconds > _PAUSE_SECONDS_MAX:
            return False
        self._pause(seconds)
        return True

    def _once(self, card: Card, program: Program, until: float) -> Outcome:
        self._hang(card, program)
        documents = self._write(card, program)
        is_news = self._classes.get(program.id, 0) < program.version
        steps = upsert(class_first=is_news)
        call = next(steps)
        while time.monotonic() < until:
            try:
                call = steps.send(self._ask(call, documents))
            except StopIteration as end:
                outcome: Outcome = end.value
                if is_news and isinstance(outcome, Done):
                    self._classes[program.id] = program.version
                return outcome
        return Retry(None, "no time left")


def _read(response: urllib3.BaseHTTPResponse, *, until: float) -> Reply | Retry:
    """The whole of a body that comes in time and is of a size that Google's answers have."""
    body = b""
    while chunk := response.read1(_CHUNK_BYTES):
        body += chunk
        if len(body) > _BODY_BYTES_MAX or time.monotonic() > until:
            response.close()
            return Retry(None, "an answer without an end")
    response.release_conn()
    retry_after = response.headers.get("Retry-After", "")
    return Reply(status=response.status, body=body, retry_after=retry_after)
