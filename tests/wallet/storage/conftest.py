"""Each port twice: in memory and in DynamoDB. What is asked of the one is asked of the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import pytest

from tests.wallet.services import made
from tests.wallet.services.fakes import (
    FakeDevices,
    FakeLedger,
    FakePrograms,
    FakeStatistics,
)
from wallet import runtime
from wallet.domain.cards import Card
from wallet.services.fold_statistics import Statistics
from wallet.services.ports import Devices, Heads, Ledger, Programs
from wallet.services.sweep import ChangedHeads
from wallet.storage.ledger import head_row


class LedgerKind(Ledger, Heads, ChangedHeads, Protocol):
    """All that the two ledgers promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The ports of one kind."""

    kind: Literal["memory", "dynamodb"]
    ledger: LedgerKind
    programs: Programs
    devices: Devices
    statistics: Statistics

    def put_head(self, card: Card) -> None:
        """Writes a head, as an enrolment does."""
        if isinstance(self.ledger, FakeLedger):
            self.ledger.put(card)
        else:
            head_row(card).save()


@pytest.fixture(params=["memory", "dynamodb"])
def kit(request: pytest.FixtureRequest) -> Iterator[Kit]:
    """The ports in memory, then in DynamoDB, where it is made.NOW as well."""
    parts: dict[str, Any] = {
        "ledger": FakeLedger(),
        "programs": FakePrograms(),
        "devices": FakeDevices(),
        "statistics": FakeStatistics(),
    }
    if request.param == "dynamodb":
        request.getfixturevalue("world")
        parts = {name: getattr(runtime, name)() for name in parts}
    runtime.use_clock(lambda: made.NOW)
    yield Kit(kind=request.param, **parts)
    runtime.use_clock(lambda: datetime.now(UTC))
