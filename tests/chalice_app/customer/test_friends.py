"""The pages of a friend's link, in a browser: seen at once, for everyone, with a script and
without.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chalice_app.customer.shop import BOOKS, CAFE, Shop, open_program
from tests.local_world import call
from tests.looks import runs_over, violations

PHONE, DESKTOP, NARROW = (390, 660), (1280, 900), (320, 640)
BYTES_MAX = 30 * 1024
LOOKS = (
    ("pl", PHONE, "light"),
    ("hu", DESKTOP, "dark"),
    ("en", PHONE, "dark"),
    ("hu", NARROW, ""),
)
RULES: Mapping[str, Any] = {
    BOOKS: [
        {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
        {
            "id": "friend",
            "kind": "referral",
            "points": 20,
            "referrer": {"points": 50},
            "when": {"minimum": 2000},
        },
    ],
    CAFE: [
        {"id": "visit", "kind": "stamps_per_purchase", "stamps": 1},
        {"id": "friend", "kind": "referral", "stamps": 1, "referrer": {"stamps": 2}},
    ],
}
# What a phone has and this browser has not; what was shared is kept to be looked at.
_SHEET = """() => {
  window.shared = [];
  navigator.canShare = () => true;
  navigator.share = async (sheet) => { window.shared.push(sheet); };
}"""


@pytest.fixture(params=[BOOKS, CAFE])
def places(request: pytest.FixtureRequest, shop: Shop) -> tuple[str, str]:
    """Where a friend joins, and the card that sends them."""
    program = open_program(shop.demo, request.param, rules=RULES[request.param])
    return _places(shop, program)


def _places(shop: Shop, program: str) -> tuple[str, str]:
    member = {"member": {"name": "Marta"}}
    card = call(shop.demo, "POST", f"/api/v1/programs/{program}/cards", member)
    return f"{shop.demo['base_url']}/join/{program}?ref={card['id']}", card["links"]["card"]


@pytest.fixture
def books(shop: Shop) -> tuple[str, str]:
    """The same, of the bookshop."""
    return _places(shop, open_program(shop.demo, BOOKS, rules=RULES[BOOKS]))


@pytest.fixture
def said(browser: Browser) -> Iterator[tuple[BrowserContext, list[str]]]:
    """A browser that may copy, and what its console says."""
    context = browser.new_context(locale="en", permissions=["clipboard-read", "clipboard-write"])
    faults: list[str] = []
    context.on("console", lambda message: faults.append(message.text))
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context, faults
    context.close()


@pytest.mark.parametrize(("language", "size", "scheme"), LOOKS)
def test_both_pages_are_for_everyone(
    browser: Browser, places: tuple[str, str], language: str, size: tuple[int, int], scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page, faults = context.new_page(), list[str]()
    page.on("console", lambda message: faults.append(message.text))
    for path in places:
        page.goto(path)
        faults += violations(page) + runs_over(page)
        for part in page.locator("#link, #share").all():
            box = part.bounding_box()
            assert box is not None
            assert box["height"] >= 44
    context.close()
    assert faults == []


@pytest.mark.parametrize("language", ["en", "hu", "pl"])
def test_the_button_to_join_stays_in_sight(
    browser: Browser, places: tuple[str, str], language: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 660}, locale=language)
    page.goto(places[0])
    for place in ("h1", ".rule", ".friends-part", ".btn-primary"):
        box = page.locator(place).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 660, place
    page.close()


def test_the_link_can_be_copied_by_hand_without_a_script(
    browser: Browser, books: tuple[str, str]
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(books[1])
    assert page.locator("#link").get_attribute("value") == books[0]
    assert page.locator("#link").is_visible()
    assert not page.locator("#share").is_visible()
    context.close()


def test_a_press_copies_the_link(
    said: tuple[BrowserContext, list[str]], books: tuple[str, str]
) -> None:
    context, faults = said
    page = context.new_page()
    page.goto(books[1])
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_role("status").get_by_text("The link is copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == books[0]
    assert _marked(page) == books[0]
    assert faults == []


def test_where_nothing_may_be_copied_the_link_is_marked(
    said: tuple[BrowserContext, list[str]], books: tuple[str, str]
) -> None:
    context, faults = said
    for closed in ("undefined", "{ writeText: () => Promise.reject(new Error('no')) }"):
        page = context.new_page()
        page.add_init_script(
            f"Object.defineProperty(navigator, 'clipboard', {{ value: {closed} }})"
        )
        page.goto(books[1])
        page.click("#share")
        assert _marked(page) == books[0]
        assert page.locator("#shared").inner_text() == ""
    assert faults == []


def test_a_phone_opens_its_own_sheet(
    said: tuple[BrowserContext, list[str]], books: tuple[str, str]
) -> None:
    context, faults = said
    page = context.new_page()
    page.add_init_script(f"({_SHEET})()")
    page.goto(books[1])
    page.get_by_role("button", name="Share the link").click()
    assert page.evaluate("window.shared") == [
        {
            "title": "Harbour Books",
            "text": "20 points more with your first purchase of €20 or more",
            "url": books[0],
        }
    ]
    # Who closes the sheet has done nothing wrong, and wants nothing else instead.
    _refuse_sheet(page, "AbortError")
    page.click("#share")
    assert _marked(page) == ""
    assert faults == []


def test_where_the_sheet_cannot_open_a_press_copies_the_link(
    said: tuple[BrowserContext, list[str]], books: tuple[str, str]
) -> None:
    context, faults = said
    page = context.new_page()
    page.add_init_script(f"({_SHEET})()")
    page.goto(books[1])
    _refuse_sheet(page, "NotAllowedError")
    page.click("#share")
    page.get_by_role("status").get_by_text("The link is copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == books[0]
    assert faults == []


def _refuse_sheet(page: Page, error: str) -> None:
    refuse = "(name) => { navigator.share = () => Promise.reject(new DOMException('', name)); }"
    page.evaluate(refuse, error)


def _marked(page: Page) -> str:
    marked = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
    return str(page.locator("#link").evaluate(marked))


def test_both_pages_are_light(shop: Shop, places: tuple[str, str]) -> None:
    for address in places:
        text = shop.get(address.removeprefix(shop.demo["base_url"])).text
        files = re.findall(r'(?:<link rel="stylesheet" href|<script[^>]* src)="([^"]+)"', text)
        assert ("share." in "".join(files)) is ("/c/" in address)
        parts = [text, *(shop.get(each).text for each in files)]
        assert sum(len(gzip.compress(part.encode())) for part in parts) <= BYTES_MAX


def test_the_link_goes_along_to_another_language(browser: Browser, books: tuple[str, str]) -> None:
    page = browser.new_page(locale="en")
    page.goto(books[0])
    page.click("a[lang=pl]")
    assert "Od znajomej osoby" in page.locator(".friends-part").inner_text()
    page.click("text=Karta bez danych")
    page.wait_for_url("**/c/**")
    page.close()
