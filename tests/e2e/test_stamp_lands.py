"""The whole path at once: an earn at the API, and the stamp on the phone's screen."""

import sys
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser

from bench.phone import EARNS, add_card, earn_and_watch, figures


def test_each_of_fifty_stamps_is_shown_and_none_is_an_older_one(
    browser: Browser, demo: Mapping[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if message.type == "error" else None,
    )
    card_id = add_card(page, demo, demo["programs"][0]["id"])
    watched = [earn_and_watch(page, demo, card_id) for _ in range(EARNS)]
    with capsys.disabled():
        found = {
            name: round(figure, 3) for name, figure in figures([s for s, _ in watched]).items()
        }
        sys.stdout.write(f"\nfrom earn to shown: {found}\n")
    assert [balance for _, balance in watched] == [f"{n} / 10" for n in range(1, EARNS + 1)]
    assert faults == []
