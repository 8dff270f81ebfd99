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
from wallet.domain.ids import ProgramId
from wallet.services.codes import Codes
from wallet.services.fold_statistics import Statistics
from wallet.services.phones import Devices
from wallet.services.ports import Heads, Ledger, Programs
from wallet.services.sweep import ChangedHeads
from wallet.storage.claims import Claims
from wallet.storage.ledger_rows import head_row


class Stocks(Protocol):
    """How many pieces of rewards have been given."""

    def given(self, program_id: ProgramId, reward_id: str) -> int:
        """Of one reward."""


class LedgerKind(Ledger, Heads, ChangedHeads, Protocol):
    """All that the two ledgers promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The ports of one kind."""

    kind: Literal["memory", "dynamodb"]
    ledger: LedgerKind
    codes: Codes
    stocks: Stocks
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
    ledger = FakeLedger()
    parts: dict[str, Any] = {
        "ledger": ledger,
        "programs": FakePrograms(),
        "devices": FakeDevices(),
        "statistics": FakeStatistics(),
    }
    if request.param == "dynamodb":
        request.getfixturevalue("world")
        parts = {name: getattr(runtime, name)() for name in parts}
        parts |= {"codes": runtime.code_press().codes, "stocks": Claims()}
    else:
        parts |= {"codes": ledger.codes, "stocks": ledger}
    runtime.use_clock(lambda: made.NOW)
    yield Kit(kind=request.param, **parts)
    runtime.use_clock(lambda: datetime.now(UTC))
