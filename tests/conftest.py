"""Engines that all tests share, started when a test first asks, and worlds in them."""

from collections.abc import Iterator

import hypothesis
import pytest

from tests import needs
from tests.certificates import Chain, chain_in
from tests.engine import Engine, EngineError, other_services, running
from tests.world import Services, Shop, World, fresh_world, services_of

# A slow machine is not a fault; what is slow is seen in `make bench`.
hypothesis.settings.register_profile("stempel", deadline=None)
hypothesis.settings.load_profile("stempel")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """DynamoDB Local, or skip."""
    try:
        with running() as engine:
            yield engine
    except EngineError as error:
        needs._found(None, f"DynamoDB Local ({error})")


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The address of SQS, S3 and Secrets Manager."""
    with other_services() as address:
        yield address


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A pass certificate with those above it."""
    return chain_in(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="module")
def world(engine: Engine) -> Iterator[World]:
    """Fresh tables, and the product bound to them. Tests of a module do not meet in them: each
    has a shop of its own.
    """
    with fresh_world(engine) as world:
        yield world


@pytest.fixture
def shop(world: World) -> Shop:
    """A merchant in that world."""
    return world.shop()


@pytest.fixture(scope="module")
def services(world: World, moto: str, chain: Chain) -> Iterator[Services]:
    """Queues, a bucket and secrets beside the tables."""
    with services_of(world, moto, chain) as services:
        yield services
