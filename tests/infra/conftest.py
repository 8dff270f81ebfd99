"""A browser for the tests of a module, and a page of it that tells of its faults."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import running_browser
from tests.infra.phone_browser import watched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, or skip."""
    with running_browser() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's browser."""
    with watched(browser) as page:
        yield page
