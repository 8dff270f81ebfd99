"""E-mail addresses and phone numbers in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.domain.contacts import (
    Contact,
    ContactKind,
    normal_email,
    normal_phone,
    read_contact,
)

PL, HU, IE = "Europe/Warsaw", "Europe/Budapest", "Europe/Dublin"


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Marta@Example.COM", "marta@example.com"),
        (" marta@example.com ", "marta@example.com"),
        ("o'brien+café@example.com", None),
        ("o'brien+cafe@example.com", "o'brien+cafe@example.com"),
        ("info@żółw.pl", "info@xn--w-uga1v8h.pl"),
        ("a@b", None),
        ("a@b..pl", None),
        ("a@.pl", None),
        ("@example.com", None),
        ("a@@example.com", None),
        ("a,b@example.com", None),
        ("a;b@example.com", None),
        ("<a@example.com>", None),
        ('"a b"@example.com', None),
        ("a\x7fb@example.com", None),
        ("a@exa mple.com", None),
        ("a@exa_mple.com", None),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
        ("x" * 65 + "@example.com", None),
        ("a@" + "x" * 64 + ".com", None),
        ("a@" + "x." * 130 + "pl", None),
    ],
)
def test_an_address_has_one_form(text: str, email: str | None) -> None:
    assert normal_email(text) == email


@pytest.mark.parametrize(
    ("text", "zone", "phone"),
    [
        ("+48 600 700 800", None, "+48600700800"),
        ("0048 600-700-800", PL, "+48600700800"),
        ("600 700 800", PL, "+48600700800"),
        ("48600700800", PL, "+48600700800"),
        ("(60) 070\u201108.00", PL, "+48600700800"),
        ("60070080", PL, None),
        ("06 30 123 4567", HU, "+36301234567"),
        ("30 123 4567", HU, "+36301234567"),
        ("36 30 123 4567", HU, "+36301234567"),
        ("085 123 4567", IE, "+353851234567"),
        ("600 700 800", "America/New_York", None),
        ("600 700 800", None, None),
        ("+0123456789", PL, None),
        ("+1234567890123456", PL, None),
        ("+48 600 700 80O", PL, None),
        ("0 600 700 800", PL, "+48600700800"),
        ("+48 (0) 600 700 800", PL, "+48600700800"),
        ("+48 600 700 80", PL, None),
        ("+48 600 700 8001", PL, None),
        ("+48 600 700 80", None, "+4860070080"),
        ("+36 (0)30 123 4567", HU, "+36301234567"),
        ("+36 06 30 123 4567", None, "+36301234567"),
        ("(06-30) 123-4567", HU, "+36301234567"),
        ("06 1 234 5678", HU, "+3612345678"),
        ("+36 30 123 45 678", HU, None),
        ("+44 (0)7700 900 123", PL, "+447700900123"),
        ("+1 212 555 0100", PL, "+12125550100"),
        ("\u0666\u0660\u0660\u0667\u0660\u0660\u0668\u0660\u0660", PL, None),
        ("", PL, None),
    ],
)
def test_a_number_has_one_form(text: str, zone: str | None, phone: str | None) -> None:
    assert normal_phone(text, zone) == phone


def test_one_field_takes_either() -> None:
    assert read_contact("A@example.com", PL) == Contact(
        kind=ContactKind.EMAIL, value="a@example.com"
    )
    assert read_contact("600700800", PL) == Contact(kind=ContactKind.PHONE, value="+48600700800")
    assert read_contact("Marta", PL) is None
    assert read_contact("600700800@", PL) is None


@given(st.text(max_size=40))
def test_the_form_of_a_form_is_itself(text: str) -> None:
    for normal in (normal_email, normal_phone):
        found = normal(text)
        assert found is None or normal(found) == found
        assert found is None or found.isascii()
