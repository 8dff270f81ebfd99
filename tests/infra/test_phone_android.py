"""The phone page as an Android phone, in a real browser, against a Google Wallet in memory."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.phone.hub import News
from infra.local.phone.routes import Android
from tests.infra.phone_browser import looking
from tests.infra.phone_world import PhoneWorld

NAME = "3388000000000000001.abc"
ROWS = [
    {
        "twoItems": {
            "startItem": {
                "firstValue": {"fields": [{"fieldPath": "object.loyaltyPoints.balance"}]}
            },
            "endItem": {
                "firstValue": {"fields": [{"fieldPath": "object.textModulesData['reward']"}]}
            },
        }
    }
]
TEA = [{"id": "reward", "header": "Reward", "body": "Free tea"}]
UNSAFE = "<img src=x onerror='window.harm = 1'>"
SHOWN = """(balance) => window.heard.some((said) => said.name === 'stempel:shown'
 && said.kind === 'google' && said.fields.balance === balance)"""
SHOWN_TIMES = "() => window.heard.filter(({name}) => name === 'stempel:shown').length"


class Wallet:
    """What Google Wallet would hold. `taken` are the objects that the holder took off."""

    url = "http://127.0.0.1:9"

    def __init__(self) -> None:
        self.cards: list[dict[str, Any]] = []
        self.taken: list[str] = []

    def on_phone(self) -> list[dict[str, Any]]:
        return deepcopy(self.cards)

    def take_off(self, object_id: str) -> None:
        self.taken.append(object_id)
        self.cards = [each for each in self.cards if each["id"] != object_id]


def card(name: str = NAME, *, stamps: int = 3, base: str = "") -> dict[str, Any]:
    """An object with its class, as Google's API shows it."""
    picture = f"{base}/local/phone/icon.svg"
    body = f"{10 - stamps} more stamps"
    return {
        "id": name,
        "classId": "3388000000000000001.shop",
        "state": "ACTIVE",
        "loyaltyPoints": {"label": "Stamps", "balance": {"string": f"{stamps} / 10"}},
        "barcode": {"type": "QR_CODE", "value": "12345", "alternateText": "LIPA-7K3M-Q2"},
        "heroImage": {"sourceUri": {"uri": picture}},
        "textModulesData": [
            {"id": "reward", "header": "Reward", "body": "Free coffee"},
            {"id": "next", "header": "Your card", "body": body},
        ],
        "linksModuleData": {
            "uris": [{"id": "card", "uri": f"{base}/c/1", "description": "Your card"}]
        },
        "classReference": {
            "issuerName": "Lipowa sp. z o.o.",
            "programName": "Lipowa Coffee",
            "programLogo": {"sourceUri": {"uri": picture}},
            "hexBackgroundColor": "#1f5b45",
            "classTemplateInfo": {"cardTemplateOverride": {"cardRowTemplateInfos": ROWS}},
        },
    }


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


@pytest.fixture
def world(tmp_path: Path, wallet: Wallet) -> Iterator[PhoneWorld]:
    android = Android(google=wallet, enrol_demo=lambda _: "")
    with PhoneWorld(tmp_path, android) as opened:
        yield opened


def start(page: Page, world: PhoneWorld, asked: str = "") -> None:
    """Open the phone, and wait until it hears of news."""
    page.goto(f"{world.phone_url}{asked}")
    expect(page.locator("body")).to_have_attribute("data-state", "on")


def start_with_card(page: Page, world: PhoneWorld, wallet: Wallet) -> None:
    """Open a phone with a card, and wait until it is drawn: what comes then is a change."""
    wallet.cards = [card(base=world.base_url)]
    start(page, world)
    expect(page.locator(".pass.google")).to_be_visible()


def save(world: PhoneWorld, wallet: Wallet, name: str = NAME, stamps: int = 3) -> None:
    wallet.cards.insert(0, card(name, stamps=stamps, base=world.base_url))
    world.hub.tell_all(News(object_id=name, what="saved"))


def change(world: PhoneWorld, wallet: Wallet, notify: bool = True, **changes: Any) -> None:
    wallet.cards[0] = wallet.cards[0] | changes
    world.hub.tell_all(News(object_id=wallet.cards[0]["id"], what="changed", notify=notify))


def points(balance: str) -> dict[str, Any]:
    return {"label": "Stamps", "balance": {"string": balance}}


def test_a_saved_card_is_opened_and_drawn_as_google_draws_it(
    page: Page, world: PhoneWorld, wallet: Wallet
) -> None:
    start(page, world)
    save(world, wallet)
    page.wait_for_function(SHOWN, arg="3 / 10")
    drawn = page.locator(f".pass.google[data-object='{NAME}']")
    expect(drawn.locator("header")).to_have_text("Lipowa sp. z o.o.")
    expect(drawn.locator(".title")).to_have_text("Lipowa Coffee")
    expect(drawn.locator(".facts > div")).to_have_text(["Stamps3 / 10", "RewardFree coffee"])
    expect(drawn.locator(".code p")).to_have_text("LIPA-7K3M-Q2")
    code = drawn.locator(".code img")
    assert code.get_attribute("src") == "/local/phone/qr?text=12345"
    assert drawn.evaluate("pass => pass.lastElementChild.matches('.strip-area:has(img)')")
    expect(page.locator("#log [data-what='google.saved']")).to_be_visible()
    said = page.evaluate("window.heard.at(-1)")
    assert (said["kind"], said["object"]) == ("google", NAME)
    assert said["time"] > said["at"] > 0


def test_a_change_lands_with_a_banner(page: Page, world: PhoneWorld, wallet: Wallet) -> None:
    start_with_card(page, world, wallet)
    change(world, wallet, loyaltyPoints=points("4 / 10"))
    page.wait_for_function(SHOWN, arg="4 / 10")
    expect(page.locator("[data-key=balance] dd")).to_have_text("4 / 10")
    expect(page.locator("[data-key=balance]")).to_have_class("fresh")
    expect(page.locator("#notice")).to_contain_text("Lipowa sp. z o.o.")
    expect(page.locator("#log [data-what='google.notified']")).to_have_count(1)
    expect(page.locator("#log [data-what='google.shown']")).to_have_count(1)


def test_an_inactive_card_shows_that_in_place_of_its_code(
    page: Page, world: PhoneWorld, wallet: Wallet
) -> None:
    start_with_card(page, world, wallet)
    foot = page.locator(".pass.google .foot")
    for state, kind in (("INACTIVE", ".ended"), ("ACTIVE", ".code")):
        change(world, wallet, state=state)
        expect(foot.locator(kind)).to_be_visible()
        expect(foot.locator("> *")).to_have_count(1)


@pytest.mark.parametrize(
    ("notify", "changes"),
    [(False, {"loyaltyPoints": points("4 / 10")}), (True, {"textModulesData": TEA})],
)
def test_google_says_nothing_unless_asked_and_the_balance_is_another(
    page: Page, world: PhoneWorld, wallet: Wallet, notify: bool, changes: dict[str, Any]
) -> None:
    start_with_card(page, world, wallet)
    change(world, wallet, notify, **changes)
    expect(page.locator("#log [data-what='google.changed']")).to_have_count(1)
    expect(page.locator("#log [data-what='google.shown']")).to_have_count(1)
    expect(page.locator("#notice")).to_be_empty()


def test_the_same_card_once_more_is_no_news(page: Page, world: PhoneWorld, wallet: Wallet) -> None:
    start_with_card(page, world, wallet)
    change(world, wallet)
    change(world, wallet, loyaltyPoints=points("5 / 10"))
    page.wait_for_function(SHOWN, arg="5 / 10")
    assert page.evaluate(SHOWN_TIMES) == 1


def test_many_changes_end_with_the_newest(page: Page, world: PhoneWorld, wallet: Wallet) -> None:
    wallet.cards = [card(base=world.base_url)]
    start(page, world)
    for stamps in range(4, 30):
        change(world, wallet, loyaltyPoints=points(f"{stamps} / 10"))
    page.wait_for_function(SHOWN, arg="29 / 10")
    expect(page.locator("[data-key=balance] dd")).to_have_text("29 / 10")


def test_the_phone_that_google_leads_to_opens_the_card(
    page: Page, world: PhoneWorld, wallet: Wallet
) -> None:
    wallet.cards = [card(base=world.base_url), card(f"{NAME}2", stamps=7, base=world.base_url)]
    start(page, world, f"&android={NAME}2")
    page.wait_for_function(SHOWN, arg="7 / 10")
    expect(page.locator(".flip .pass")).to_have_attribute("data-object", f"{NAME}2")
    assert "android" not in page.url
    page.reload()
    expect(page.locator(".deck .pass.google")).to_have_count(2)
    expect(page.get_by_role("button", name="Open Lipowa Coffee, Stamps 7 / 10")).to_have_count(1)


def test_both_wallets_lie_in_one_stack(page: Page, world: PhoneWorld, wallet: Wallet) -> None:
    wallet.cards = [card(base=world.base_url)]
    start(page, world, f"&add={world.new_card('one')}")
    page.locator("[data-action=confirm]").click()
    expect(page.locator(".flip .pass.apple")).to_be_visible()
    page.locator("[data-action=all]").click()
    expect(page.locator(".deck .pass")).to_have_count(2)


def test_a_card_is_taken_off(page: Page, world: PhoneWorld, wallet: Wallet) -> None:
    wallet.cards = [card(base=world.base_url)]
    start(page, world)
    page.locator("[data-action=turn]").click()
    expect(page.locator("[data-key=next] dd")).to_have_text("7 more stamps")
    expect(page.get_by_role("link", name="Your card")).to_have_attribute(
        "href", f"{world.base_url}/c/1"
    )
    page.locator("[data-action=remove]").click()
    page.locator("[data-action=confirm-remove]").click()
    expect(page.locator("#log [data-what='google.removed'][data-status='200']")).to_be_visible()
    expect(page.locator(".pass")).to_have_count(0)
    assert wallet.taken == [NAME]


def test_what_a_card_says_is_shown_as_text_and_never_run(
    page: Page, world: PhoneWorld, wallet: Wallet
) -> None:
    text = json.dumps(card(base=world.base_url)).replace("Lipowa Coffee", UNSAFE)
    hostile = json.loads(text.replace("Free coffee", UNSAFE))
    link = {"uri": "javascript:window.harm=2", "description": "Tap"}
    wallet.cards = [hostile | {"linksModuleData": {"uris": [link]}}]
    start(page, world)
    expect(page.locator(".title")).to_have_text(UNSAFE)
    expect(page.locator(".facts [data-key=reward] dd")).to_have_text(UNSAFE)
    expect(page.locator(".back-fields")).to_contain_text("Tap")
    expect(page.locator(".back-fields a")).to_have_count(0)
    assert page.evaluate("window.harm") is None


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (lambda world: f"{world.base_url}/google/save/x", "refused.fetch"),
        (lambda _: "http://127.0.0.1:9/google/save/x", "refused.unreachable"),
    ],
)
def test_a_save_link_that_leads_nowhere_is_told(
    browser: Browser, world: PhoneWorld, link: Callable[[PhoneWorld], str], reason: str
) -> None:
    page = browser.new_page()
    start(page, world, f"&add={link(world)}")
    expect(page.locator("[data-reason]")).to_have_attribute("data-reason", reason)
    page.close()


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
)
def test_every_state_is_accessible(
    browser: Browser, world: PhoneWorld, wallet: Wallet, width: int, scheme: Any
) -> None:
    with looking(browser, width=width, scheme=scheme) as looks:
        page = looks.page
        start(page, world)
        page.locator("[data-android=coffee]").wait_for()
        looks.look("empty")
        save(world, wallet)
        page.wait_for_function(SHOWN, arg="3 / 10")
        looks.look("card")
        page.locator("[data-action=turn]").click()
        looks.look("back")
        save(world, wallet, f"{NAME}2", stamps=1)
        page.wait_for_function(SHOWN, arg="1 / 10")
        page.locator("[data-action=done]").click()
        looks.look("stack")
        change(world, wallet, loyaltyPoints=points("2 / 10"))
        page.wait_for_function(SHOWN, arg="2 / 10")
        looks.look("notice")
    assert looks.faults == {}
