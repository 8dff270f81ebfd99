"""A till system in the one-machine world: the examples of its page, and a claim in a browser."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests import needs
from tests.local_world import call, running
from tests.looks import runs_over, small_targets, violations
from wallet.domain.standard_webhooks import sign

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hooks.md").read_text()
LOOKS = (
    ("pl", (390, 844), "light"),
    ("hu", (1280, 900), "dark"),
    ("en", (390, 844), "dark"),
    ("en", (320, 640), "light"),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Mapping[str, Any]]:
    with running(home) as demo:
        yield demo


@pytest.fixture
def card(demo: Mapping[str, Any]) -> dict[str, Any]:
    """A new card of the demo that counts euros."""
    made = call(demo, "POST", "/api/v1/programs/harbour-books/cards", {"member": {"name": "Jo"}})
    return dict(made)


def example(language: str) -> str:
    """The example of the page."""
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def environ(demo: Mapping[str, Any], card: Mapping[str, Any]) -> dict[str, str]:
    hook = demo["hook"]
    named = {"HOOK_URL": hook["url"], "HOOK_SECRET": hook["secret"], "BARCODE": card["barcode"]}
    return {**os.environ, **named, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def tell(demo: Mapping[str, Any], kind: str, **data: Any) -> dict[str, Any]:
    body = json.dumps({"type": kind, "timestamp": "2026-11-20T10:00:00Z", "data": data}).encode()
    message_id, now = secrets.token_hex(8), str(int(time.time()))
    request = urllib.request.Request(
        demo["hook"]["url"],
        body,
        {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": now,
            "webhook-signature": sign(demo["hook"]["secret"], message_id, now, body),
        },
    )
    with urllib.request.urlopen(request) as answer:
        return dict(json.load(answer))


def points(demo: Mapping[str, Any], card: Mapping[str, Any]) -> int:
    return int(call(demo, "GET", f"/api/v1/cards/{card['id']}")["balance"]["points"])


def test_the_pages_example_for_a_shell(demo: Mapping[str, Any], card: dict[str, Any]) -> None:
    needs.openssl()
    needs.curl()
    for status in ("applied", "duplicate"):
        done = subprocess.run(
            ["bash", "-euc", example("bash")],
            env=environ(demo, card),
            capture_output=True,
            check=True,
        )
        answer = json.loads(done.stdout)
        assert answer["status"] == status, answer
        assert answer["entry"]["points"] == 12
    assert points(demo, card) == 12


def test_the_pages_example_for_python(demo: Mapping[str, Any], card: dict[str, Any]) -> None:
    for status in ("applied", "duplicate"):
        done = subprocess.run(
            [sys.executable, "-c", example("python")],
            env=environ(demo, card),
            capture_output=True,
            check=True,
            text=True,
        )
        assert done.stdout.strip() == status
    assert points(demo, card) == 12


def test_the_page_names_all_answers() -> None:
    from chalice_app.routes import hooks
    from wallet.services.sales_desk import Status, Why

    slugs = [slug.value[0] for slug, _ in (*hooks._FLAWS.values(), hooks._NO_CARD)]
    for word in (*slugs, *Status, *Why, *hooks._TAKERS):
        assert f"`{word}`" in PAGE


@pytest.mark.parametrize(("language", "size", "scheme"), LOOKS)
def test_a_guest_puts_a_sale_on_the_card(
    demo: Mapping[str, Any],
    card: dict[str, Any],
    browser: Browser,
    *,
    language: str,
    size: tuple[int, int],
    scheme: Any,
) -> None:
    sale = {"sale_id": secrets.token_hex(4), "amount": 1250, "currency": "EUR"}
    answer = tell(demo, "sale.completed", **sale)
    assert answer["status"] == "pending"
    with browser.new_context(
        locale=language,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
    ) as context:
        said: list[str] = []
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.goto(answer["claim"]["url"])
        check(page, f"claim-{language}-{size[0]}-{scheme}")
        page.locator("#card").fill("7K3M-Q2ZT-4H")
        page.locator("#card").press("Enter")
        assert page.locator("#card").get_attribute("aria-invalid") == "true"
        assert page.locator("#card").input_value() == "7K3M-Q2ZT-4H"
        check(page, f"claim-{language}-{size[0]}-{scheme}-wrong")
        page.locator("#card").fill(card["code"])
        page.locator("form button").click()
        page.get_by_role("status").wait_for()
        check(page, f"claim-{language}-{size[0]}-{scheme}-done")
        # The page of a wrong code is a 422, which browsers list.
        assert not [text for text in said if "422" not in text]
    assert points(demo, card) == 12


def check(page: Any, name: str) -> None:
    """Nothing for axe, nothing wider than the screen, no small targets; a picture if wanted."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert [*violations(page), *small_targets(page, "height"), *runs_over(page)] == []


def test_the_demos_hook_outlives_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        hook = first["hook"]
    (tmp_path / "demo.json").unlink()  # tells when the second one is ready
    with running(tmp_path) as second:
        assert second["hook"]["secret"] == hook["secret"]
        assert second["hook"]["url"].rpartition("/")[2] == hook["url"].rpartition("/")[2]
        assert tell(second, "x")["status"] == "ignored"
