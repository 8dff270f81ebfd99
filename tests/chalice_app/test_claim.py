"""Claim links: a sale without a card waits, and whoever holds its link puts it on one, once."""

import itertools
from typing import Any
from urllib.parse import quote

import pytest

from tests.chalice_app.desk import Clock, Desk, check_problem
from tests.chalice_app.gateway import Reply, send
from tests.chalice_app.till_system import TillSystem, told
from tests.faults.crowd import at_once
from wallet import runtime

_addresses = itertools.count(1)
HTML = "<script>alert(1)</script>"


@pytest.fixture
def points(desk: Desk) -> dict[str, Any]:
    return desk.enrol(desk.shop.points, name="Marta Secret")


def waiting(till: TillSystem, card: dict[str, Any] | None = None, **more: Any) -> str:
    """The path of the claim of a new sale of 12.50."""
    number = f"sale {next(_addresses)}"
    claim = told(till.sale(number, card, 1250, **more), 202, "pending")["claim"]
    return "/claim/" + str(claim["url"]).rpartition("/")[2]


def look(path: str, language: str = "en") -> Reply:
    return send("GET", path, headers={"Accept-Language": language})


def claim(path: str, typed: str, **headers: str) -> Reply:
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return send("POST", path, headers=sent, body=f"card={quote(typed)}".encode())


def balance(desk: Desk, card: dict[str, Any]) -> int:
    return int(desk.card(card["id"])["balance"]["points"])


@pytest.mark.parametrize(
    "card",
    [
        None,
        {},
        {"email": None},
        {"barcode": "0" * 22},
        {"id": "😀"},
        {"id": HTML},
        {"email": "nobody@example.com"},
        {"email": "no address"},
        {"phone": "12"},
        {"phone": "שלום"},
    ],
)
def test_a_sale_of_nobody_waits_with_a_link(till: TillSystem, card: dict[str, str] | None) -> None:
    first = told(till.sale("1", card, 1250), 202, "pending")
    assert first["entry"] is first["card"] is None
    assert set(first["claim"]) == {"url", "expires_at"}
    assert told(till.sale("1", card, 1250), 202, "pending") == first


@pytest.mark.parametrize("by", ["code", "barcode", "link", "loose"])
def test_who_holds_the_link_puts_the_sale_on_a_card(
    desk: Desk, till: TillSystem, points: dict[str, Any], by: str
) -> None:
    path = waiting(till)
    typed = {
        "code": points["code"],
        "barcode": points["barcode"],
        "link": points["links"]["card"] + "?lang=pl",
        "loose": f"  {points['code'].lower().replace('-', ' ')} ",
    }[by]
    reply = claim(path, typed)
    assert (reply.status, reply.headers["location"]) == (303, path)
    (entry,) = desk.call("GET", f"/cards/{points['id']}/entries").json["entries"]
    assert (entry["points"], entry["actor"]) == (12, f"hook:{till.hook_id}")
    assert entry["occurred_at"] == "2026-11-20T10:00:00.000Z"
    assert entry["reason"] == "claimed by its holder"
    page = look(path)
    assert page.status == 200
    assert "+12 points" in page.body.decode()


def test_a_link_works_once(desk: Desk, till: TillSystem, points: dict[str, Any]) -> None:
    path, other = waiting(till), desk.enrol(desk.shop.points)
    claim(path, points["code"])
    for card in (other, points, other):
        assert claim(path, card["code"]).status == 303
    assert (balance(desk, points), balance(desk, other)) == (12, 0)


def test_of_many_at_once_one_gets_it(desk: Desk, till: TillSystem) -> None:
    path, cards = waiting(till), [desk.enrol(desk.shop.points) for _ in range(8)]
    done, failed = at_once(8, lambda n: claim(path, cards[n]["code"]).status)
    assert not failed
    assert set(done) == {303}
    assert sorted(balance(desk, card) for card in cards) == [0] * 7 + [12]


@pytest.mark.parametrize("refunded", [0, 300])
def test_a_claim_that_was_cut_short_is_finished_by_who_looks_again(
    desk: Desk, till: TillSystem, points: dict[str, Any], refunded: int
) -> None:
    number = f"cut short {refunded}"
    url = told(till.sale(number, None, 1250), 202, "pending")["claim"]["url"]
    path = "/claim/" + str(url).rpartition("/")[2]
    if refunded:
        told(till.refund(number, "a", refunded), 202, "pending")
    digest = path.removeprefix("/claim/").partition("-")[0]
    assert runtime.sales_desk().sales.match(digest, points["id"], "")
    assert balance(desk, points) == 0
    for _ in range(2):
        assert look(path).status == 200
        assert balance(desk, points) == (1250 - refunded) // 100
    assert len(desk.call("GET", f"/cards/{points['id']}/entries").json["entries"]) == (
        2 if refunded else 1
    )


def test_refunds_count_before_and_after_the_claim(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    told(till.sale("r", None, 1000), 202, "pending")
    path = "/claim/" + till.sale("r", None, 1000).json["claim"]["url"].rpartition("/")[2]
    told(till.refund("r", "a", 300), 202, "pending")
    claim(path, points["code"])
    assert balance(desk, points) == 7
    told(till.refund("r", "b", 300), 200, "applied")
    told(till.refund("r", "a", 300), 200, "duplicate")
    assert balance(desk, points) == 4


def test_a_card_named_later_takes_the_sale(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    told(till.sale("late", {"barcode": "mistyped"}, 1250), 202, "pending")
    told(till.sale("late", {"barcode": points["barcode"]}, 1250), 200, "applied")
    told(till.sale("late", {"barcode": "mistyped"}, 1250), 200, "duplicate")
    assert balance(desk, points) == 12


def test_a_card_named_after_another_claimed_comes_too_late(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    told(till.sale("x", None, 1250), 202, "pending")
    path = "/claim/" + till.sale("x", None, 1250).json["claim"]["url"].rpartition("/")[2]
    claim(path, points["code"])
    other = desk.enrol(desk.shop.points)
    check_problem(till.sale("x", {"id": other["id"]}, 1250), 409, "key-reused")
    told(till.sale("x", None, 1250), 200, "duplicate")
    assert (balance(desk, points), balance(desk, other)) == (12, 0)


def test_the_link_ends_after_90_days(
    desk: Desk, till: TillSystem, points: dict[str, Any], clock: Clock
) -> None:
    path = waiting(till)
    clock.forward(days=89, hours=23)
    assert look(path).status == 200
    clock.forward(hours=2)
    page = look(path)
    assert page.status == 410
    assert "<form" not in page.body.decode()
    with desk.untouched():
        assert claim(path, points["code"]).status == 303
    assert balance(desk, points) == 0


@pytest.mark.parametrize("typed", ["", "ABCD-EFGH-JK", "0" * 22, HTML, "😀", "שלום", "x" * 5000])
def test_a_wrong_code_is_said_beside_the_field(desk: Desk, till: TillSystem, typed: str) -> None:
    path = waiting(till)
    with desk.untouched():
        reply = claim(path, typed)
    assert reply.status == 422
    page = reply.body.decode()
    assert 'aria-invalid="true"' in page
    assert "card-error" in page
    assert HTML not in page


def test_another_shops_card_cannot_take_it(desk: Desk, till: TillSystem) -> None:
    foreign, path = desk.rival.card(desk.rival.points), waiting(till)
    with desk.untouched():
        assert claim(path, foreign.barcode).status == 422
        assert claim(path, foreign.code).status == 422


def test_a_card_that_counts_in_another_currency_cannot_take_it(
    desk: Desk, till: TillSystem
) -> None:
    stamps, path = desk.enrol(desk.shop.stamps), waiting(till)
    with desk.untouched():
        reply = claim(path, stamps["code"])
    assert reply.status == 422
    assert "currency" in reply.body.decode()


@pytest.mark.parametrize("bent", ["x", "", "0" * 22, "proof", "sale"])
def test_a_link_that_is_none_is_not_there(till: TillSystem, bent: str) -> None:
    sale, _, proof = waiting(till).rpartition("/")[2].partition("-")
    other, _, _ = waiting(till).rpartition("/")[2].partition("-")
    path = {"proof": f"{sale}-{proof[::-1]}", "sale": f"{other}-{proof}"}.get(bent, bent)
    assert look(f"/claim/{path or '-'}").status == 404
    assert claim(f"/claim/{path or '-'}", "x").status == 404


def test_the_page_says_nothing_of_whose_card_it_is(
    till: TillSystem, points: dict[str, Any]
) -> None:
    path = waiting(till)
    claim(path, points["code"])
    page = look(path).body.decode()
    for secret in ("Marta", points["id"], points["barcode"], points["code"]):
        assert secret not in page


def test_another_site_cannot_send_the_form(
    desk: Desk, till: TillSystem, points: dict[str, Any]
) -> None:
    path = waiting(till)
    with desk.untouched():
        reply = claim(path, points["code"], **{"Sec-Fetch-Site": "cross-site"})
        assert reply.status == 403


@pytest.mark.parametrize(
    ("language", "title", "amount"),
    [
        ("en", "Add this purchase to your card", "€12.50, 20 Nov 2026"),
        ("pl", "Dodaj ten zakup do swojej karty", "12,50\xa0€, 20 lis 2026"),
        ("hu", "Tedd ezt a vásárlást a kártyádra", "12,50\xa0EUR, 2026. nov. 20."),
    ],
)
def test_it_speaks_three_languages(
    till: TillSystem, language: str, title: str, amount: str
) -> None:
    page = look(waiting(till), language)
    assert page.status == 200
    assert f"<h1>{title}</h1>" in page.body.decode()
    assert amount in page.body.decode()
    assert f'<html lang="{language}"' in page.body.decode()
    assert page.headers["x-robots-tag"] == "noindex"


def test_codes_cannot_be_tried_for_long(
    desk: Desk, till: TillSystem, points: dict[str, Any], clock: Clock
) -> None:
    path = waiting(till)
    tried = [claim(path, "ABCD-EFGH-JK").status for _ in range(31)]
    assert (tried[0], tried[-1]) == (422, 429)
    assert claim(path, points["code"]).status == 429
    assert claim(waiting(till), points["code"]).status == 303
    clock.forward(minutes=10)
    assert claim(path, points["code"]).status == 303
    assert balance(desk, points) == 25
