"""A browser for the tests of a module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import running_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, or skip."""
    with running_browser() as started:
        yield started
