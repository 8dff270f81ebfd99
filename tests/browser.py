"""A real Chromium, without a sandbox (CI runs as root) and without calls home."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.needs import chromium

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running_browser(*flags: str) -> Iterator[Browser]:
    """A browser for the length of a block."""
    path = chromium()
    with _playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


_started: list[Playwright] = []


@contextmanager
def _playwright() -> Iterator[Playwright]:
    """The one that is running, or a new one: there can be only one at a time."""
    if _started:
        yield _started[0]
        return
    with sync_playwright() as playwright:
        _started.append(playwright)
        try:
            yield playwright
        finally:
            _started.clear()
