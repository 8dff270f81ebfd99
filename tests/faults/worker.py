"""The push worker in a process of its own, to be killed between any two steps.

`python -m tests.faults.worker TOLD` reads a line of JSON for each run and answers with one. A run
is a fresh fork of this process, which has imported everything and opened no connection: it takes
messages from the real queue, hands them to the real handler and deletes them, until the queue is
empty or the step has come at which it is to kill itself, with SIGKILL, as the machine under it
might. Only APNs is made up: a phone that is told fetches its passes at once, and what it then has
is appended to the file TOLD.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Literal

from handlers.push_queue import push_passes
from infra.local.queues import Queue
from wallet import runtime, telemetry
from wallet.clients.aws import client
from wallet.runtime import wallets
from wallet.services.phones import Registration, Told
from wallet.services.refresh_passes import Messenger

Mutant = Literal["", "notes first", "deletes first"]
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """At which step a run dies, when it comes there for the nth time; never for 0."""

    step: str
    nth: int
    mutant: Mutant


class Stepped:
    """Something of which every call is two steps: one before, one after it."""

    def __init__(self, inner: object, step: Step) -> None:
        self._inner, self._step = inner, step

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)

        @wraps(call)
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self._step(f"before {name}")
            result = call(*args, **kwargs)
            self._step(f"after {name}")
            return result

        return stepped


class Phones:
    """The Pushes port: a phone that is told fetches what it holds, and has it from then on."""

    def __init__(self, told: Path, step: Step) -> None:
        self._told, self._step = told, step

    def tell(self, registrations: Sequence[Registration]) -> Sequence[Told]:
        """Tells one phone after the other."""
        for each in registrations:
            self._step("before tell")
            fetch(self._told, each)
            self._step("after tell")
        return [Told(each, "delivered") for each in registrations]


class Hasty(Phones):
    """A mutant: notes that phones have been told before it tells them."""

    def tell(self, registrations: Sequence[Registration]) -> Sequence[Told]:
        """Notes first."""
        for card_id in {each.card_id for each in registrations}:
            card = runtime.ledger().head(card_id)
            program = card and runtime.programs().current(card.program_id, runtime.now())
            if card and program:
                runtime.devices().note_pushed(card_id, card.pass_version(program))
        return super().tell(registrations)


class Careless:
    """A mutant: deletes messages as soon as it has them."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def receive_message(self, **asked: Any) -> Any:
        """Receives and deletes."""
        answer = self._sqs.receive_message(**asked)
        for message in answer.get("Messages", []):
            self._sqs.delete_message(
                QueueUrl=asked["QueueUrl"], ReceiptHandle=message["ReceiptHandle"]
            )
        return answer

    def delete_message_batch(self, **_asked: Any) -> Any:
        """Has been done."""
        return {}


def fetch(told: Path, phone: Registration) -> None:
    """What the phone has after it fetched all that it is registered for, as one line."""
    heads = runtime.ledger().heads(runtime.devices().cards_of(phone.device_id))
    has = {card.id: card.version for card in heads.values()}
    with told.open("ab", buffering=0) as file:
        file.write(json.dumps({"phone": phone.device_id, "has": has}).encode() + b"\n")


def work(told: Path, run: Run) -> None:
    """Empties the queue, or dies on the way."""
    step = _death(run)
    phones = (Hasty if run.mutant == "notes first" else Phones)(told, step)
    messenger = Messenger(
        heads=Stepped(runtime.ledger(), step),
        programs=runtime.programs(),
        devices=Stepped(runtime.devices(), step),
        pushes=phones,
        # Cards have been quiet for long: what bursts do is tested elsewhere.
        clock=lambda: runtime.now() + timedelta(hours=1),
        pause=lambda _seconds: None,
        alarm=lambda _reason: None,
    )
    wallets.messenger = lambda: messenger  # type: ignore[assignment]
    sqs = client("sqs")
    queue = Queue(
        client=Stepped(Careless(sqs) if run.mutant == "deletes first" else sqs, step),
        url=runtime.settings().push_queue_url,
        name="push_passes",
        handler=push_passes,
    )
    while queue.poll():
        pass


def _death(run: Run) -> Step:
    left = run.nth

    def step(name: str) -> None:
        nonlocal left
        left -= name == run.step
        if name == run.step and not left:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def main() -> None:
    """Forks for each line of the input."""
    told = Path(sys.argv[1])
    telemetry.use_stream(Path(os.devnull).open("w"))  # noqa: SIM115  for the life of the process
    # Made here, so that no fork has to: a client opens no connection until it is used.
    assert runtime.ledger()._connection.client, client("sqs")
    for line in sys.stdin:
        run = Run(**json.loads(line))
        child = os.fork()
        if not child:
            work(told, run)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
