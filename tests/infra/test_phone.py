"""The phone page in a real browser, against a small world that is not our product."""

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.local.phone.hub import PushHub
from tests.infra.phone_world import (
    PASS_TYPE,
    PhoneWorld,
    flipped,
    sealed,
    stamp_fields,
    zipped,
)
from tests.needs import chromium

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--no-first-run",
)
LISTEN = """
window.heard = [];
for (const name of ['stempel:push', 'stempel:shown']) {
  window.addEventListener(name, ({detail}) => window.heard.push({name, ...detail}));
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PhoneWorld]:
    with PhoneWorld(tmp_path) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's browser; a script error or a refused resource fails the test that made it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    context.add_init_script(LISTEN)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on(
        "console",
        lambda message: errors.append(message.text) if "Security Policy" in message.text else None,
    )
    yield context.new_page()
    context.close()
    assert errors == []


def add(page: Page, world: PhoneWorld, url: str) -> None:
    """Open the phone with a link, agree, and wait until the phone has done what follows."""
    page.goto(f"{world.phone_url}&add={url}")
    page.locator("[data-action=confirm]").click()
    expect(page.locator("#log [data-what=get]").first).to_be_visible()
    wait_until(page, "() => window.heard.some(({name}) => name === 'stempel:shown')")


def wait_until(page: Page, condition: str) -> None:
    page.wait_for_function(condition)


def wait_shown(page: Page, serial: str, balance: str) -> dict[str, Any]:
    """Wait until the phone says that it shows that balance; gives what it said."""
    found = page.wait_for_function(
        "([serial, balance]) => window.heard.find((said) => said.name === 'stempel:shown'"
        " && said.serial === serial && said.fields.balance === balance)",
        arg=[serial, balance],
    )
    said: dict[str, Any] = found.json_value()
    return said


def test_a_stamp_lands_on_the_phone(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one", stamps=3))
    assert world.calls == ["download", "register", "list", "get"]
    world.calls.clear()

    world.stamp("one", 4)

    said = wait_shown(page, "one", "4 / 10")
    assert world.calls == ["list", "get"]
    assert said["version"] == world.cards["one"].last_modified
    expect(page.locator(".pass[data-serial=one] .heads")).to_contain_text("4 / 10")
    expect(page.locator("#notice")).to_contain_text("6 more stamps: Free coffee")
    expect(page.locator("#log [data-what=shown]")).to_have_count(1)
    assert world.logs == []


def test_the_strip_and_the_code_are_the_pass_s_own(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one", stamps=3))
    strip = page.locator(".pass .strip-area img")
    assert strip.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [750, 288]
    assert page.locator(".pass .code img").evaluate("image => image.complete && image.width > 100")
    expect(page.locator(".pass .code")).to_contain_text("LIPA-7K3M-Q2")


def test_what_came_while_a_fetch_ran_is_fetched_too(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one"))
    for stamps in range(1, 10):
        world.stamp("one", stamps)
    wait_shown(page, "one", "9 / 10")


def test_a_push_for_an_unchanged_pass_keeps_it_and_tells_the_server(
    page: Page, world: PhoneWorld
) -> None:
    add(page, world, world.new_card("one", stamps=3))
    world.names_all = True
    world.push("one")
    expect(page.locator("#log [data-what=get][data-status='304']")).to_be_visible()
    expect(page.locator("#log [data-what=report]")).to_be_visible()
    assert (
        "Server requested update to serial number 'one', but the pass was unchanged."
        in (world.logs[0])
    )
    expect(page.locator("#notice")).to_be_empty()


def test_two_passes_of_one_kind_are_both_brought_up_to_date(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one"))
    add(page, world, world.new_card("two"))
    world.cards["one"].fields = stamp_fields(7)
    world.cards["one"].version += 1
    world.stamp("two", 8)
    wait_shown(page, "one", "7 / 10")
    wait_shown(page, "two", "8 / 10")
    page.locator("[data-action=all]").click()
    expect(page.locator(".deck .pass")).to_have_count(2)
    page.get_by_role("button", name="Open Lipowa Coffee, Stamps 7 / 10").click()
    expect(page.locator(".flip .pass")).to_have_attribute("data-serial", "one")


def test_a_removed_pass_is_unregistered_and_forgotten(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one"))
    page.locator("[data-action=turn]").click()
    page.locator("[data-action=remove]").click()
    page.locator("[data-action=confirm-remove]").click()
    expect(page.locator("#log [data-what=unregister][data-status='200']")).to_be_visible()
    assert world.registered == {}
    page.reload()
    expect(page.locator("[data-program=coffee]")).to_be_visible()
    expect(page.locator(".pass")).to_have_count(0)


def test_a_closed_phone_gets_the_push_that_waited(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one"))
    context = page.context
    page.close()
    world.stamp("one", 1)
    world.stamp("one", 2)

    again = context.new_page()
    again.goto(world.phone_url)

    wait_shown(again, "one", "2 / 10")
    wait_until(again, "() => window.heard.some((said) => said.name === 'stempel:push')")
    pushes = again.evaluate("window.heard.filter((said) => said.name === 'stempel:push')")
    assert [(push["topic"], push["stored"]) for push in pushes] == [(PASS_TYPE, True)]
    token = next(iter(world.registered.values()))
    assert PushHub(world.home / "phones.json").known(token)


def test_a_phone_keeps_its_names_in_a_world_made_anew(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one"))
    world.hub.close()
    (world.home / "phones.json").unlink()
    world.hub.__init__(world.home / "phones.json")  # type: ignore[misc]
    expect(page.locator("#log [data-what=lost]")).to_be_visible()
    expect(page.locator("#log [data-what=back]")).to_be_visible()
    world.stamp("one", 5)
    wait_shown(page, "one", "5 / 10")


def test_automatic_updates_can_be_switched_off_and_on(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one"))
    page.locator("[data-action=turn]").click()
    page.get_by_role("switch").click()
    expect(page.locator("#log [data-what=unregister]")).to_be_visible()
    assert world.registered == {}
    page.get_by_role("switch").click()
    expect(page.locator("#log [data-what=register]")).to_have_count(2)
    assert len(world.registered) == 1


def test_a_tampered_pass_is_refused_with_the_reason(page: Page, world: PhoneWorld) -> None:
    url = world.new_card("one")
    world.bundles["one"] = zipped(flipped("strip@2x.png")(sealed(world.files(world.cards["one"]))))
    page.goto(f"{world.phone_url}&add={url}")
    expect(page.get_by_role("dialog")).to_contain_text("Sorry, this pass cannot be added")
    expect(page.locator("[data-reason=refused\\.hash]")).to_contain_text(
        "strip@2x.png is not the file"
    )
    page.locator("[data-action=close]").click()
    expect(page.locator(".pass")).to_have_count(0)
    assert world.calls == ["download"]


@pytest.mark.parametrize(
    ("reason", "prepare"),
    [
        ("refused.fetch", lambda world: world.refuse.update(download=404)),
        ("refused.mime", lambda world: setattr(world, "mime", "application/zip")),
        ("refused.zip", lambda world: world.bundles.update(one=b"not a zip at all, far from it")),
    ],
)
def test_a_link_that_leads_to_no_pass_is_refused_with_the_reason(
    page: Page, world: PhoneWorld, reason: str, prepare: Callable[[PhoneWorld], None]
) -> None:
    url = world.new_card("one")
    prepare(world)
    page.goto(f"{world.phone_url}&add={url}")
    expect(page.locator("[data-reason]")).to_have_attribute("data-reason", reason)


def test_a_tampered_update_is_left_aside_and_told_to_the_server(
    page: Page, world: PhoneWorld
) -> None:
    add(page, world, world.new_card("one", stamps=3))
    content = sealed(world.files(world.cards["one"]))
    world.bundles["one"] = zipped(flipped("pass.json")(content))
    world.stamp("one", 4)
    expect(page.locator("#log [data-what=report]")).to_be_visible()
    assert "Received invalid pass data for serial number 'one'" in world.logs[0]
    expect(page.locator(".pass .heads")).to_contain_text("3 / 10")


def test_a_refused_registration_is_told_in_ios_words(page: Page, world: PhoneWorld) -> None:
    url = world.new_card("one")
    world.refuse["register"] = 401
    page.goto(f"{world.phone_url}&add={url}")
    page.locator("[data-action=confirm]").click()
    expect(page.locator("#log [data-what=report]")).to_be_visible()
    device = page.evaluate("window.stempelPhone.identity.device")
    assert world.logs[0].endswith(
        f"Register task (for device {device}, pass type {PASS_TYPE}, serial number one;"
        f" with web service url {world.base_url}/apple) encountered error: Authentication failure"
    )


UNSAFE = "<script>window.harm = 1</script><img src=x onerror='window.harm = 2'>"
UNSAFE_LINK = "<a href='javascript:window.harm = 3'>tap</a>"


def test_what_a_pass_says_is_shown_as_text_and_never_run(page: Page, world: PhoneWorld) -> None:
    url = world.new_card("one", logoText=UNSAFE, organizationName=UNSAFE, description=UNSAFE)
    world.cards["one"].fields = {
        "headerFields": [{"key": "balance", "label": UNSAFE, "value": UNSAFE}],
        "backFields": [
            {"key": "plain", "label": UNSAFE, "value": f"{UNSAFE} javascript:window.harm=4"},
            {"key": "link", "label": "", "value": "", "attributedValue": UNSAFE_LINK},
            {"key": "mixed", "label": "", "value": "", "attributedValue": UNSAFE},
        ],
    }
    add(page, world, url)
    page.locator("[data-action=turn]").click()
    expect(page.locator("[data-key=plain] dd")).to_contain_text(UNSAFE)
    expect(page.locator("[data-key=link] dd")).to_have_text(UNSAFE_LINK)
    expect(page.locator("[data-key=mixed] dd")).to_have_text(UNSAFE)
    expect(page.locator(".back-fields a")).to_have_count(0)
    assert page.evaluate("window.harm") is None


def test_links_on_the_back_open_elsewhere_without_telling_from_where(
    page: Page, world: PhoneWorld
) -> None:
    add(page, world, world.new_card("one"))
    link = page.locator(".back-fields a")
    expect(link).to_have_attribute("href", "https://example.test/c/1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_several_fields_that_speak_at_once_make_ios_say_its_general_words(
    page: Page, world: PhoneWorld
) -> None:
    url = world.new_card("one")
    world.cards["one"].fields["headerFields"][0]["changeMessage"] = "Now %@"
    add(page, world, url)
    card = world.cards["one"]
    card.fields = stamp_fields(1)
    card.fields["headerFields"][0]["changeMessage"] = "Now %@"
    card.version += 1
    world.push("one")
    expect(page.locator("#notice")).to_contain_text("Card changed")


def test_the_button_gives_a_stamp_and_says_how_long_it_took(page: Page, world: PhoneWorld) -> None:
    page.goto(world.phone_url)
    page.locator("[data-program=coffee]").click()
    page.locator("[data-action=confirm]").click()
    page.locator("[data-action=give]").click()
    wait_shown(page, "demo-1", "1 / 10")
    expect(page.locator(".outcome")).to_contain_text("from the till to the phone")
    page.locator(".terminal summary").click()
    expect(page.locator(".terminal")).to_contain_text(f"{world.base_url}/api/v1/cards/demo-1/earn")
    expect(page.locator(".terminal")).to_contain_text("Bearer key_test")


def test_a_demo_shop_that_says_no_is_quoted(page: Page, world: PhoneWorld) -> None:
    page.goto(world.phone_url)
    page.locator("[data-program=bread]").click()
    expect(page.get_by_role("dialog")).to_contain_text("only coffee today")


def test_a_link_is_pasted_and_nonsense_is_asked_again(page: Page, world: PhoneWorld) -> None:
    url = world.new_card("one")
    page.goto(world.phone_url)
    page.get_by_label("Link of a card").fill("javascript:alert(1)")
    page.get_by_role("button", name="Fetch").click()
    expect(page.get_by_text("This is not a web link.")).to_be_visible()
    page.get_by_label("Link of a card").fill(url)
    page.get_by_role("button", name="Fetch").click()
    expect(page.locator("[data-action=confirm]")).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "words"),
    [("pl", "Teraz ty jesteś kasą"), ("hu", "Most te vagy a kassza"), ("en", "Now you are")],
)
def test_the_page_speaks_three_languages(
    page: Page, world: PhoneWorld, lang: str, words: str
) -> None:
    page.goto(f"{world.base_url}/local/phone?lang={lang}")
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.locator(".panel")).to_contain_text(words)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_state_is_accessible(
    browser: Browser, world: PhoneWorld, scheme: Any, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.add_init_script(LISTEN)
    page = context.new_page()
    found: dict[str, list[str]] = {}
    page.goto(world.phone_url)
    page.locator("[data-program=coffee]").wait_for()
    found["empty"] = _faults(page)
    add(page, world, world.new_card("one", stamps=3))
    found["card"] = _faults(page)
    page.locator("[data-action=turn]").click()
    found["back"] = _faults(page)
    page.locator("[data-action=remove]").click()
    found["question"] = _faults(page)
    page.keyboard.press("Escape")
    add(page, world, world.new_card("two"))
    world.stamp("two", 1)
    wait_shown(page, "two", "1 / 10")
    found["two cards and a notice"] = _faults(page)
    page.locator("[data-action=done]").click()
    found["stack"] = _faults(page)
    page.locator("[data-action=add-card]").click()
    found["sheet"] = _faults(page)
    page.goto(f"{world.base_url}/local/mailbox")
    found["mailbox"] = _faults(page)
    context.close()
    assert {state: faults for state, faults in found.items() if faults} == {}


TOO_SMALL = """
() => [...document.querySelectorAll('a, button, input, summary')]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.closest('[inert]'))
  .map((e) => [e.outerHTML.slice(0, 90), e.closest('label') ?? e])
  .map(([html, e]) => [html, e.getBoundingClientRect()])
  .filter(([, {width, height}]) => Math.min(width, height) < 43.5)
  .map(([html, {width, height}]) => `target ${width} x ${height}: ${html}`)
"""


def _faults(page: Page) -> list[str]:
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    axe = page.evaluate("axe.run()")
    violations = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in axe["violations"]]
    small: list[str] = page.evaluate(TOO_SMALL)
    overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return violations + small + (["scrolls sideways"] if overflow else [])


def test_nothing_scrolls_sideways_on_the_smallest_phone(page: Page, world: PhoneWorld) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    add(page, world, world.new_card("one"))
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_stamps_land_only_where_motion_is_wanted(browser: Browser, world: PhoneWorld) -> None:
    count = (
        "new Promise((done) => new MutationObserver((all) => {"
        " for (const one of all) for (const node of one.addedNodes)"
        " if (node.matches?.('.pass')) done(node.querySelectorAll('canvas.landing').length);"
        "}).observe(document.body, {childList: true, subtree: true}))"
    )
    landed = {}
    for motion in ("no-preference", "reduce"):
        context = browser.new_context(reduced_motion=motion)
        context.add_init_script(LISTEN)
        page = context.new_page()
        add(page, world, world.new_card(motion, stamps=3))
        page.evaluate(f"window.landed = {count}; 0")
        world.stamp(motion, 5)
        landed[motion] = page.evaluate("window.landed")
        context.close()
    assert landed == {"no-preference": 2, "reduce": 0}
