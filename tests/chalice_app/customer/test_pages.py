"""The customer's pages in a real browser: without JavaScript, in three languages, by anyone."""

import gzip
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chalice_app.customer.shop import BOOKS, Shop, new_email, open_program

PHONE, DESKTOP = (390, 844), (1280, 900)
LOOKS = (("pl", PHONE, "light"), ("hu", DESKTOP, "dark"), ("en", PHONE, "dark"))
BYTES_MAX = 30 * 1024
_SEEN_WORDS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const holder = walker.currentNode.parentElement, box = holder.getBoundingClientRect();
    if (holder.closest("svg, .unseen") || box.top >= 660 || !box.height) continue;
    words.push(...walker.currentNode.data.trim().split(/\\s+/).filter(Boolean));
  }
  return words;
}"""
_SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select")]
  .filter(each => each.getBoundingClientRect().height && !each.closest(".unseen"))
  .filter(each => !(each.matches("a") && getComputedStyle(each).display === "inline"))
  .map(each => each.closest("label") ?? each)
  .filter(each => each.getBoundingClientRect().height < 43.9)
  .map(each => each.outerHTML.slice(0, 90))"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone that runs no script, and speaks Polish."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, locale="pl", java_script_enabled=False
    )
    yield context
    context.close()


def _customer_paths(shop: Shop) -> list[str]:
    joined = shop.join()
    token = joined.token
    for stamps in (3, 2, 2):
        shop.earn(token, stamps=stamps)
    points = shop.join(shop.books).token
    shop.earn(points, points=75)
    return [
        f"/join/{shop.cafe}",
        f"/join/{shop.books}",
        f"/join/{shop.cafe}/again",
        f"/join/{shop.cafe}/again?sent=1",
        joined.location,
        f"/c/{token}",
        f"/c/{points}",
        f"/c/{token}/history",
        f"/c/{token}/consents?saved=1",
        f"/rules/{shop.cafe}",
    ]


def test_a_customer_joins_and_comes_back_without_a_script(
    shop: Shop, phone: BrowserContext
) -> None:
    page, email = phone.new_page(), new_email()
    page.goto(f"{shop.demo['base_url']}/join/{shop.cafe}")
    assert page.locator("html").get_attribute("lang") == "pl"
    page.fill("#name", "Marta 🙂")
    page.fill("#contact", email)
    page.click("text=Odbierz kartę")
    assert "/c/" in page.url
    expect(page.locator("text=Karta gotowa.")).to_be_visible()
    expect(page.locator("text=0 / 10")).to_be_visible()
    page.goto(f"{shop.demo['base_url']}/join/{shop.cafe}")
    page.click("text=Mam już kartę")
    page.fill("#contact", email)
    page.click("text=Wyślij link")
    expect(page.locator("text=Jeśli ten adres ma już kartę")).to_be_visible()
    assert len(set(shop.mailed_tokens(email))) == 1
    page.goto(f"{shop.demo['base_url']}/join/{shop.cafe}")
    page.click("text=Karta bez danych")
    assert "welcome=plain" in page.url


def test_a_wrong_field_gets_the_focus_and_the_rest_stays(shop: Shop, browser: Browser) -> None:
    page = browser.new_page(locale="en")
    page.goto(f"{shop.demo['base_url']}/join/{shop.cafe}")
    page.fill("#name", "Zoë")
    page.fill("#contact", "not a contact")
    page.click(".btn-primary")
    assert page.locator("#contact").input_value() == "not a contact"
    assert page.locator("#name").input_value() == "Zoë"
    assert page.evaluate("document.activeElement.id") == "contact"
    assert page.locator("#contact-error").is_visible()
    assert Axe().run(page).violations_count == 0
    page.close()


@pytest.mark.parametrize("language", ["en", "hu", "pl"])
@pytest.mark.parametrize("kind", ["cafe", "books"])
def test_reward_rule_and_button_are_seen_at_once_in_few_words(
    shop: Shop, browser: Browser, language: str, kind: str
) -> None:
    program = shop.cafe if kind == "cafe" else shop.books
    page = browser.new_page(viewport={"width": PHONE[0], "height": 660}, locale=language)
    page.goto(f"{shop.demo['base_url']}/join/{program}")
    for place in ("h1", ".rule", ".btn-primary"):
        box = page.locator(place).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 660
    words = page.evaluate(_SEEN_WORDS)
    assert len(words) <= 25, words
    page.close()


def _program(shop: Shop, name: str, reward: str) -> str:
    """Of a shop with such a name, for such a reward."""
    cost = {"id": "r", "name": reward, "kind": "gift", "cost": {"points": 5_000}}
    return open_program(shop.demo, BOOKS, name=name, locale="hu", rewards=[cost])


@pytest.mark.parametrize(
    ("name", "reward"),
    [
        ("Kézműves Péksüteménybolt", "Kovászos rozskenyér"),
        ("Kézműves Kenyér- és Péksüteménybolt", "Ajándék kovászos rozskenyér lenmaggal"),
        (
            "Hagyományőrző Kézműves Kenyér- és Péksüteménybolt Zuglóban",
            "Kovászos teljes kiőrlésű rozskenyér lenmaggal és tökmaggal!!",
        ),
    ],
)
def test_long_words_leave_the_button_in_sight(
    shop: Shop, browser: Browser, name: str, reward: str
) -> None:
    page = browser.new_page(viewport={"width": PHONE[0], "height": 660}, locale="hu")
    page.goto(f"{shop.demo['base_url']}/join/{_program(shop, name, reward)}")
    for place in ("h1", ".rule", ".btn-primary"):
        box = page.locator(place).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 660
    page.close()


def test_a_name_without_spaces_breaks_no_page(shop: Shop, browser: Browser) -> None:
    program = _program(shop, "W" * 60, "🙂" * 60)
    token = shop.join(program).token
    page = browser.new_page(viewport={"width": 320, "height": 640})
    paths = (f"/join/{program}", f"/join/{program}/again", f"/rules/{program}")
    for path in (*paths, f"/c/{token}", f"/c/{token}/consents", f"/c/{token}/history"):
        page.goto(shop.demo["base_url"] + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.close()


@pytest.mark.parametrize(("language", "size", "scheme"), LOOKS)
def test_every_page_is_for_everyone(
    shop: Shop, browser: Browser, language: str, size: tuple[int, int], scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in _customer_paths(shop):
        page.goto(shop.demo["base_url"] + path)
        _check_page(page, path, language)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        if size == PHONE:
            assert page.evaluate(_SMALL_TARGETS) == [], path
    assert said == []
    context.close()


def _check_page(page: Page, path: str, language: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, (path, found.generate_report())
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1, path
    assert page.locator("[style], style, script:not([src])").count() == 0, path


def test_pages_reflow_on_a_narrow_phone(shop: Shop, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640}, locale="hu")
    for path in _customer_paths(shop):
        page.goto(shop.demo["base_url"] + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.close()


def test_pages_are_light_and_bring_nothing_from_elsewhere(shop: Shop) -> None:
    for path in _customer_paths(shop):
        page = shop.get(path)
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
        parts = [page.text, *(shop.get(sheet).text for sheet in sheets)]
        assert sum(len(gzip.compress(part.encode())) for part in parts) <= BYTES_MAX, path
        assert "<script" not in page.text
        outside = re.findall(r'(?:href|src|action)="(?!/|#)([^"]*)"', page.text)
        assert all(each.startswith(shop.demo["base_url"]) for each in outside), path
