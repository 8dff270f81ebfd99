"""The phone page in a browser: what tests watch, wait for, and look at."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.infra.phone_world import PhoneWorld
from tests.looks import runs_over, small_targets, violations

LISTEN = """
window.heard = [];
for (const name of ['stempel:push', 'stempel:shown']) {
  window.addEventListener(name, ({detail}) => window.heard.push({name, ...detail}));
}
"""


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page of a phone's browser; a script error or a refused resource fails its test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(10_000)
    context.add_init_script(LISTEN)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on(
        "console",
        # An answer that is a refusal is often just what a test asks for.
        lambda message: (
            errors.append(message.text)
            if message.type == "error" and "status of" not in message.text
            else None
        ),
    )
    yield context.new_page()
    context.close()
    assert errors == []


def add(page: Page, world: PhoneWorld, url: str) -> None:
    """Open the phone with a link, agree, and wait until the phone has done what follows."""
    page.goto(f"{world.phone_url}&add={url}")
    page.locator("[data-action=confirm]").click()
    expect(page.locator("#log [data-what=get]").first).to_be_visible()
    wait_until(page, "() => window.heard.some(({name}) => name === 'stempel:shown')")


def wait_until(page: Page, condition: str) -> None:
    page.wait_for_function(condition)


def wait_shown(page: Page, serial: str, balance: str) -> dict[str, Any]:
    """Wait until the phone says that it shows that balance; gives what it said."""
    found = page.wait_for_function(
        "([serial, balance]) => window.heard.find((said) => said.name === 'stempel:shown'"
        " && said.serial === serial && said.fields.balance === balance)",
        arg=[serial, balance],
    )
    said: dict[str, Any] = found.json_value()
    return said


class Looks:
    """A page of one width and scheme, and what is wrong with each of its states."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: dict[str, list[str]] = {}

    def look(self, state: str) -> None:
        """Notes what axe finds, what is too small for a finger, and whether it scrolls aside."""
        page = self.page
        small = small_targets(page, "height", "width")
        if found := [*violations(page), *small, *runs_over(page)]:
            self.faults[state] = found


@contextmanager
def looking(browser: Browser, *, width: int, scheme: Any) -> Iterator[Looks]:
    """Looks at a page without motion, for the length of a block."""
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.add_init_script(LISTEN)
    yield Looks(context.new_page())
    context.close()
