"""What a cashier needs is within reach, on small phones and where the script came in part only."""

from playwright.sync_api import Browser

from tests.e2e.till.place import Place, check_axe, find


def test_the_big_button_is_in_reach_on_a_phone_with_its_browser_around(
    place: Place, browser: Browser
) -> None:
    with place.till(browser, viewport={"width": 390, "height": 664}, locale="hu") as page:

        def check() -> None:
            box = page.locator(".go").bounding_box()
            assert box
            assert box["y"] + box["height"] <= 664

        check()
        find(page, place.card(stamps=10)["code"])
        page.wait_for_selector(".asks")
        check()
        page.click(".s-card .go")
        page.wait_for_selector(".s-done")
        check()
        page.click("[data-next]")
        card = place.card("points")
        for question in (".s-pad", ".s-pad .asks"):
            find(page, card["code"])
            page.wait_for_selector(question)
            check()
            page.click("[data-digit='9']")
            page.wait_for_selector("[data-give]:enabled")
            page.click("[data-give]")
            page.click(".s-done [data-next]")


def test_the_largest_amount_fits(place: Place, browser: Browser) -> None:
    with place.till(browser) as page:
        find(page, place.card("points")["code"])
        page.wait_for_selector(".s-pad")
        for _ in range(10):
            page.click("[data-digit='9']")
        assert page.inner_text("[data-typed]") == "9,999,999.99"
        page.wait_for_selector("[data-give]:enabled")
        check_axe(page)


def test_a_till_whose_script_came_in_part_is_a_page_with_forms(
    place: Place, browser: Browser
) -> None:
    card = place.card("points")
    context = browser.new_context(storage_state=place.cookies, locale="en")
    page = context.new_page()
    page.route("**/till_pad*", lambda route: route.abort("internetdisconnected"))
    page.goto(place.demo["base_url"] + "/till")
    find(page, card["code"])
    page.wait_for_selector("[formaction='/till/quote']")
    page.fill("#amount", "12.50")
    page.click("[data-give]")
    page.wait_for_selector(".s-done")
    context.close()
    assert place.balance(card)["points"] == 12
