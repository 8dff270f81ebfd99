"""An owner in the console of the desk's shop, and one of a shop that has nothing to do with it."""

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.merchant.visitor import Visitor


@pytest.fixture
def owner(desk: Desk) -> Visitor:
    """Somebody signed in."""
    return Visitor().sign_in(desk.shop.merchant_id)


@pytest.fixture
def rival(desk: Desk) -> Visitor:
    """Somebody signed in elsewhere."""
    return Visitor().sign_in(desk.rival.merchant_id)
