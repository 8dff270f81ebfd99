"""What the phone refuses, and what a pass cannot make it do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.infra.phone_browser import add
from tests.infra.phone_passes import PASS_TYPE, flipped, sealed, zipped
from tests.infra.phone_world import PhoneWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PhoneWorld]:
    with PhoneWorld(tmp_path) as opened:
        yield opened


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
