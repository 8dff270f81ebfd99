"""The wire between the product and DynamoDB: what goes over it, and faults put into it.

Sits where botocore hands a request to the socket, so that botocore's own retries, its parsing and
all of ours are what they are in service. The answers that stand in for DynamoDB's are worded as
its documentation has them:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session
from botocore.retries.standard import ExponentialBackoff

WRITE = "TransactWriteItems"
# botocore asks once and tries again three times.
BOTOCORE_TRIES = 4
_TARGET = "DynamoDB_20120810."


@dataclass(frozen=True, slots=True)
class Refused:
    """DynamoDB answers so, and has done nothing. `reasons` are a cancelled transaction's."""

    code: str
    reasons: tuple[str, ...] = ()
    status: int = 400


Fault = Refused | Literal["lost", "dropped"]
"""`lost`: done, but the answer does not arrive. `dropped`: the connection broke before."""

Plan = Callable[[str], Fault | None]
"""The fault of the next request of an operation, or None."""


def cancelled(*reasons: str) -> Refused:
    """A transaction that was cancelled; a reason for each item, `None` for those at no fault."""
    return Refused("TransactionCanceledException", reasons)


def script(operation: str, faults: Sequence[Fault | None]) -> Plan:
    """These faults, one after another, for the requests of one operation; then none."""
    left = deque(faults)
    return lambda asked: left.popleft() if asked == operation and left else None


@dataclass(slots=True)
class Wire:
    """What went over the wire: operations in order, and DynamoDB's answers to them.

    `written` is how many items each transaction brought.
    """

    plan: Plan
    operations: list[str] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def items_read(self) -> int:
        """How many items all reads brought; of those that a query passed over too."""
        return sum(
            answer.get("ScannedCount", 0)
            + ("Item" in answer)
            + sum(map(len, answer.get("Responses", {}).values()))
            for answer in self.answers
        )

    def next_fault(self, operation: str) -> Fault | None:
        with self._lock:
            self.operations.append(operation)
            fault = self.plan(operation)
            if fault:
                self.faults[fault if isinstance(fault, str) else fault.code] += 1
            return fault

    def note(self, answer: AWSResponse) -> None:
        with self._lock:
            self.answers.append(json.loads(answer.content))


@contextmanager
def tapped(plan: Plan = lambda _operation: None) -> Iterator[Wire]:
    """Watches the wire, and puts the planned faults into it, until the end of the block.

    botocore tries again without a pause in the meantime.
    """
    wire, send = Wire(plan), URLLib3Session.send

    def tapped_send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        operation = _operation(request)
        if operation is None:
            return send(session, request)
        if operation == WRITE and isinstance(request.body, str | bytes):
            wire.written.append(len(json.loads(request.body)["TransactItems"]))
        fault = wire.next_fault(operation)
        if isinstance(fault, Refused):
            return _answer(request, fault)
        if fault == "dropped":
            raise ConnectionClosedError(endpoint_url=request.url)
        answer = send(session, request)
        if fault == "lost":
            raise ConnectionClosedError(endpoint_url=request.url)
        wire.note(answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", tapped_send)
        patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
        yield wire


def _operation(request: AWSPreparedRequest) -> str | None:
    target: str | bytes = request.headers.get("X-Amz-Target", b"")
    text = target.decode() if isinstance(target, bytes) else target
    return text.removeprefix(_TARGET) if text.startswith(_TARGET) else None


class _Body:
    """What botocore asks of a body."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._content


def _answer(request: AWSPreparedRequest, refused: Refused) -> AWSResponse:
    said: dict[str, object] = {
        "__type": f"com.amazonaws.dynamodb.v20120810#{refused.code}",
        "Message": f"made up by the test [{', '.join(refused.reasons)}]",
    }
    if refused.reasons:
        said["CancellationReasons"] = [
            {"Code": reason, **({"Message": "made up"} if reason != "None" else {})}
            for reason in refused.reasons
        ]
    body = json.dumps(said).encode()
    headers = HTTPHeaders()
    headers["content-type"] = "application/x-amz-json-1.0"
    return AWSResponse(request.url, refused.status, headers, _Body(body))
