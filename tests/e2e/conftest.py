"""A browser for the tests of a module, and a world where a module asks for no other."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import running_browser
from tests.local_world import running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, or skip."""
    with running_browser() as started:
        yield started


@pytest.fixture(scope="module")
def demo(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Any]]:
    """A world, and what it says of its shops."""
    del browser  # without one there is nothing to see: skip before a world is started
    with running(tmp_path_factory.mktemp("world") / "home") as said:
        yield said
