"""How the phone page looks and speaks: three languages, every state, every width, no motion."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.infra.phone_browser import LISTEN, add, looking, wait_shown
from tests.infra.phone_world import PhoneWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PhoneWorld]:
    with PhoneWorld(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("lang", "words"),
    [("pl", "Teraz ty jesteś kasą"), ("hu", "Most te vagy a kassza"), ("en", "Now you are")],
)
def test_the_page_speaks_three_languages(
    page: Page, world: PhoneWorld, lang: str, words: str
) -> None:
    page.goto(f"{world.base_url}/local/phone?lang={lang}")
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.locator(".panel")).to_contain_text(words)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_state_is_accessible(
    browser: Browser, world: PhoneWorld, scheme: Any, width: int
) -> None:
    with looking(browser, width=width, scheme=scheme) as looks:
        page = looks.page
        page.goto(world.phone_url)
        page.locator("[data-program=coffee]").wait_for()
        looks.look("empty")
        add(page, world, world.new_card("one", stamps=3))
        looks.look("card")
        page.locator("[data-action=turn]").click()
        looks.look("back")
        page.locator("[data-action=remove]").click()
        looks.look("question")
        page.keyboard.press("Escape")
        add(page, world, world.new_card("two"))
        world.stamp("two", 1)
        wait_shown(page, "two", "1 / 10")
        looks.look("two cards and a notice")
        page.locator("[data-action=done]").click()
        looks.look("stack")
        page.locator("[data-action=add-card]").click()
        looks.look("sheet")
        page.goto(f"{world.base_url}/local/mailbox")
        looks.look("mailbox")
    assert looks.faults == {}


def test_nothing_scrolls_sideways_on_the_smallest_phone(page: Page, world: PhoneWorld) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    add(page, world, world.new_card("one"))
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_stamps_land_only_where_motion_is_wanted(browser: Browser, world: PhoneWorld) -> None:
    count = (
        "new Promise((done) => new MutationObserver((all) => {"
        " for (const one of all) for (const node of one.addedNodes)"
        " if (node.matches?.('.pass')) done(node.querySelectorAll('canvas.landing').length);"
        "}).observe(document.body, {childList: true, subtree: true}))"
    )
    landed = {}
    for motion in ("no-preference", "reduce"):
        context = browser.new_context(reduced_motion=motion)
        context.add_init_script(LISTEN)
        page = context.new_page()
        add(page, world, world.new_card(motion, stamps=3))
        page.evaluate(f"window.landed = {count}; 0")
        world.stamp(motion, 5)
        landed[motion] = page.evaluate("window.landed")
        context.close()
    assert landed == {"no-preference": 2, "reduce": 0}
