"""The Android card: from the save link to the phone's screen, and a stamp onto it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.local_world import call

LISTEN = "window.shown = []; addEventListener('stempel:shown', (e) => shown.push(e.detail))"
SHOWN = "([object, balance]) => shown.find((s) => s.object === object \
 && s.fields.balance === balance)"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's browser; a script error or a refused resource fails the test that made it."""
    page = browser.new_page()
    page.add_init_script(LISTEN)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if message.type == "error" else None,
    )
    yield page
    page.close()
    assert faults == []


def object_of(card_id: str) -> str:
    return f"3388000000000000001.{card_id}"


def earn(demo: Mapping[str, Any], card_id: str, **award: int) -> None:
    call(demo, "POST", f"/api/v1/cards/{card_id}/earn", award)


def test_a_customer_saves_the_card_and_sees_a_stamp_land(
    page: Page, demo: Mapping[str, Any]
) -> None:
    path = f"/api/v1/programs/{demo['programs'][0]['id']}/cards"
    card = call(demo, "POST", path, {"member": {"name": "Marta K."}})

    page.goto(card["links"]["google"])

    page.wait_for_url(f"{demo['phone_url']}?**")
    page.wait_for_function(SHOWN, arg=[object_of(card["id"]), "0 / 10"])
    earn(demo, card["id"], stamps=3)
    page.wait_for_function(SHOWN, arg=[object_of(card["id"]), "3 / 10"])
    drawn = page.locator(f".pass.google[data-object='{object_of(card['id'])}']")
    expect(drawn.locator("[data-key=balance] dd")).to_have_text("3 / 10")
    expect(drawn.locator(".code p")).to_have_text(card["code"])
    hero = drawn.locator(".strip-area img")
    assert hero.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [1032, 336]
    expect(page.locator("#notice")).to_contain_text("Stempel demo")
    page.reload()
    expect(drawn.locator("[data-key=balance] dd")).to_have_text("3 / 10")


@pytest.mark.parametrize(("number", "given"), [(0, "1 / 10"), (1, "10")])
def test_a_newcomer_takes_a_demo_card_as_on_android(
    page: Page, demo: Mapping[str, Any], number: int, given: str
) -> None:
    page.goto(f"{demo['phone_url']}?lang=en")
    expect(page.locator("body")).to_have_attribute("data-state", "on")
    _offer(page)
    page.locator(f"[data-android={demo['programs'][number]['id']}]").click()
    page.wait_for_function("() => shown.length === 1")
    name = page.evaluate("shown[0].object")
    page.locator("[data-action=give]").click()
    page.wait_for_function(SHOWN, arg=[name, given])
    expect(page.locator(".outcome")).to_contain_text("from the till to the phone")


def test_a_card_that_was_taken_off_hears_of_no_more(page: Page, demo: Mapping[str, Any]) -> None:
    path = f"/api/v1/programs/{demo['programs'][0]['id']}/cards"
    card = call(demo, "POST", path, {"member": {"name": "Marta K."}})
    page.goto(card["links"]["google"])
    page.wait_for_function(SHOWN, arg=[object_of(card["id"]), "0 / 10"])
    page.locator("[data-action=turn]").click()
    page.locator("[data-action=remove]").click()
    page.locator("[data-action=confirm-remove]").click()
    expect(page.locator("#log [data-what='google.removed'][data-status='200']")).to_be_visible()
    expect(page.locator(f"[data-object='{object_of(card['id'])}']")).to_have_count(0)
    earn(demo, card["id"], stamps=1)
    page.goto(card["links"]["google"])  # the same link brings it back, as it stands now
    page.wait_for_function(SHOWN, arg=[object_of(card["id"]), "1 / 10"])


def _offer(page: Page) -> None:
    """Come to where cards are offered, whatever the phone holds."""
    page.locator("[data-action=done], [data-action=add-card], [data-android]").first.wait_for()
    if page.locator("[data-action=done]").count():
        page.locator("[data-action=done]").click()
        page.locator("[data-action=add-card]").wait_for()
    if page.locator("[data-action=add-card]").count():
        page.locator("[data-action=add-card]").click()
