"""A cashier at work: every screen, in a real browser."""

import gzip
from typing import Any

import pytest
from playwright.sync_api import Browser, Response, Route

from tests.e2e.till.place import (
    PHONE,
    Place,
    check_axe,
    find,
    is_earn,
    new_phone,
    slow_down,
)

DESKTOP = {"width": 1280, "height": 800}
NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize(
    ("size", "colors", "locale"),
    [
        (PHONE, "light", "pl"),
        (PHONE, "dark", "hu"),
        (DESKTOP, "light", "hu"),
        (DESKTOP, "dark", "en"),
        (NARROW, "light", "en"),
        (NARROW, "dark", "pl"),
    ],
)
def test_no_screen_has_a_fault(
    place: Place, browser: Browser, size: Any, colors: Any, locale: str
) -> None:
    card = place.card(stamps=10, phone=(phone := new_phone()))
    points = place.card("points", phone=phone)
    with place.till(browser, viewport=size, color_scheme=colors, locale=locale) as page:
        check_axe(page)
        for typed, screen in (
            ("nonsense", ".s-scan .banner-bad"),
            (card["barcode"], ".s-card"),
            (points["code"], ".s-pad"),
            (phone, ".s-choose"),
        ):
            find(page, typed)
            page.wait_for_selector(screen)
            check_axe(page)
            if screen != ".s-scan .banner-bad":
                page.click("[data-next]")
        page.click("a[href='/till/join']")
        page.wait_for_selector(".s-join svg")
        check_axe(page)


def test_a_reward_is_handed_over_and_taken_back(place: Place, browser: Browser) -> None:
    card = place.card(stamps=10)
    with place.till(browser) as page:
        find(page, card["code"])
        page.click(".confirm summary")
        check_axe(page)
        page.click(".confirm .sure")
        page.wait_for_selector(".s-done")
        assert page.inner_text(".toast strong") == "Reward given. New card: 0 of 10."
        check_axe(page)
        page.click(".toast button")
        page.wait_for_selector(".s-card")
        assert page.inner_text(".banner-good") == "Undone. Back to 10 of 10."
        check_axe(page)
    assert place.balance(card)["stamps"] == 10


def test_a_stamp_is_undone_from_the_list(place: Place, browser: Browser) -> None:
    card = place.card(name="Zofia Lis")
    with place.till(browser) as page:
        find(page, card["barcode"])
        page.click(".s-card .go")
        page.click(".s-done [data-next]")
        page.get_by_role("button", name="Undo: Zofia L., +1").click()
        page.wait_for_selector(".s-card .banner-good")
    assert place.balance(card)["stamps"] == 0


def test_a_second_stamp_is_asked_about(place: Place, browser: Browser) -> None:
    card = place.card()
    with place.till(browser) as page:
        for _ in range(2):
            find(page, card["barcode"])
            page.click(".s-card .go")
            page.wait_for_selector(".s-done")
            page.click("[data-next]")
    assert [entry["reason"] for entry in place.entries(card)] == [
        "repeat confirmed at the till",
        None,
    ]


def test_two_tills_do_not_stamp_one_coffee_twice(place: Place, browser: Browser) -> None:
    card = place.card()
    with place.till(browser) as one, place.till(browser) as other:
        for page in (one, other):
            find(page, card["barcode"])
            page.wait_for_selector(".s-card")
        one.click(".s-card .go")
        one.wait_for_selector(".s-done")
        other.click(".s-card .go")
        other.wait_for_selector(".asks")
        assert other.inner_text(".asks") == "This card got a stamp just now. Add another?"
        check_axe(other)
    assert place.balance(card)["stamps"] == 1


def test_a_scanner_that_types_is_heard_wherever_the_focus_is(
    place: Place, browser: Browser
) -> None:
    names = ("Ada", "Ben", "Cid")
    cards = [place.card(name=name) for name in names]
    with place.till(browser) as page:
        for card, name, focus in zip(cards, names, ("#sound", "h1", ".s-card .go"), strict=True):
            page.focus(focus)
            page.keyboard.type(card["barcode"])
            page.keyboard.press("Enter")
            page.get_by_role("heading", name=name, exact=True).wait_for()
    assert [place.entries(card) for card in cards] == [[], [], []]


def test_a_double_tap_on_a_slow_line_counts_once(place: Place, browser: Browser) -> None:
    card = place.card()
    with place.till(browser) as page:
        find(page, card["barcode"])
        page.wait_for_selector(".s-card")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if is_earn(request) else None)
        slow_down(page, 400)
        page.dblclick(".s-card .go")
        page.wait_for_selector(".s-done")
        assert len(sent) == 1
    assert len(place.entries(card)) == 1


def test_a_tap_survives_a_dead_line(place: Place, browser: Browser) -> None:
    card = place.card()
    with place.till(browser) as page:
        find(page, card["barcode"])
        page.wait_for_selector(".s-card")
        page.context.set_offline(True)
        page.click(".s-card .go")
        page.wait_for_selector("[data-dead]")
        check_axe(page)
        page.context.set_offline(False)
        page.click("[data-again]")
        page.wait_for_selector(".s-done")
    assert len(place.entries(card)) == 1


def test_an_answer_that_was_lost_does_not_count_the_tap_again(
    place: Place, browser: Browser
) -> None:
    card = place.card()
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort("internetdisconnected")

    with place.till(browser) as page:
        find(page, card["barcode"])
        page.wait_for_selector(".s-card")
        page.route("**/till/earn", lose_the_first)
        page.click(".s-card .go")
        page.click("[data-again]")
        page.wait_for_selector(".s-done")
        assert page.inner_text(".toast strong") == "Stamp added. 1 of 10."
    assert lost == [200]
    assert len(place.entries(card)) == 1


def test_amounts_fill_from_the_right_and_are_priced_before_the_tap(
    place: Place, browser: Browser
) -> None:
    card = place.card("points")
    with place.till(browser) as page:
        find(page, card["barcode"])
        page.wait_for_selector(".s-pad")
        assert page.is_disabled("[data-give]")
        for digit in ("3", "8", "5", "00"):
            page.click(f"[data-digit='{digit}']")
        page.click("[data-wipe]")
        assert page.inner_text("[data-typed]") == "38.50"
        page.wait_for_selector("[data-give]:enabled")
        assert page.inner_text("[data-give]") == "Add 38 points"
        assert page.inner_text("[data-gain]") == "+38 points, 38 in all"
        check_axe(page)
        page.keyboard.press("Backspace")
        assert page.inner_text("[data-typed]") == "3.85"
        page.wait_for_selector("[data-give]:enabled")
        page.click("[data-give]")
        page.wait_for_selector(".s-done")
        check_axe(page)
    assert place.balance(card)["points"] == 3


def test_a_till_whose_session_ended_is_led_to_pairing(place: Place, browser: Browser) -> None:
    card = place.card()
    context = browser.new_context(storage_state=place.cookies, locale="en")
    page = context.new_page()
    page.goto(place.demo["base_url"] + "/till")
    page.wait_for_selector("#till[data-ready]")
    context.clear_cookies()
    find(page, card["barcode"])
    page.wait_for_url("**/till/pair?ended=1")
    assert "no longer paired" in page.inner_text(".banner-bad")
    check_axe(page)
    context.close()


def test_everything_works_without_a_script(place: Place, browser: Browser) -> None:
    card = place.card()
    with place.till(browser, java_script_enabled=False) as page:
        find(page, card["code"])
        page.click(".s-card .go")
        assert page.inner_text(".toast strong") == "Stamp added. 1 of 10."
        page.reload()  # the browser sends the form again
        page.click(".toast button")
        assert page.inner_text(".banner-good") == "Undone. Back to 0 of 10."
    assert [entry["kind"] for entry in place.entries(card)] == ["reverse", "earn"]


def test_the_shell_is_light(place: Place, browser: Browser) -> None:
    sizes: dict[str, int] = {}

    def weigh(reply: Response) -> None:
        sizes[reply.url] = len(gzip.compress(reply.body(), 6))

    with place.till(browser) as page:
        page.on("response", weigh)
        page.reload()
        page.wait_for_selector("#till[data-ready]")
        page.wait_for_load_state("networkidle")
    assert not any("zxing" in address or "scanner" in address for address in sizes)
    assert sum(sizes.values()) <= 40 * 1024, sizes
