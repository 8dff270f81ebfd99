"""A till of the desk's shop, and a card to show at it."""

from typing import Any

import pytest

from tests.chalice_app.desk import Clock, Desk
from tests.chalice_app.till.counter import Till, pair


@pytest.fixture
def till(desk: Desk, clock: Clock) -> Till:
    """A till that speaks English."""
    return pair(desk.shop.merchant_id, Accept_Language="en")


@pytest.fixture
def card(desk: Desk) -> dict[str, Any]:
    """A card with stamps."""
    return desk.enrol(desk.shop.stamps, name="Marta Kowalska", phone="+48600700800")


@pytest.fixture
def points_card(desk: Desk) -> dict[str, Any]:
    """A card with points."""
    return desk.enrol(desk.shop.points, name="Ada")
