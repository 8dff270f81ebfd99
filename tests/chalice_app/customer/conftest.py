"""One world and one browser for the customer's pages."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import running_browser
from tests.chalice_app.customer.shop import BOOKS, CAFE, Shop, open_program
from tests.local_world import running


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mapping[str, Any], Path]]:
    home = tmp_path_factory.mktemp("customers") / "home"
    with running(home) as demo:
        yield demo, home


@pytest.fixture
def shop(served: tuple[Mapping[str, Any], Path]) -> Shop:
    """With programmes of the test's own: what one test sends does not count against another."""
    demo, home = served
    return Shop(
        demo=demo, home=home, cafe=open_program(demo, CAFE), books=open_program(demo, BOOKS)
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as started:
        yield started
