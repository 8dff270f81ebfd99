"""The fake, started, and our client of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.google import FakeGoogle
from tests.infra.local.google.life import (
    Client,
    Life,
)


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def google(tmp_path: Path, life: Life) -> Iterator[FakeGoogle]:
    google = FakeGoogle(tmp_path / "google.json", life.world())
    google.start()
    yield google
    google.stop()


@pytest.fixture
def client(google: FakeGoogle, life: Life) -> Client:
    return Client(google.url, life)
