"""Google's names of programmes and cards, there and back."""

import pytest

from tests.wallet.domain.samples import card
from tests.wallet.google.official import ISSUER
from wallet.apple.webservice import read_device_id
from wallet.domain.ids import ProgramId
from wallet.google.ids import (
    IssuerId,
    card_of,
    class_id,
    google_device,
    is_google,
    object_id,
    program_of,
)

CARD = card().id


@pytest.mark.parametrize("program_id", ["a", "shop-1_x", "_", "-", "A" * 64])
def test_a_class_names_its_programme(program_id: str) -> None:
    name = class_id(ISSUER, ProgramId(program_id))
    assert program_of(ISSUER, name) == program_id
    assert program_of(IssuerId("1"), name) is None


def test_an_object_names_its_card() -> None:
    name = object_id(ISSUER, CARD)
    assert card_of(ISSUER, name) == CARD
    assert card_of(IssuerId(ISSUER + "2"), name) is None


@pytest.mark.parametrize(
    "name", ["", ".", ISSUER, f"{ISSUER}.", f"{ISSUER}.x.{CARD}", f"{ISSUER}.{CARD}\n", CARD]
)
def test_other_names_are_nobody_s(name: str) -> None:
    assert card_of(ISSUER, name) is None


def test_no_phone_of_apple_can_take_google_s_name() -> None:
    assert is_google(google_device(CARD))
    assert read_device_id(google_device(CARD)) is None
