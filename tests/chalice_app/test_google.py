"""The addresses of Google Wallet: the link that saves, and the pictures."""

import io
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image, ImageColor

from tests.chalice_app.desk import Desk, check_problem
from tests.chalice_app.gateway import Reply, send
from tests.chalice_app.google_side import (
    ISSUER,
    Google,
    call_back,
    google_side,
    is_told,
    path_of,
    save,
)
from tests.world import BASE_URL, STAMPS
from wallet import runtime
from wallet.art.logos import clean_logo, logo_name
from wallet.domain.ids import ProgramId
from wallet.runtime import wallets

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def google(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Google]:
    with google_side(tmp_path_factory.mktemp("google")) as side:
        yield side


def check_page(reply: Reply, status: int, sentence: str) -> None:
    """A page that says this: whoever follows the link is a person."""
    assert reply.status == status
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert sentence in reply.body.decode()


def test_a_save_link_brings_the_card_and_leads_to_google(
    desk: Desk, google: Google, card: dict[str, Any]
) -> None:
    desk.earn(card["id"], stamps=4)
    reply = send("GET", path_of(card))
    assert reply.status == 302
    assert reply.headers["cache-control"] == "no-store"
    base, _, jwt = reply.headers["location"].rpartition("/")
    assert base == f"{google.fake.url}/gp/v/save"
    assert len(jwt) < 1800
    assert is_told(card)
    save(google, card)
    (shown, *_) = google.fake.on_phone()
    assert shown["id"] == f"{ISSUER}.{card['id']}"
    assert shown["barcode"]["value"] == card["barcode"]
    assert shown["loyaltyPoints"]["balance"] == {"string": "4 / 10"}
    assert shown["classReference"]["programName"] == desk.shop.stamps.name


def test_a_second_click_brings_the_newest_state(
    desk: Desk, google: Google, card: dict[str, Any]
) -> None:
    save(google, card)
    desk.earn(card["id"], stamps=2)
    assert send("GET", path_of(card)).status == 302
    (shown, *_) = google.fake.on_phone()
    assert shown["loyaltyPoints"]["balance"] == {"string": "2 / 10"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token[:-1],
        lambda token: token.partition("-")[0],
        lambda token: "0" * 22 + token[22:],
        lambda _: "%00",
        lambda _: "x" * 3000,
    ],
)
def test_a_wrong_proof_finds_no_card(
    google: Google, card: dict[str, Any], spoil: Callable[[str], str]
) -> None:
    token = path_of(card).rpartition("/")[2]
    check_page(send("GET", f"/google/save/{spoil(token)}"), 404, "There is nothing here.")
    assert not is_told(card)


def test_without_an_issuer_there_is_no_google(
    google: Google, card: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WALLET_GOOGLE_ISSUER")
    check_page(send("GET", path_of(card)), 404, "There is nothing here.")
    check_problem(call_back({}), 404, "not-found")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Try again in a moment."), ("pl", "Spróbuj"), ("hu", "Próbáld újra")],
)
def test_google_that_does_not_answer_is_said_on_a_page(
    google: Google,
    card: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    sentence: str,
) -> None:
    monkeypatch.setattr(google.fake._shelf, "_sees", lambda _: False)
    reply = send("GET", path_of(card), headers={"Accept-Language": language})
    check_page(reply, 503, sentence)
    assert f'lang="{language}"' in reply.body.decode()


def test_a_save_link_that_is_too_long_is_refused(
    google: Google, card: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    alarms: list[str] = []
    monkeypatch.setattr("chalice_app.routes.google.alarm", alarms.append)
    monkeypatch.setattr(wallets.google_account(), "email", "x" * 1800)
    check_page(send("GET", path_of(card)), 503, "Try again in a moment.")
    (told,) = alarms
    assert told.startswith("google: a save link of ")


def test_an_edited_programme_is_at_google_with_the_next_save(desk: Desk, google: Google) -> None:
    """Also where the version before is still held in memory."""
    program_id = f"edited-{secrets.token_hex(4)}"
    program = f"/programs/{program_id}"
    assert desk.call("PUT", program, STAMPS).status == 201
    card = desk.call("POST", f"{program}/cards", {"member": {}}).json
    save(google, card)
    held = runtime.programs().current(ProgramId(program_id), runtime.now())
    assert desk.call("PUT", program, {**STAMPS, "name": "Renamed"}).status == 200
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime.programs(), "current", lambda *_: held)
        save(google, card)
    (shown, *_) = google.fake.on_phone()
    assert shown["classReference"]["programName"] == "Renamed"


def test_the_pictures_that_google_fetches_are_there_for_ever(
    google: Google, card: dict[str, Any]
) -> None:
    save(google, card)
    (shown, *_) = google.fake.on_phone()
    hero = shown["heroImage"]["sourceUri"]["uri"]
    logo = shown["classReference"]["programLogo"]["sourceUri"]["uri"]
    for url in (hero, logo):
        reply = send("GET", url.removeprefix(BASE_URL))
        assert (reply.status, reply.headers["content-type"]) == (200, "image/png")
        assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert reply.body.startswith(PNG)
    assert hero != logo


def test_an_uploaded_logo_is_on_the_pass(desk: Desk, google: Google) -> None:
    """At another address for another logo: Google keeps what it has fetched."""
    program = f"/programs/logo-{secrets.token_hex(4)}"
    addresses = set()
    for color in ("red", "blue"):
        name = uploaded_logo(color)
        design = {**dict(STAMPS["design"]), "logo": name}  # type: ignore[call-overload]
        assert desk.call("PUT", program, {**STAMPS, "design": design}).status in (200, 201)
        save(google, desk.call("POST", f"{program}/cards", {"member": {}}).json)
        (shown, *_) = google.fake.on_phone()
        logo = shown["classReference"]["programLogo"]["sourceUri"]["uri"]
        reply = send("GET", logo.removeprefix(BASE_URL))
        picture = Image.open(io.BytesIO(reply.body))
        assert picture.size == (660, 660)
        assert picture.getpixel((330, 330)) == ImageColor.getrgb(color)
        addresses.add(logo)
    assert len(addresses) == 2


def uploaded_logo(color: str) -> str:
    """The name of a new logo of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (600, 200), color).save(file, "PNG")
    clean = clean_logo(file.getvalue())
    runtime.logos().keep_logo(logo_name(clean), clean)
    return logo_name(clean)


@pytest.mark.parametrize("name", ["0" * 32 + ".png", "0" * 32, "0" * 32 + ".svg", "..%2Fx.png"])
def test_a_picture_that_nobody_drew_is_not_there(google: Google, name: str) -> None:
    check_problem(send("GET", f"/art/{name}"), 404, "not-found")
