"""Joining by the form: a card at once, once for a contact, and nobody learns who is a member."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import escape

import pytest

from tests.chalice_app.customer.shop import Page, Shop, new_email, new_key
from wallet.services.join import JOINS_MAX, MAILS_MAX


def _plain(page: Page) -> str:
    """A card page without what differs from card to card."""
    text = re.sub(r"[0-9A-Za-z]{22}-[0-9A-Za-z]{22}", "TOKEN", page.text)
    text = re.sub(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}\b", "CODE", text)
    return re.sub(r' d="M0 0h7v1h-7z[^"]*"', "", text)


def test_a_new_contact_has_a_card_at_once_and_a_mail_that_leads_back(shop: Shop) -> None:
    email = new_email()
    joined = shop.join(contact=email.upper())
    assert joined.status == 303
    assert joined.location == f"/c/{joined.token}?welcome=email"
    card = shop.get(joined.location)
    assert card.status == 200
    assert "0 / 10" in card.text
    assert shop.mailed_tokens(email) == [joined.token]


def test_known_and_unknown_contacts_get_the_same_answer(shop: Shop) -> None:
    email = new_email()
    first, second, other = shop.join(contact=email), shop.join(contact=email), shop.join()
    assert {page.status for page in (first, second, other)} == {303}
    assert len({first.token, second.token, other.token}) == 3
    shown = [_plain(shop.get(page.location)) for page in (first, second, other)]
    assert shown[0] == shown[1] == shown[2]
    headers = [sorted(page.headers) for page in (first, second, other)]
    assert headers[0] == headers[1] == headers[2]


def test_who_joins_twice_is_led_to_the_card_they_have(shop: Shop) -> None:
    email = new_email()
    first = shop.join(contact=email)
    shop.earn(first.token, stamps=3)
    second = shop.join(contact=email)
    assert shop.mailed_tokens(email) == [first.token, first.token]
    assert "0 / 10" in shop.get(second.location).text
    assert "3 / 10" in shop.get(f"/c/{first.token}").text


def test_a_contact_may_have_a_card_in_each_programme(shop: Shop) -> None:
    email = new_email()
    tokens = [shop.join(program, contact=email).token for program in (shop.cafe, shop.books)]
    assert sorted(shop.mailed_tokens(email)) == sorted(tokens)


def test_a_form_sent_twice_makes_one_card_and_one_mail(shop: Shop) -> None:
    for email in (new_email(), new_email()):
        key = new_key()
        pages = [shop.join(contact=email, key=key) for _ in range(2)]
        assert pages[0].location == pages[1].location
        assert len(shop.mails(email)) == 1
        again = [shop.join(contact=email, key=other) for other in (new_key(),) * 2]
        assert again[0].location == again[1].location
        assert len(shop.mails(email)) == 2


def test_who_goes_back_and_corrects_the_address_gets_the_mail_that_is_due(shop: Shop) -> None:
    mine, other = new_email(), new_email()
    first = shop.join(contact=mine)
    shop.join(contact=other)
    key = new_key()
    pages = [shop.join(contact=contact, key=key) for contact in (other, mine)]
    assert pages[0].token != pages[1].token
    assert shop.mailed_tokens(mine) == [first.token] * 2
    without = shop.join(name="", contact="", plain="1", key=key)
    assert without.token not in {page.token for page in pages}


def test_of_many_forms_at_once_with_one_contact_one_gets_its_card(shop: Shop) -> None:
    email = new_email()
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: shop.join(contact=email), range(8)))
    assert {page.status for page in pages} == {303}
    assert len({page.token for page in pages}) == 8
    mailed = shop.mailed_tokens(email)
    assert len(mailed) == MAILS_MAX
    assert len(set(mailed)) == 1
    assert mailed[0] in {page.token for page in pages}


def test_one_form_sent_many_times_at_once_makes_one_card(shop: Shop) -> None:
    email, key = new_email(), new_key()
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: shop.join(contact=email, key=key), range(8)))
    assert len({page.location for page in pages}) == 1
    assert set(shop.mailed_tokens(email)) == {pages[0].token}


def test_a_phone_number_is_the_same_with_and_without_its_country(shop: Shop) -> None:
    key = new_key()
    number = "600 123 " + str(int(key[:6], 16))[-3:].zfill(3)
    pages = [shop.join(contact=text, key=key) for text in (number, f"+48 {number}")]
    assert pages[0].location == pages[1].location
    assert pages[0].location.endswith("?welcome=phone")


def test_a_card_without_data_needs_none_and_keeps_none(shop: Shop) -> None:
    page = shop.join(name="", contact="", plain="1")
    assert page.location.endswith("?welcome=plain")
    email = new_email()
    assert shop.join(contact=email, plain="1", consent_email="on").status == 303
    assert shop.mails(email) == []
    found = shop.get(f"/c/{page.token}/consents")
    assert " checked" not in found.text


NAMES = (
    ("", 422), ("   ", 422), ("\u202e\u200f", 422), ("x" * 81, 422), ("x" * 50_000, 422),
    ("x" * 80, 303), ("Zoë 🙂", 303), ("مريم", 303), ("<script>alert(1)</script>", 303),
    ("' OR 1=1 --", 303), ("{{ 7*7 }}", 303), ("Ana\r\nBcc: x@example.com", 303),
)  # fmt: skip
CONTACTS = (
    "", "  ", "no", "@", "a@b", "a@b.", "a b@example.com", "a,b@example.com", "<b@example.com>",
    "😀@example.com", "x" * 255, "x" * 300 + "@example.com", "123", "+", "+12",
    "+4812345678901234",
    "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669", "\u202emoc.elpmaxe@a",
    "<script>alert(1)</script>", "a@example.com\r\nBcc: b@example.com", "\x00",
)  # fmt: skip


@pytest.mark.parametrize(("name", "status"), NAMES)
def test_a_name_is_taken_or_refused_in_words(shop: Shop, name: str, status: int) -> None:
    page = shop.join(name=name)
    assert page.status == status
    if status == 303:
        assert "<script>alert" not in shop.get(page.location).text
    else:
        assert 'aria-describedby="name-error" autofocus' in page.text


@pytest.mark.parametrize("contact", CONTACTS)
def test_a_wrong_contact_is_named_and_kept(shop: Shop, contact: str) -> None:
    page = shop.join(contact=contact, name="Zoë <b>")
    assert page.status == 422
    assert 'aria-invalid="true" aria-describedby="contact-error" autofocus' in page.text
    assert page.text.count('class="error"') == 1
    assert "<script>alert" not in page.text
    assert page.value("name") == "Zoë <b>"
    assert escape(contact.strip()[:40]) in page.text or "\x00" in contact or "\r" in contact


def test_a_program_that_fills_in_all_fields_is_asked_once_more(shop: Shop) -> None:
    page = shop.join(homepage="https://spam.test")
    assert page.status == 422
    assert 'role="alert"' in page.text
    assert 'name="homepage" tabindex="-1"' in page.text
    assert "spam.test" not in page.text


def test_ticked_boxes_stay_ticked_when_something_else_is_wrong(shop: Shop) -> None:
    page = shop.join(contact="no", consent_pass="on")
    assert 'name="consent_pass" checked' in page.text
    assert 'name="consent_email">' in page.text


def test_consents_come_after_the_button_unticked_and_are_kept(shop: Shop) -> None:
    form = shop.get(f"/join/{shop.cafe}").text
    assert form.index("btn-primary") < form.index("consent_email") < form.index("consent_pass")
    assert " checked" not in form
    token = shop.join(consent_email="on").token
    kept = shop.get(f"/c/{token}/consents").text
    assert 'name="consent_email" checked' in kept
    assert 'name="consent_pass">' in kept
    changed = shop.post(f"/c/{token}/consents", {"consent_pass": "on"})
    assert changed.status == 303
    kept = shop.get(changed.location).text
    assert 'name="consent_pass" checked' in kept
    assert 'name="consent_email">' in kept


def test_too_many_from_one_network_are_asked_to_wait(shop: Shop) -> None:
    program = shop.cafe
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda _: shop.join(program, plain="1"), range(JOINS_MAX + 1)))
    assert sorted(page.status for page in pages) == [303] * JOINS_MAX + [429]
    page = shop.join(program, name="Marta", contact="marta@example.com")
    assert page.status == 429
    assert page.headers["Retry-After"] == "600"
    assert page.value("contact") == "marta@example.com"
    assert 'role="alert"' in page.text
    for path in (f"/join/{program}", f"/join/{program}/again"):
        asked = {"name": "Marta", "contact": "marta@example.com"}
        assert shop.post(path, asked, X_Forwarded_For="198.51.100.1").status == 429
    site = shop.join_json(program, {"contact": "marta@example.com"})
    assert site.status == 429
    assert site.headers["Access-Control-Allow-Origin"] == "*"
    assert site.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert site.headers["Retry-After"] == "600"


@pytest.mark.parametrize("path", ["/join/unknown", "/join/unknown/again", "/join/%F0%9F%99%82"])
def test_an_unknown_programme_is_a_page_that_says_so(shop: Shop, path: str) -> None:
    for page in (shop.get(path), shop.post(path, {"contact": "a@example.com"})):
        assert page.status == 404
        assert page.headers["Content-Type"].startswith("text/html")


def test_another_sites_form_is_refused_unless_it_names_the_programme(shop: Shop) -> None:
    fields = {"name": "Marta", "contact": new_email()}
    refused = shop.post(f"/join/{shop.cafe}", fields, Sec_Fetch_Site="cross-site")
    assert refused.status == 403
    named = {**fields, "publishable_key": shop.key_of(shop.cafe)}
    assert shop.post(f"/join/{shop.cafe}", named, Sec_Fetch_Site="cross-site").status == 303
    other = {**fields, "publishable_key": shop.key_of(shop.books)}
    assert shop.post(f"/join/{shop.cafe}", other, Sec_Fetch_Site="cross-site").status == 403
