"""What a member allowed or took back, in the words that they read when they did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConsentKind(StrEnum):
    """Which channel news may take. Each is asked for on its own."""

    EMAIL = "email"
    PASS = "pass"  # noqa: S105  a wallet's pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One act: given or taken back, the words on the page, their language, and when.

    Such acts are only ever added; what counts is the newest of each kind.
    """

    kind: ConsentKind
    given: bool
    text: str
    language: str
    at: datetime
