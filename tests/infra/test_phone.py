"""The phone page in a real browser, against a small world that is not our product."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from infra.local.phone.hub import PushHub
from tests.infra.phone_browser import add, wait_shown, wait_until
from tests.infra.phone_passes import PASS_TYPE, stamp_fields
from tests.infra.phone_world import PhoneWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[PhoneWorld]:
    with PhoneWorld(tmp_path) as opened:
        yield opened


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
    said = wait_shown(page, "one", "9 / 10")
    assert said["version"] == world.cards["one"].last_modified
    expect(page.locator(".pass[data-serial=one] .heads")).to_contain_text("9 / 10")


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


def test_a_void_pass_shows_that_in_place_of_its_code(page: Page, world: PhoneWorld) -> None:
    page.goto(world.phone_url)
    add(page, world, world.new_card("one", stamps=1))
    foot = page.locator(".pass .foot")
    expect(foot.locator(".code")).to_be_visible()
    for top, kind in (({"voided": True}, ".ended"), ({}, ".code")):
        world.cards["one"].top = top
        world.stamp("one", 2)
        expect(foot.locator(kind)).to_be_visible()
        expect(foot.locator("> *")).to_have_count(1)


def test_automatic_updates_can_be_switched_off_and_on(page: Page, world: PhoneWorld) -> None:
    add(page, world, world.new_card("one"))
    page.locator("[data-action=turn]").click()
    page.get_by_role("switch").click()
    expect(page.locator("#log [data-what=unregister]")).to_be_visible()
    assert world.registered == {}
    page.get_by_role("switch").click()
    expect(page.locator("#log [data-what=register]")).to_have_count(2)
    assert len(world.registered) == 1


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
