"""The whole product in one sitting: sign up, publish, join, add, pair, scan, stamp, redeem, undo.

The till's camera is fed with a video of the card's code; the phone page shows each change.
"""

import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser import running_browser
from tests.code_video import write_video
from tests.e2e.test_sign_up_to_poster import come_in
from tests.local_world import running

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
LISTEN = "window.shown = []; addEventListener('stempel:shown', (e) => shown.push(e.detail))"
POSTER_SECONDS_MAX = 180


class Faults(list[str]):
    """What no page may do: raise an error, or write one to the console."""

    def watch(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("console", lambda said: self.append(said.text) if said.type == "error" else None)
        return page


@pytest.fixture(scope="module")
def home(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del browser  # without one there is nothing to see: skip before a world is started
    return tmp_path_factory.mktemp("story") / "home"


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Mapping[str, Any]]:
    with running(home) as said:
        yield said


def test_from_the_landing_page_to_an_undone_reward(
    browser: Browser, demo: Mapping[str, Any], home: Path, tmp_path: Path
) -> None:
    faults = Faults()
    owner = faults.watch(browser.new_context(locale="en", viewport=DESKTOP))
    join_url = publish(owner, demo, home)

    customer = faults.watch(browser.new_context(locale="en", viewport=PHONE))
    apple, google = join(customer, join_url)
    iphone = faults.watch(browser.new_context(locale="en"))
    barcode = add(iphone, demo, apple)
    android = faults.watch(browser.new_context(locale="en"))
    save(android, google)
    phones = (iphone, android)
    pairing = start_pairing(owner, demo)

    video = write_video(tmp_path / "code.mjpeg", barcode, "clean")
    camera = (
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
        "--use-fake-ui-for-media-stream",
    )
    with running_browser(*camera) as counter:
        till = faults.watch(counter.new_context(locale="en", viewport=PHONE))
        pair(till, pairing)
        # The video of the code lies before the camera: the card is there without a tap.
        till.wait_for_selector(".s-card")
        till.click(".s-card .go")
        wait_balance(phones, "1 / 5")
        till.click(".s-done .toast button")
        wait_balance(phones, "0 / 5")
        fill_card(till)
        wait_balance(phones, "5 / 5")
        till.click(".s-done details.confirm summary")
        till.click(".s-done .sure")
        wait_balance(phones, "0 / 5")
        till.click(".s-done .toast button")
        wait_balance(phones, "5 / 5")
    assert faults == []


def publish(owner: Page, demo: Mapping[str, Any], home: Path) -> str:
    """From the landing page to the poster; the join link."""
    begun = time.monotonic()
    come_in(owner, demo["base_url"], home)
    owner.fill("#name", "Story Coffee")
    owner.locator("input[name=target][value='5']").check(force=True)
    owner.click(".savebar button")
    owner.wait_for_url("**/published")
    poster = owner.locator("a[href$='poster.pdf']").first.get_attribute("href")
    assert poster is not None
    pdf = owner.request.get(demo["base_url"] + poster)
    assert pdf.body().startswith(b"%PDF")
    assert time.monotonic() - begun < POSTER_SECONDS_MAX
    link = owner.locator("a[href*='/join/']").first.get_attribute("href")
    assert link is not None
    return link


def join(customer: Page, join_url: str) -> tuple[str, str]:
    """Fills the form; where the two wallet buttons lead."""
    customer.goto(join_url)
    customer.fill("[name=name]", "Marta")
    customer.fill("[name=contact]", "marta@example.com")
    customer.click("main form button.btn-primary")
    customer.wait_for_url("**/c/**")
    apple = customer.locator("a[href$='.pkpass']").first.get_attribute("href")
    google = customer.locator("a[href*='/google/save/']").first.get_attribute("href")
    assert apple is not None
    assert google is not None
    return apple, google


def save(android: Page, google: str) -> None:
    """Saves the card to the Android phone."""
    android.goto(google)
    android.wait_for_url("**/local/phone**")
    android.evaluate(LISTEN)


def add(phone: Page, demo: Mapping[str, Any], apple: str) -> str:
    """Adds the pass to the phone; the code that it shows."""
    phone.goto(f"{demo['phone_url']}?lang=en&add={apple}")
    phone.evaluate(LISTEN)
    phone.click("[data-action=confirm]")
    phone.wait_for_function("() => shown.length > 0")
    with zipfile.ZipFile(io.BytesIO(phone.request.get(apple).body())) as bundle:
        return str(json.loads(bundle.read("pass.json"))["barcodes"][0]["message"])


def start_pairing(owner: Page, demo: Mapping[str, Any]) -> str:
    """The address that the console's QR leads to."""
    owner.goto(demo["base_url"] + "/console/tills")
    owner.click("main .head form button")
    code = owner.locator(".pairing .mono").inner_text()
    return f"{demo['base_url']}/till/pair/{code.strip()}"


def pair(till: Page, address: str) -> None:
    till.goto(address)
    till.fill("#name", "Counter")
    till.click("main button")
    till.wait_for_url("**/till")


def fill_card(till: Page) -> None:
    """Five stamps at once, for the card that still lies before the camera."""
    till.goto(till.url)
    till.wait_for_selector(".s-card")
    till.click(".s-card details.more summary")
    till.click(".s-card button[name=stamps][value='5']")


def wait_balance(phones: tuple[Page, ...], balance: str) -> None:
    """Waits until each phone shows the balance."""
    for phone in phones:
        phone.wait_for_function("(wanted) => shown.at(-1)?.fields.balance === wanted", arg=balance)
