"""The console: members found and shown, entries taken back, tills, keys and hooks kept."""

import re

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import Reply
from tests.chalice_app.merchant.visitor import Visitor, fields_of, text_of
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.ids import CardId
from wallet.services.follow_up import follow_up
from wallet.services.list_members import Place, list_members
from wallet.services.tills import pair


@pytest.fixture
def card(desk: Desk) -> Card:
    return desk.shop.card(desk.shop.stamps, name="Marta", email="marta@example.com")


def search(owner: Visitor, text: str) -> Reply:
    form = fields_of(owner.get("/console/members"), "/console/members")
    return owner.post("/console/members", {**form, "q": text})


@pytest.mark.usefixtures("desk")
def test_without_a_session_there_is_only_the_way_in() -> None:
    assert Visitor().get("/console").headers["location"] == "/signup?ended=1"


def test_today_counts_what_the_stream_has_told(desk: Desk) -> None:
    shop = desk.world.shop()
    owner = Visitor().sign_in(shop.merchant_id)
    before = text_of(owner.get(f"/console?program={shop.points.id}"))
    assert "Next steps" in before
    assert "Nobody has joined yet" in before
    card = shop.card(shop.points, name="Marta")
    desk.call(
        "POST",
        f"/cards/{card.id}/earn",
        {"purchase": {"amount": 123456, "currency": "EUR"}},
        secret=shop.secret,
    )
    follow_up(runtime.books(), runtime.statistics(), [card.id], now=runtime.now())
    after = text_of(owner.get(f"/console?program={shop.points.id}"))
    assert "Visits today 1 1 in 30 days" in after
    assert "Members 1 1 new in 30 days" in after
    assert "Turnover with the card today €1,234.56" in after
    assert "1,234 points" in after


def test_members_come_newest_first_a_page_at_a_time(desk: Desk) -> None:
    shop = desk.world.shop()
    cards = [shop.card(shop.stamps, name=f"Guest {number}") for number in range(7)]
    place: Place | None = None
    seen: list[CardId] = []
    for _ in range(4):
        page, place = list_members(runtime.directory(), shop.stamps.id, after=place, limit=2)
        seen.extend(listed.card.id for listed in page)
        if place is None:
            break
    joined = {card.id: card.created_at for card in cards}
    assert set(seen) == set(joined)
    assert [joined[each] for each in seen] == sorted(joined.values(), reverse=True)


@pytest.mark.parametrize("wrong", ["1", "x-y", "1-" + "!" * 22, "9" * 16 + "-" + "0" * 22])
def test_a_made_up_place_is_not_found(owner: Visitor, wrong: str) -> None:
    assert owner.get(f"/console/members?after={wrong}").status == 404


def test_a_member_is_found_by_what_names_them(desk: Desk, owner: Visitor) -> None:
    card = desk.shop.card(
        desk.shop.stamps, name="Ada", email="ada@example.com", phone="+48600700800"
    )
    for text in ("Ada@Example.com", "600 700 800", card.code.lower(), card.barcode):
        reply = search(owner, text)
        assert reply.headers.get("location") == f"/console/members/{card.id}", text


@pytest.mark.parametrize("text", ["nobody@example.com", "ada", "<script>", "😀", "א" * 300])
def test_who_is_not_found_is_said_so(owner: Visitor, text: str) -> None:
    reply = search(owner, text)
    assert reply.status == 200
    assert "Nobody was found" in text_of(reply)
    assert "<script>" not in reply.body.decode()


def test_a_members_page_says_whose_hand_it_was(desk: Desk, owner: Visitor, card: Card) -> None:
    desk.earn(card.id, stamps=2)
    said = text_of(owner.get(f"/console/members/{card.id}"))
    assert "Marta" in said
    assert "marta@example.com" in said
    assert "2 of 10" in said
    assert "by the API key own" in said


def test_an_entry_is_taken_back_once(desk: Desk, owner: Visitor, card: Card) -> None:
    desk.earn(card.id, stamps=3)
    path = f"/console/members/{card.id}"
    form = fields_of(owner.get(path), path)
    for _ in range(2):
        assert owner.post(path, form).headers["location"] == f"{path}?done=1"
    assert desk.card(card.id)["balance"]["stamps"] == 0
    page = owner.get(path)
    assert f'action="{path}"' not in page.body.decode()
    assert "by the owner, in the console" in text_of(page)
    again = owner.post(path, {**form, "key": form["key"][::-1]})
    assert again.status == 409
    assert "taken back before" in text_of(again)


def test_an_entry_of_another_card_is_not_taken_back(
    desk: Desk, owner: Visitor, card: Card
) -> None:
    desk.earn(card.id, stamps=1)
    other = desk.earn(desk.shop.card(desk.shop.stamps).id, stamps=1)
    path = f"/console/members/{card.id}"
    form = fields_of(owner.get(path), path)
    with desk.untouched():
        assert owner.post(path, {**form, "entry": other["id"]}).status == 404


def test_a_key_is_shown_once_and_works_until_it_is_revoked(desk: Desk, owner: Visitor) -> None:
    form = {**fields_of(owner.get("/console/keys"), "/console/keys"), "name": "Web shop"}
    made = owner.post("/console/keys", form).body.decode()
    secret = re.search(r"sk_[0-9A-Za-z_]+", made)
    assert secret
    path = f"/programs/{desk.shop.stamps.id}"
    assert desk.call("GET", path, secret=secret[0]).status == 200
    assert owner.post("/console/keys", form).headers["location"] == "/console/keys?again=1"
    page = owner.get("/console/keys").body.decode()
    assert page.count("Web shop") == 1
    assert secret[0] not in page
    revoke = re.search(r'action="(/console/keys/[^"]+/revoke)"', page)
    assert revoke
    owner.post(revoke[1], fields_of(owner.get("/console/keys"), revoke[1]))
    assert desk.call("GET", path, secret=secret[0]).status == 401


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_key_needs_a_name(owner: Visitor, name: str) -> None:
    form = fields_of(owner.get("/console/keys"), "/console/keys")
    reply = owner.post("/console/keys", {**form, "name": name})
    assert reply.status == 422
    assert "1 to 40 characters" in text_of(reply)


def test_a_till_is_paired_renamed_and_closed(desk: Desk) -> None:
    shop = desk.world.shop()
    owner = Visitor().sign_in(shop.merchant_id)
    form = fields_of(owner.get("/console/tills"), "/console/tills")
    code = re.search(
        r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", text_of(owner.post("/console/tills", form))
    )
    assert code
    now = runtime.now()
    paired = pair(runtime.tillbox(), code[0], name="Counter", now=now)
    assert paired
    token, till = paired
    path = f"/console/tills/{till.id}"
    form = fields_of(owner.get("/console/tills"), path)
    assert owner.post(path, {**form, "name": " "}).status == 422
    assert owner.post(path, {**form, "name": "Bar"}).status == 303
    assert "Bar" in text_of(owner.get("/console/tills"))
    browser = Visitor(cookies={"__Host-till": token})
    assert browser.get("/till").status == 200
    owner.post(f"{path}/revoke", fields_of(owner.get("/console/tills"), f"{path}/revoke"))
    assert browser.get("/till").status == 303
    assert "Bar" not in text_of(owner.get("/console/tills"))


def test_a_hook_is_made_once_shown_again_rotated_and_closed(desk: Desk) -> None:
    owner = Visitor().sign_in(desk.world.shop().merchant_id)
    address = "/console/connections"
    form = fields_of(owner.get(address), address)
    first = _secret(owner.post(address, form))
    assert owner.post(address, form).headers["location"] == f"{address}?again=1"
    page = owner.get(address)
    assert "whsec_" not in page.body.decode()
    hook = re.search(r'action="(/console/connections/[^"/]+)/secret"', page.body.decode())
    assert hook
    shown = owner.post(f"{hook[1]}/secret", fields_of(page, f"{hook[1]}/secret"))
    assert _secret(shown) == first
    form = fields_of(owner.get(address), f"{hook[1]}/rotate")
    assert _secret(owner.post(f"{hook[1]}/rotate", form)) != first
    assert owner.post(f"{hook[1]}/rotate", form).headers["location"] == f"{address}?again=1"
    owner.post(f"{hook[1]}/revoke", fields_of(owner.get(address), f"{hook[1]}/revoke"))
    assert hook[1] not in owner.get(address).body.decode()


@pytest.mark.parametrize(
    "path",
    ["/console/members", "/console/tills", "/console/keys", "/console/connections"],
)
def test_a_forged_form_changes_nothing(desk: Desk, owner: Visitor, path: str) -> None:
    form = {**fields_of(owner.get(path), path), "name": "Mallory", "q": "x"}
    with desk.untouched():
        assert owner.post(path, {**form, "csrf": "0" * 22}).status == 403
        assert owner.post(path, form, Sec_Fetch_Site="cross-site").status == 403


@pytest.mark.parametrize("language", ["pl", "hu", "en"])
@pytest.mark.parametrize("path", ["", "/members", "/tills", "/keys", "/connections", "/more"])
def test_each_page_speaks_each_language(desk: Desk, path: str, language: str) -> None:
    owner = Visitor(language=language).sign_in(desk.shop.merchant_id)
    reply = owner.get(f"/console{path}")
    assert reply.status == 200
    assert f'<html lang="{language}"' in reply.body.decode()


def _secret(reply: Reply) -> str:
    found = re.search(r"whsec_[0-9A-Za-z+/=]+", reply.body.decode())
    assert found, reply.status
    return found[0]
