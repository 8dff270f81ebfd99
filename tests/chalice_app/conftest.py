"""A desk for all tests of a module: what one test writes is another's card."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.certificates import Chain
from tests.chalice_app.desk import Clock, Desk, open_desk
from tests.chalice_app.engine_shop import Counterpart, market
from tests.chalice_app.phone import Phone, phone_with
from tests.chalice_app.till_system import TillSystem, till_system
from tests.engine import Engine
from tests.world import fresh_world, services_of
from wallet import runtime


@pytest.fixture(scope="module")
def desk(engine: Engine, moto: str, chain: Chain) -> Iterator[Desk]:
    """A merchant at the API."""
    with fresh_world(engine) as world, services_of(world, moto, chain):
        yield open_desk(world)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The time as the product sees it, from now on set by hand."""
    clock, real = Clock(), runtime._clock[0]
    runtime.use_clock(clock)
    yield clock
    runtime.use_clock(real)


@pytest.fixture
def card(desk: Desk) -> dict[str, Any]:
    """A new card with stamps."""
    return desk.enrol(desk.shop.stamps)


@pytest.fixture
def points(desk: Desk) -> dict[str, Any]:
    """A new card with points."""
    return desk.enrol(desk.shop.points)


@pytest.fixture
def till(desk: Desk) -> TillSystem:
    """A till system at a hook of its own."""
    return till_system(desk)


@pytest.fixture(scope="module")
def shop(desk: Desk) -> Counterpart:
    """A market that has rules of every kind."""
    return market(desk)


@pytest.fixture
def phone(card: dict[str, Any]) -> Phone:
    """A phone that holds its pass."""
    return phone_with(card)
