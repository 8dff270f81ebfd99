"""One world, one browser and one paired till for all tests of the folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import running_browser
from tests.e2e.till.place import Place, pair
from tests.local_world import running


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The till pairs in a browser of its own, which has gone when the tests open theirs."""
    home = tmp_path_factory.mktemp("till") / "home"
    with running(home) as demo:
        with running_browser() as started:
            place = pair(started, demo)
        yield place


@pytest.fixture(scope="module")
def browser(place: Place) -> Iterator[Browser]:
    """Without a camera."""
    with running_browser() as started:
        yield started
