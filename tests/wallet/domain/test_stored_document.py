"""A version that was stored is readable for ever, though a release may come that allows less."""

from typing import Any

import pytest
from hypothesis import given

from tests.wallet.domain.documents import DOCUMENTS, DROP, spoiled
from tests.wallet.domain.rich_samples import MARKET
from wallet.domain.errors import InvalidProgramError
from wallet.domain.program_document import read_terms, stored_terms, write_terms


@given(DOCUMENTS)
def test_what_is_allowed_is_read_alike(document: dict[str, Any]) -> None:
    assert stored_terms(document) == read_terms(document)


# As if an older release had allowed it.
ALLOWED_ONCE: list[tuple[str, object]] = [
    ("name", "x" * 200),
    ("currency", "PLNX"),
    ("time_zone", "Europe/Atlantis"),
    ("rules.0.step", 10**12),
    ("rules.0.id", "Spend Money"),
    ("rules.1.items.skus", [str(n) for n in range(500)]),
    ("rules.4.percent", 50),
    ("rules.4.when.weekdays", ["mon", "mon"]),
    ("rules.4.when.to", "14:00"),
    ("rules.4.when", {"from": "14:00"}),
    ("rules.5.when.to_day", "2026-01-01"),
    ("rules.7.visits", 60),
    ("rules.7.offer", "gone"),
    ("rules", MARKET["rules"][:1] * 2),
    ("rewards.0.cost", {"points": 1, "stamps": 1}),
    ("rewards.1.often.count", 10**6),
    ("rewards.3.url", "http://film.example"),
    ("limits.1.rule", "gone"),
    ("limits.2.per", "visit"),
    ("earning.percent_max", 10**6),
    ("expiry.months", 1_000),
    ("expiry.remind_days", [365, 30, 7, 1]),
]


@pytest.mark.parametrize(("path", "value"), ALLOWED_ONCE)
def test_what_was_allowed_once_is_read_and_kept(path: str, value: object) -> None:
    stored = spoiled(MARKET, path, value)
    assert write_terms(stored_terms(stored)) == stored
    with pytest.raises(InvalidProgramError):
        read_terms(stored)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", 1),
        ("kind", "miles"),
        ("rules.0.kind", "lottery"),
        ("rules.0.step", DROP),
        ("rules.0.step", "1000"),
        ("rules.0.unheard_of", 1),
        ("rules.4.when.from", "noon"),
        ("rules.5.when.from_day", "2027-02-30"),
        ("limits.0.per", "hour"),
        ("design.picture", "boat"),
    ],
)
def test_what_means_nothing_to_this_release_is_not_guessed(path: str, value: object) -> None:
    with pytest.raises(InvalidProgramError):
        stored_terms(spoiled(MARKET, path, value))
