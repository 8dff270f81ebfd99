"""Every page, in each language, at phone and desktop width.

Axe and the console have nothing to say.

The pages are those of the table of addresses, so a new one is looked at from its first day.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, ViewportSize

from chalice_app.addresses import ADDRESSES
from tests.local_world import call, running
from tests.looks import runs_over, violations

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PATHS = sorted(
    each.path
    for each in ADDRESSES
    if each.is_page and each.method == "GET" and not each.path.endswith(".pdf")
)
# These say that what they were asked for is gone, and say it on a page.
GONE = {"/claim/{token}", "/google/save/{token}", "/signup/{token}"}


@dataclass(frozen=True, kw_only=True)
class Town:
    """A world, a card in it, and the cookies of its owner's browser, which is a till as well."""

    demo: Mapping[str, Any]
    card: Mapping[str, Any]
    entry_id: str
    cookies: StorageState

    def address(self, path: str) -> str:
        """A page's address, its names filled in."""
        values = {
            "card_id": self.card["id"],
            "card_token": self.card["links"]["card"].rpartition("/")[2],
            "code": "7K3M-Q2ZT-4H",
            "entry_id": self.entry_id,
            "program_id": self.card["program_id"],
            "token": "nobodys",
        }
        return str(self.demo["base_url"]) + path.format(**values)


@pytest.fixture(scope="module")
def town(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home: Path = tmp_path_factory.mktemp("town") / "home"
    with running(home) as demo:
        path = f"/api/v1/programs/{demo['programs'][0]['id']}/cards"
        card = call(demo, "POST", path, {"member": {"name": "Marta K."}})
        earned = call(demo, "POST", f"/api/v1/cards/{card['id']}/earn", {"stamps": 12})
        entry_id = earned["entry"]["id"]
        cookies = _cookies(browser, demo)
        yield Town(demo=demo, card=card, entry_id=entry_id, cookies=cookies)


def _cookies(browser: Browser, demo: Mapping[str, Any]) -> StorageState:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(demo["console_url"])
    page.goto(demo["till_url"])
    page.fill("#name", "Counter")
    page.click("main button")
    page.wait_for_url("**/till")
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.parametrize("language", ["pl", "hu", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_sound(browser: Browser, town: Town, path: str, language: str) -> None:
    found = {}
    for name, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
        context = browser.new_context(
            storage_state=town.cookies, locale=language, viewport=viewport, reduced_motion="reduce"
        )
        page = context.new_page()
        found[name] = _faults(page, town.address(path), language, gone=path in GONE)
        context.close()
    assert found == {"phone": [], "desktop": []}


def _faults(page: Page, address: str, language: str, *, gone: bool) -> list[str]:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        # The status of a page that says what is gone is no fault of the page.
        lambda said: (
            faults.append(said.text)
            if said.type == "error" and not (gone and "status of 4" in said.text)
            else None
        ),
    )
    answer = page.goto(address)
    assert answer is not None
    policy = answer.headers.get("content-security-policy", "")
    if "'none'" not in policy or "unsafe-inline" in policy or "'unsafe-eval'" in policy:
        faults.append(f"policy: {policy}")
    if answer.ok is gone:
        faults.append(f"status {answer.status}")
    if page.locator("html").get_attribute("lang") != language:
        faults.append("another language")
    faults += [*violations(page), *runs_over(page)]
    if re.search(r"\{[a-z_]+\}", page.inner_text("body")):
        faults.append("a name in braces was not filled in")
    return faults
