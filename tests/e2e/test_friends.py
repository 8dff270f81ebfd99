"""A friend joins by a card's link and buys.

Both cards say so, and both phones' pages with them.
"""

import time
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, Page

from tests.local_world import call

PROGRAM = "friends"
RULES = [
    {"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1},
    {
        "id": "friend",
        "kind": "referral",
        "points": 20,
        "referrer": {"points": 50},
        "when": {"minimum": 2000},
    },
]
SECONDS_MAX = 60.0


def test_a_friend_joins_by_the_link_and_both_are_thanked(
    browser: Browser, demo: Mapping[str, Any]
) -> None:
    publish(demo)
    member = {"member": {"name": "Marta"}}
    card = call(demo, "POST", f"/api/v1/programs/{PROGRAM}/cards", member)
    holder, friend = browser.new_page(locale="en"), browser.new_page(locale="en")
    holder.goto(card["links"]["card"])
    friend.goto(holder.locator("#link").input_value())
    assert "20 points more" in friend.locator(".friends-part").inner_text()
    friend.fill("#name", "Ewa")
    friend.fill("#contact", "ewa@example.com")
    friend.click("main .btn-primary")
    friend.wait_for_url("**/c/**")
    card_id = friend.url.partition("/c/")[2].partition("-")[0]
    for amount in (1999, 2000):
        purchase = {"purchase": {"amount": amount, "currency": "EUR"}}
        call(demo, "POST", f"/api/v1/cards/{card_id}/earn", purchase)
    wait_balance(friend, "59")
    wait_balance(holder, "50")
    assert "For bringing a friend" in holder.locator(".history").inner_text()
    assert "Ewa" not in holder.content()
    holder.click(".history .why")
    assert "Thanks for bringing a friend" in holder.locator("main").inner_text()


def publish(demo: Mapping[str, Any]) -> None:
    """A bookshop where friends are brought."""
    document = call(demo, "GET", f"/api/v1/programs/{demo['programs'][1]['id']}")
    names = ("name", "kind", "locale", "currency", "time_zone", "rewards", "design")
    terms = {name: document[name] for name in names}
    call(demo, "PUT", f"/api/v1/programs/{PROGRAM}", {**terms, "rules": RULES})


def wait_balance(page: Page, balance: str) -> None:
    """Looks at the page again until the card holds so much."""
    until = time.monotonic() + SECONDS_MAX
    while page.locator(".pass header dd").inner_text() != balance:
        assert time.monotonic() < until, page.locator(".pass header dd").inner_text()
        page.wait_for_timeout(200)
        page.reload()
