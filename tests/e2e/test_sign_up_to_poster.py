"""A merchant's first minutes in a real browser: from the first page to the poster."""

import gzip
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.local_world import running
from tests.looks import runs_over, small_targets, violations

PHONE, DESKTOP = (390, 844), (1280, 900)
LOOKS = (("pl", PHONE, "light"), ("hu", DESKTOP, "dark"), ("en", PHONE, "dark"))
CONSOLE_BYTES_MAX = 60 * 1024
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def home(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    del browser  # without one there is nothing to see: skip before a world is started
    return tmp_path_factory.mktemp("world") / "home"


@pytest.fixture(scope="module")
def base(home: Path) -> Iterator[str]:
    with running(home) as demo:
        said: Mapping[str, Any] = demo
        yield str(said["base_url"])


@pytest.fixture(scope="module")
def signed_in(browser: Browser, base: str, home: Path) -> StorageState:
    """The cookies of an owner with a programme."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    come_in(page, base, home)
    page.fill("#name", "Harbour Lane Coffee")
    page.click(".savebar button")
    page.wait_for_url("**/published")
    state = context.storage_state()
    context.close()
    return state


def come_in(page: Page, base: str, home: Path) -> str:
    """From the first page through the mail to the editor; the owner's address."""
    email = f"owner{next(_numbers)}@example.com"
    page.goto(base + "/")
    use_link(page, home, email)
    return email


def use_link(page: Page, home: Path, email: str) -> None:
    """Asks for a link and follows it."""
    page.fill("#email", email)
    page.click("main form button")
    page.wait_for_url("**/signup?sent=1")
    page.goto(newest_link(home, email))
    page.click("main form button")
    page.wait_for_url("**/console/programs/new")


def newest_link(home: Path, email: str) -> str:
    files = sorted((home / "mailbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in files]
    text = [str(mail.get_content()) for mail in mails if mail["To"] == email][-1]
    found = re.search(r"https?://\S+/signup/\w+", text)
    assert found
    return found[0]


def faults_of(page: Page) -> list[str]:
    """What goes wrong on a page, as it goes wrong."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if message.type != "log" else None,
    )
    return faults


def shown(page: Page, part: str) -> str:
    return page.locator(f'.apple [data-p="{part}"]').inner_text()


def test_both_passes_follow_what_is_typed_and_the_poster_is_printed(
    browser: Browser, base: str, home: Path
) -> None:
    context = browser.new_context(locale="hu", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults = faults_of(page)
    come_in(page, base, home)
    page.fill("#name", "Kis Kovász Pékség")
    page.select_option("#trade", "bakery")
    page.locator('[name="target"][value="8"]').check(force=True)
    page.locator('[name="style"][value="ring"]').check(force=True)
    assert shown(page, "name") == "Kis Kovász Pékség"
    assert shown(page, "reward") == "Ajándék kenyér"
    assert shown(page, "balance") == "5 / 8"
    page.wait_for_function(
        """() => document.querySelector('.apple [data-p="strip"]').src
            .endsWith('/art/1-b8451f-ring-loaf-5-8-strip2.png')"""
    )
    page.wait_for_function(
        "() => document.documentElement.style.getPropertyValue('--brand') === '#b8451f'"
    )
    assert (
        page.locator("#contrast").inner_text() == "Fehér szöveggel jól olvasható (5,4\xa0:\xa01)"
    )
    logo = io.BytesIO()
    Image.new("RGB", (300, 100), "#ffffff").save(logo, "PNG")
    file = {"name": "logo.png", "mimeType": "image/png", "buffer": logo.getvalue()}
    page.set_input_files("#file", file)  # type: ignore[arg-type]
    page.locator('.google [data-p="logo"]').wait_for()
    page.click(".savebar button")
    page.wait_for_url("**/published")
    link = page.locator(".joinlink").inner_text()
    assert re.fullmatch(rf"{base}/join/kis-kovasz-pekseg-[0-9a-z]{{4}}", link)
    poster = page.get_by_role("link", name="Plakát nyomtatása").get_attribute("href")
    answer = page.request.get(f"{base}{poster}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    assert faults == []
    context.close()


def test_it_all_works_without_a_script(browser: Browser, base: str, home: Path) -> None:
    context = browser.new_context(locale="en", java_script_enabled=False)
    page = context.new_page()
    come_in(page, base, home)
    page.select_option("#trade", "flowers")
    page.click(".savebar button")
    assert page.locator("#name-error").is_visible()
    page.fill("#name", "Florist")
    page.locator('[name="kind"][value="points"]').check(force=True)
    assert not page.locator(".only-stamps").is_visible()
    page.click(".savebar button")
    page.wait_for_url("**/published")
    page.get_by_role("link", name="Change the card").click()
    strip = page.locator('.apple [data-p="strip"]').get_attribute("src")
    assert strip == "/art/1-1f5b45-pad-flower-points-strip2.png"
    context.close()


def test_what_was_typed_outlives_the_session(browser: Browser, base: str, home: Path) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    faults = faults_of(page)
    email = come_in(page, base, home)
    page.fill("#name", "Typed for an hour")
    page.fill("#reward", "A slow tea")
    page.locator('[name="target"][value="6"]').check(force=True)
    other = context.new_page()
    other.goto(f"{base}/console/more")
    other.locator(".card form button").click()
    other.wait_for_url("**/signup?left=1")
    page.click(".savebar button")
    page.wait_for_url("**/signup?ended=1")
    use_link(page, home, email)
    assert page.locator("#kept").is_visible()
    assert shown(page, "name") == "Typed for an hour"
    assert shown(page, "balance") == "4 / 6"
    page.select_option("#trade", "bakery")
    assert page.input_value("#reward") == "A slow tea"
    page.click(".savebar button")
    page.wait_for_url("**/published")
    page.goto(f"{base}/console/programs/new")
    assert not page.locator("#kept").is_visible()
    assert page.input_value("#name") == ""
    assert faults == []
    context.close()


def test_money_is_asked_for_in_the_currency_that_was_chosen(
    browser: Browser, base: str, signed_in: StorageState
) -> None:
    context = browser.new_context(locale="en", storage_state=signed_in)
    page = context.new_page()
    page.goto(f"{base}/console/programs/new")
    page.locator('[name="kind"][value="points"]').check(force=True)
    assert page.locator('label[for="spend"]').inner_text() == "for each (GBP)"
    page.select_option("#currency", "HUF")
    assert page.locator('label[for="spend"]').inner_text() == "for each (HUF)"
    assert page.input_value("#spend") == "100"
    page.fill("#spend", "250")
    page.select_option("#currency", "PLN")
    assert page.input_value("#spend") == "250"
    context.close()


@pytest.mark.parametrize("look", LOOKS)
def test_anybody_can_use_the_pages(
    browser: Browser,
    base: str,
    signed_in: StorageState,
    look: tuple[str, tuple[int, int], Any],
) -> None:
    language, size, scheme = look
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale=language,
        storage_state=signed_in,
    )
    page = context.new_page()
    faults = faults_of(page)
    for path in paths(page, base):
        page.goto(base + path)
        found = [*violations(page), *small_targets(page, "height"), *runs_over(page)]
        assert found == [], path
        assert page.evaluate("document.documentElement.lang") == language
    assert faults == []
    context.close()


def paths(page: Page, base: str) -> list[str]:
    page.goto(f"{base}/console/programs")
    program = page.locator("a.cover").first.get_attribute("href")
    return ["/", "/signup", "/signup?sent=1", "/console/programs", "/console/programs/new",
            f"{program}", f"{program}?saved=1", f"{program}/published"]  # fmt: skip


def test_the_editor_is_light(browser: Browser, base: str, signed_in: StorageState) -> None:
    context: BrowserContext = browser.new_context(storage_state=signed_in)
    page = context.new_page()
    sizes: dict[str, int] = {}

    def weigh(answer: Any) -> None:
        if "/art/" not in answer.url:
            sizes[answer.url] = len(gzip.compress(answer.body()))

    page.on("response", weigh)
    page.goto(f"{base}/console/programs/new")
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= CONSOLE_BYTES_MAX, sizes
    context.close()
