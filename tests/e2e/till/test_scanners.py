"""Scanners that type: with what they put after a code, and on whatever keyboard the till has."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.till.place import Place, find

# What a Hungarian keyboard writes for the keys that a scanner presses as on an American one.
HUNGARIAN = {"y": "z", "z": "y", "Y": "Z", "Z": "Y", "0": "ö"}

PRESS = """(keys) => {
  for (const each of keys) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, ...each }));
  }
}"""

# The browser would follow a link at Enter, unless it is told not to.
PRESS_TWICE = """() => {
  for (let i = 0; i < 2; i += 1) {
    const enter = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Enter" });
    if (document.activeElement.dispatchEvent(enter)) document.activeElement.click();
  }
}"""


def press(page: Page, code: str) -> None:
    """Scans a code on a keyboard that is set to Hungarian."""
    keys = [
        {
            "key": HUNGARIAN.get(letter, letter),
            "code": f"Digit{letter}" if letter.isdigit() else f"Key{letter.upper()}",
            "shiftKey": letter.isupper(),
        }
        for letter in code
    ]
    page.evaluate(PRESS, [*keys, {"key": "Enter", "code": "Enter"}])


def test_a_hungarian_keyboard_changes_no_code(place: Place, browser: Browser) -> None:
    card = place.card(name="Ada")
    while not set("yzYZ0") & set(card["barcode"]):
        card = place.card(name="Ada")
    with place.till(browser) as page:
        press(page, card["barcode"])
        expect(page.get_by_role("heading", name="Ada", exact=True)).to_be_visible()


@pytest.mark.parametrize("ends", [(), ("Tab",), ("Enter",)])
def test_a_code_is_no_amount_however_it_ends(
    place: Place, browser: Browser, ends: tuple[str, ...]
) -> None:
    points, card = place.card("points", name="Ben"), place.card(name="Ada")
    with place.till(browser) as page:
        find(page, points["barcode"])
        page.wait_for_selector(".s-pad")
        page.click("[data-digit='7']")
        page.wait_for_selector("[data-give]:enabled")
        page.focus("[data-next]")
        page.keyboard.type(card["barcode"])
        for key in ends:
            page.keyboard.press(key)
        expect(page.get_by_role("heading", name="Ada", exact=True)).to_be_visible()
    assert place.entries(points) == place.entries(card) == []


def test_a_second_end_presses_nothing(place: Place, browser: Browser) -> None:
    card = place.card(name="Ada")
    with place.till(browser) as page:
        page.focus("a[href='/till/join']")
        page.keyboard.type(card["barcode"])
        page.evaluate(PRESS_TWICE)
        expect(page.get_by_role("heading", name="Ada", exact=True)).to_be_visible()


def test_a_scanner_that_types_into_the_field_is_heard_too(place: Place, browser: Browser) -> None:
    card = place.card(name="Ada")
    with place.till(browser) as page:
        page.focus("#typed")
        page.keyboard.type(card["barcode"])
        page.keyboard.press("Tab")
        expect(page.get_by_role("heading", name="Ada", exact=True)).to_be_visible()
