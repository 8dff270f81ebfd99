"""Texts that are cut where a person would cut them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.google.lettering import cut, localized

FAMILY = "👩‍👩‍👧‍👦"
CASES = [
    ("Kawiarnia Lipowa", "Kawiarnia Lipowa"),
    ("Kawiarnia pod Lipami", "Kawiarnia pod Lipami"),
    ("Kawiarnia pod Lipami i Spółka", "Kawiarnia pod…"),
    ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffah…"),
    ("Café — Bar, Restaurant and more", "Café — Bar…"),
    (FAMILY * 20, FAMILY * 20),
    (FAMILY * 21, FAMILY * 19 + "…"),
    ("e\u0301" * 21, "e\u0301" * 19 + "…"),
    ("🇵🇱" * 21, "🇵🇱" * 19 + "…"),
    ("👍🏽" * 21, "👍🏽" * 19 + "…"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "shown"), CASES)
def test_a_name_in_twenty_characters(text: str, shown: str) -> None:
    assert cut(text, 20) == shown


@given(st.text(max_size=80), st.integers(2, 40))
def test_what_is_cut_is_a_beginning_and_not_longer(text: str, most: int) -> None:
    shown = cut(text, most)
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))
    assert cut(shown, most) == shown


def test_no_value_is_empty() -> None:
    assert localized("pl", "") == {"defaultValue": {"language": "pl", "value": "-"}}
