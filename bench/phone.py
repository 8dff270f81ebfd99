"""How long a stamp takes from the till's request to the phone's screen, in the one-machine world.

A real browser shows the phone page, which behaves as iOS does: push, list, fetch, draw. The clock
runs from before the request of the earn to the frame in which the new balance was painted.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import running_browser
from tests.local_world import call, running

EARNS = 50
BARS = {"earn_to_phone_p95_s": 1.0}
_LISTEN = "window.shown = []; addEventListener('stempel:shown', (e) => shown.push(e.detail))"
_NEXT = "(count) => shown.length > count"


def add_card(page: Page, demo: Mapping[str, Any], program_id: str) -> str:
    """Enrols a member and adds the pass to the phone; the card's id."""
    path = f"/api/v1/programs/{program_id}/cards"
    card = call(demo, "POST", path, {"member": {"name": "Marta K."}})
    page.goto(f"{demo['phone_url']}?lang=en&add={card['links']['apple']}")
    page.evaluate(_LISTEN)
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_function(_NEXT, arg=0)
    return str(card["id"])


def earn_and_watch(page: Page, demo: Mapping[str, Any], card_id: str) -> tuple[float, str]:
    """Gives a point or stamp.

    The seconds until the phone shows it, and the balance that it shows.
    """
    kind = "stamps" if demo["programs"][0]["kind"] == "stamps" else "points"
    seen = page.evaluate("shown.length")
    begun = time.time()
    call(demo, "POST", f"/api/v1/cards/{card_id}/earn", {kind: 1})
    page.wait_for_function(_NEXT, arg=seen)
    shown = page.evaluate("shown.at(-1)")
    return shown["time"] / 1000 - begun, shown["fields"]["balance"]


def measure() -> dict[str, float]:
    """Seconds from earn to shown: median and 95th percentile of 50 earns."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "home") as demo,
        running_browser() as browser,
    ):
        page = browser.new_page()
        card_id = add_card(page, demo, demo["programs"][0]["id"])
        seconds = [earn_and_watch(page, demo, card_id)[0] for _ in range(EARNS)]
    return figures(seconds)


def figures(seconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {
        "earn_to_phone_p50_s": statistics.median(seconds),
        "earn_to_phone_p95_s": statistics.quantiles(seconds, n=20)[-1],
    }


if __name__ == "__main__":
    for name, figure in measure().items():
        sys.stdout.write(f"{name:<24}{figure:>8.3f}\n")
