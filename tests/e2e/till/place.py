"""A paired till in a real browser, with cards to show at it."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, Request

from tests.local_world import call
from tests.looks import runs_over, violations

PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A world and the cookies of a till in it."""

    demo: Mapping[str, Any]
    cookies: Any

    def card(self, kind: str = "stamps", stamps: int = 0, **member: str) -> dict[str, Any]:
        """A new card. Stamps on it make it rest, as any earn does."""
        program = next(each for each in self.demo["programs"] if each["kind"] == kind)
        path = f"/api/v1/programs/{program['id']}/cards"
        card = call(self.demo, "POST", path, {"member": {"name": "Marta Kowalska", **member}})
        if stamps:
            call(self.demo, "POST", f"/api/v1/cards/{card['id']}/earn", {"stamps": stamps})
        return dict(card)

    def balance(self, card: Mapping[str, Any]) -> dict[str, Any]:
        """What is on a card now."""
        return dict(call(self.demo, "GET", f"/api/v1/cards/{card['id']}")["balance"])

    def entries(self, card: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What happened to a card, newest first."""
        return list(call(self.demo, "GET", f"/api/v1/cards/{card['id']}/entries")["entries"])

    @contextmanager
    def till(self, browser: Browser, **options: Any) -> Iterator[Page]:
        """The till's page. No fault of the page may go unseen."""
        faults: list[str] = []
        options = {"viewport": PHONE, "locale": "en", "reduced_motion": "reduce", **options}
        context = browser.new_context(storage_state=self.cookies, **options)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(self.demo["base_url"] + "/till")
        if options.get("java_script_enabled", True):
            page.wait_for_selector("#till[data-ready]")
        yield page
        context.close()
        # A line that a test cuts is told of by the browser too.
        assert [fault for fault in faults if "ERR_INTERNET_DISCONNECTED" not in fault] == []


def pair(browser: Browser, demo: Mapping[str, Any]) -> Place:
    """Follows the link of the demo, as the till's browser does."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(demo["till_url"])
    page.fill("#name", "Counter")
    page.click("main button")
    page.wait_for_url("**/till")
    cookies = context.storage_state()
    context.close()
    return Place(demo=demo, cookies=cookies)


def find(page: Page, typed: str) -> None:
    """Types a code on the first screen."""
    page.fill("#typed", typed)
    page.click(".find button")


def check_axe(page: Page) -> None:
    """Axe has nothing to say of the screen, and nothing runs over its edge."""
    assert [*violations(page), *runs_over(page)] == []


def slow_down(page: Page, milliseconds: int) -> None:
    """Adds so much to each round trip."""
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": milliseconds,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        },
    )


def is_earn(request: Request) -> bool:
    """Whether it is a tap on its way."""
    return request.url.endswith("/till/earn")


def new_phone() -> str:
    """A number that nobody has."""
    return f"+48{600_000_000 + secrets.randbelow(99_999_999)}"
