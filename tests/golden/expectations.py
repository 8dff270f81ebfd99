"""Compares what a runner sees with what a case expects.

A runner says what it sees as a mapping by the names of `Expect`; what it cannot see it leaves out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime, time

from tests.golden.cases import Expect
from wallet.domain.calendar import local_time
from wallet.domain.errors import WalletError

# Read by a runner in its own way.
_APART = ("replayed", "error", "explain", "other", "offers", "lines")
_LAST_SECOND = time(23, 59, 59)


def unmet(expect: Expect, seen: Mapping[str, object]) -> list[str]:
    """What is seen and is not as expected."""
    faults = [
        f"{field.name}: {seen[field.name]!r}, not {wanted!r}"
        for field in fields(expect)
        if field.name not in _APART
        and field.name in seen
        and (wanted := getattr(expect, field.name)) is not None
        and seen[field.name] != wanted
    ]
    if expect.offers is not None and "offers" in seen:
        faults += _unmet_offers(expect.offers, seen["offers"])
    if expect.lines is not None and "lines" in seen and seen["lines"] != dict(expect.lines):
        faults.append(f"lines: {seen['lines']!r}, not {dict(expect.lines)!r}")
    return faults


def end_text(expires_at: datetime | None, zone: str) -> str:
    """How a case writes an end: the day whose last local second it is, or "never"."""
    if expires_at is None:
        return "never"
    local = local_time(expires_at, zone)
    whole_day = local.time() == _LAST_SECOND
    return local.date().isoformat() if whole_day else local.isoformat()


def refusal_name(error: WalletError) -> str:
    """`balance-too-small` of a BalanceTooSmallError."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in name).strip("-")


def _unmet_offers(wanted: tuple[str, ...], seen: object) -> Iterable[str]:
    """`seen` are texts "id until day"; a case may leave the day unsaid."""
    held = seen if isinstance(seen, list) else []
    fits = len(held) == len(wanted) and all(
        one == text or one.startswith(f"{text} until ")
        for text, one in zip(wanted, held, strict=True)
    )
    if not fits:
        yield f"offers: {held}, not {list(wanted)}"
