"""The card's page: what the pass shows, both wallets, rewards, history, and nobody else's card."""

import json
import re

import pytest

from tests.chalice_app.customer.shop import BOOKS, Shop, open_program
from tests.local_world import call

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/150.0 Mobile Safari"
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "first", "with_qr"),
    [(IPHONE, "apple", False), (PIXEL, "google", False), (LINUX, "apple", True)],
)
def test_both_wallets_are_there_the_right_one_first(
    shop: Shop, agent: str, first: str, *, with_qr: bool
) -> None:
    token = shop.join().token
    text = shop.get(f"/c/{token}", User_Agent=agent).text
    apple, google = (text.index(f"{shop.demo['base_url']}{path}{token}") for path in
                     ("/passes/", "/google/save/"))  # fmt: skip
    assert (apple < google) is (first == "apple")
    assert ('class="move card"' in text) is with_qr


def test_a_full_card_says_that_the_reward_is_ready(shop: Shop) -> None:
    token = shop.join().token
    assert "brakuje 10" in shop.get(f"/c/{token}").text
    shop.earn(token, stamps=12)
    text = shop.get(f"/c/{token}").text
    assert "12 / 10" in text
    assert "tag-good" in text
    assert "brakuje" not in text


def test_points_and_every_reward_with_what_is_missing(shop: Shop) -> None:
    token = shop.join(shop.books).token
    shop.earn(token, purchase={"amount": 6000, "currency": "EUR"})
    text = shop.get(f"/c/{token}").text
    assert "<dd>60</dd>" in text
    assert "90 missing" in text
    assert text.count("tag-good") == 1
    assert "Purchase, €60.00" in text


def test_large_numbers_are_written_as_the_language_writes_them(shop: Shop) -> None:
    program = open_program(
        shop.demo,
        BOOKS,
        rewards=[{"id": "r", "name": "x", "kind": "gift", "cost": {"points": 50_000}}],
    )
    token = shop.join(program).token
    shop.earn(token, points=12_075)
    text = shop.get(f"/c/{token}?lang=pl").text
    for shown in (
        "<dd>12\u00a0075</dd>", "+12\u00a0075<", "Jeszcze 37\u00a0925 punktów: x",
        "50\u00a0000 punktów", "brakuje 37\u00a0925",
    ):  # fmt: skip
        assert shown in text
    assert "12075" not in text


def test_the_last_ten_and_then_all_of_the_history(shop: Shop) -> None:
    token = shop.join().token
    for _ in range(9):
        shop.earn(token, stamps=1)
    entry = shop.earn(token, stamps=3)["entry"]
    call(shop.demo, "POST", f"/api/v1/entries/{entry['id']}/reverse", {})
    call(shop.demo, "POST", f"/api/v1/cards/{token.partition('-')[0]}/earn", {"stamps": 1})
    reward = {"reward_id": "coffee"}
    call(shop.demo, "POST", f"/api/v1/cards/{token.partition('-')[0]}/redeem", reward)
    text = shop.get(f"/c/{token}").text
    assert re.findall(r"amount[^>]*>([+\u2212]\d+)<", text)[:4] == [
        "\u221210", "+1", "\u22123", "+3",
    ]  # fmt: skip
    assert text.count("<time ") == 10
    assert "Nagroda: Kawa gratis" in text
    every = shop.get(f"/c/{token}/history").text
    assert every.count("<time ") == 13
    assert "before=" not in every
    assert shop.get(f"/c/{token}/history?before=4").text.count("<time ") == 3
    assert shop.get(f"/c/{token}/history?before=x").text.count("<time ") == 13


@pytest.mark.parametrize("rest", ["", "/history", "/consents"])
def test_a_wrong_proof_and_an_unknown_card_look_the_same(shop: Shop, rest: str) -> None:
    token, other = shop.join().token, shop.join().token
    card_id, proof = token.split("-")
    wrong = (
        f"{card_id}-{other.split('-')[1]}",
        f"{'0' * 22}-{proof}",
        card_id,
        f"{token}0",
        "%F0%9F%99%82",
    )
    pages = [shop.get(f"/c/{each}{rest}") for each in wrong]
    assert {page.status for page in pages} == {404}
    bodies = {page.text.replace(each, "") for page, each in zip(pages, wrong, strict=True)}
    assert len({re.sub(r"/c/[^?]*", "", body) for body in bodies}) == 1
    changed = shop.post(f"/c/{wrong[0]}/consents", {"consent_email": "on"})
    assert changed.status == 404


def test_a_cards_page_is_private_and_no_search_engine_keeps_it(shop: Shop) -> None:
    page = shop.get(f"/c/{shop.join().token}")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_another_site_cannot_change_consents(shop: Shop) -> None:
    token = shop.join().token
    page = shop.post(f"/c/{token}/consents", {"consent_email": "on"}, Sec_Fetch_Site="cross-site")
    assert page.status == 403
    assert " checked" not in shop.get(f"/c/{token}/consents").text


def test_nothing_of_another_customer_or_shop_stands_on_a_page(shop: Shop) -> None:
    name, email = "Zyx Unmistakable", "unmistakable@example.com"
    shop.join(name=name, contact=email)
    mine = shop.join(shop.books)
    card = json.dumps(shop.demo["api_key"])
    paths = (
        mine.location, f"/c/{mine.token}/history", f"/c/{mine.token}/consents",
        f"/join/{shop.books}", f"/join/{shop.books}/again?sent=1", f"/rules/{shop.books}",
    )  # fmt: skip
    for path in paths:
        text = shop.get(path).text
        for foreign in (name, email, "Kawiarnia", card, shop.demo["merchant_id"]):
            assert foreign not in text


def test_again_gives_one_answer_and_a_mail_to_who_has_a_card(shop: Shop) -> None:
    known, unknown = "k" + shop.cafe[-12:] + "@example.com", "u" + shop.cafe[-12:] + "@example.com"
    token = shop.join(contact=known).token
    asked = [shop.post(f"/join/{shop.cafe}/again", {"contact": each}) for each in
             (known, unknown, known, known, unknown)]  # fmt: skip
    assert {(page.status, page.location) for page in asked} == {
        (303, f"/join/{shop.cafe}/again?sent=1")
    }
    assert shop.mailed_tokens(known) == [token] * 3
    assert shop.mails(unknown) == []
    said = shop.get(asked[0].location).text
    assert "Jeśli ten adres ma już kartę, link jest w skrzynce." in said


@pytest.mark.parametrize(
    "typed", ["", "no", "600100200", "x" * 400 + "@example.com", "<b>@example.com", "\u202e@x.pl"]
)
def test_again_takes_an_address_only(shop: Shop, typed: str) -> None:
    page = shop.post(f"/join/{shop.cafe}/again", {"contact": typed})
    assert page.status == 422
    assert 'aria-describedby="contact-error" autofocus' in page.text


def test_rules_say_what_the_programme_does(shop: Shop) -> None:
    text = shop.get(f"/rules/{shop.cafe}?lang=en").text
    for sentence in (
        "Each purchase is a stamp.", "Kawa gratis: 10 stamps", "Stamps do not run out.",
        "the stamps of that purchase go too", "Kawiarnia Lipowa is responsible for your data.",
    ):  # fmt: skip
        assert sentence in text
    books = shop.get(f"/rules/{shop.books}?lang=pl").text
    assert "1 punkt za każde 1\u00a0€." in books
    assert "A paperback: 150 punktów" in books


def test_the_pass_leads_back_to_the_page(shop: Shop) -> None:
    token = shop.join().token
    links = call(shop.demo, "GET", f"/api/v1/cards/{token.partition('-')[0]}")["links"]
    assert links["card"] == f"{shop.demo['base_url']}/c/{token}"
    assert shop.get(f"/c/{token}").status == 200
