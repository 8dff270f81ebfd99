"""The console in a real browser.

Entered by demo.json's link, read, and used to put things right.
"""

import gzip
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.local_world import call, running
from tests.looks import runs_over, small_targets, violations

PHONE, DESKTOP = (390, 844), (1280, 900)
LOOKS = (("pl", PHONE, "light"), ("hu", DESKTOP, "dark"), ("en", (320, 640), "dark"))
PATHS = ("", "/members", "/tills", "/keys", "/connections", "/more")
CONSOLE_BYTES_MAX = 60 * 1024
CAFE, BOOKS = "kawiarnia-lipowa", "harbour-books"


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    del browser  # without one there is nothing to see: skip before a world is started
    with running(tmp_path_factory.mktemp("console") / "home") as said:
        for number in range(12):
            program = BOOKS if number % 3 else CAFE
            member = {"name": f"Marta {number}", "email": f"marta{number}@example.com"}
            card = call(said, "POST", f"/api/v1/programs/{program}/cards", {"member": member})
            award = {"points": 60} if number % 3 else {"stamps": number}
            if number:
                call(said, "POST", f"/api/v1/cards/{card['id']}/earn", award)
        yield dict(said)


def come_in(browser: Browser, demo: Mapping[str, Any], **looks: Any) -> Page:
    """A signed-in page."""
    page = browser.new_context(**looks).new_page()
    page.goto(demo["console_url"])
    return page


@pytest.mark.parametrize(("language", "size", "scheme"), LOOKS)
def test_the_pages_are_sound(
    browser: Browser,
    demo: Mapping[str, Any],
    language: str,
    size: tuple[int, int],
    scheme: Any,
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = come_in(browser, demo, locale=language, viewport=viewport, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PATHS:
        page.goto(f"{demo['base_url']}/console{path}")
        check(page, language)
    page.goto(f"{demo['base_url']}/console/members?program={CAFE}")
    page.locator(".listed .name a").first.click()
    page.locator(".asks summary").first.click()
    check(page, language)
    page.goto(f"{demo['base_url']}/console/tills")
    page.locator(".head button").click()
    expect(page.locator(".pairqr")).to_be_visible()
    check(page, language)
    assert said == []
    assert weight(page.context, demo) <= CONSOLE_BYTES_MAX
    page.context.close()


def check(page: Page, language: str) -> None:
    """What holds for every page."""
    assert page.get_attribute("html", "lang") == language
    found = [*violations(page), *small_targets(page, "height"), *runs_over(page)]
    assert found == [], page.url


def weight(context: BrowserContext, demo: Mapping[str, Any]) -> int:
    """What the heaviest page costs, compressed, with its sheets."""
    page = context.new_page()
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(gzip.compress(answer.body()))))
    page.goto(f"{demo['base_url']}/console")
    page.wait_for_load_state("networkidle")
    return sum(sizes)


def test_a_merchant_puts_things_right_without_javascript(
    browser: Browser, demo: Mapping[str, Any]
) -> None:
    page = come_in(browser, demo, locale="en", java_script_enabled=False)
    page.goto(f"{demo['base_url']}/console/members")
    page.fill("#q", "marta3@example.com")
    page.click(".seek button")
    expect(page.locator("h1")).to_have_text("Marta 3")
    expect(page.locator(".bigger")).to_have_text("3 of 10")
    page.click(".asks summary")
    page.click(".asks .btn-danger")
    expect(page.locator(".banner")).to_contain_text("Taken back")
    expect(page.locator(".bigger")).to_have_text("0 of 10")
    page.context.close()


def test_the_link_lets_in_more_than_once(browser: Browser, demo: Mapping[str, Any]) -> None:
    for _ in range(2):
        page = come_in(browser, demo, locale="en")
        expect(page.locator("h1")).to_have_text("Today")
        page.context.close()
