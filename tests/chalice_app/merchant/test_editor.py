"""The editor: a programme from a form, a new version from an edit, faults beside their fields."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.merchant.visitor import Visitor, fields_of, text_of
from tests.world import POINTS
from wallet import runtime
from wallet.domain.ids import ProgramId
from wallet.domain.program_document import write_terms

NEW = "/console/programs/new"


def filled(owner: Visitor, **fields: str) -> dict[str, str]:
    """The form of a new programme as it came, with a name and what is said."""
    return {**fields_of(owner.get(NEW), NEW), "name": "Cafe", **fields}


def publish(owner: Visitor, **fields: str) -> str:
    """The id of a new programme."""
    reply = owner.post(NEW, filled(owner, **fields))
    assert reply.status == 303, text_of(reply)
    found = re.fullmatch(r"/console/programs/([\w-]+)/published", reply.headers["location"])
    assert found
    return found[1]


def document(program_id: str) -> dict[str, Any]:
    """The newest version."""
    program = runtime.programs().newest(ProgramId(program_id))
    assert program
    return {"version": program.version, **write_terms(program)}


def test_a_stamp_card_from_little_more_than_a_name(owner: Visitor, desk: Desk) -> None:
    program_id = publish(owner, name=" Kawiarnia Łąka & Spółka ", target="8", trade="bakery")
    assert re.fullmatch(r"kawiarnia-laka-spolka-[0-9a-z]{4}", program_id)
    assert document(program_id) == {
        "version": 1,
        "name": "Kawiarnia Łąka & Spółka",
        "kind": "stamps",
        "locale": "en",
        "currency": "GBP",
        "time_zone": "Europe/London",
        "stamps": {"target": 8},
        "rules": [{"id": "visit", "kind": "stamps_per_purchase", "stamps": 1}],
        "rewards": [
            {
                "id": "reward",
                "name": "A free coffee",
                "kind": "free_product",
                "cost": {"stamps": 8},
            }
        ],
        "design": {"color": "#1f5b45", "style": "pad", "picture": "loaf"},
    }
    assert program_id in runtime.programs().of_merchant(desk.shop.merchant_id)
    assert program_id not in runtime.programs().of_merchant(desk.rival.merchant_id)


@pytest.mark.parametrize(
    ("language", "home", "spend", "step"),
    [
        ("pl", ("PLN", "Europe/Warsaw"), "2,50", 250),
        ("hu", ("HUF", "Europe/Budapest"), "100", 10_000),
    ],
)
def test_points_with_what_the_language_suggests(
    desk: Desk, language: str, home: tuple[str, str], spend: str, step: int
) -> None:
    owner = Visitor(language).sign_in(desk.shop.merchant_id)
    said = {"kind": "points", "points": "3", "spend": spend, "cost": "1 500", "reward": "Táska"}
    made = document(publish(owner, **said))
    assert (made["locale"], made["currency"], made["time_zone"]) == (language, *home)
    rule = {"id": "spend", "kind": "points_per_amount", "step": step, "points": 3}
    assert made["rules"] == [rule]
    assert made["rewards"][0]["cost"] == {"points": 1500}
    assert "stamps" not in made


def test_an_own_colour_is_shown_and_kept(owner: Visitor) -> None:
    program_id = publish(owner, color="own", own="#F2E94E")
    assert document(program_id)["design"]["color"] == "#f2e94e"
    page = owner.get(f"/console/programs/{program_id}").body.decode()
    assert "/brand/f2e94e.css" in page
    assert "/art/1-f2e94e-pad-cup-6-10-strip2.png" in page
    assert "Reads well with black text (16.5\u00a0:\u00a01)" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Write the name of the shop, in at most 60 characters."),
        ("name", "x" * 61, "Write the name of the shop, in at most 60 characters."),
        ("name", "\u202e\u200f", "Write the name of the shop, in at most 60 characters."),
        ("name", "\u200b\ufeff", "Write the name of the shop, in at most 60 characters."),
        ("reward", "\u2060", "Write what the customer gets, in at most 60 characters."),
        ("reward", " ", "Write what the customer gets, in at most 60 characters."),
        ("target", "31", "Choose how many stamps fill the card: 1 to 30."),
        ("target", "²", "Choose how many stamps fill the card: 1 to 30."),
        ("target", "٣", "Choose how many stamps fill the card: 1 to 30."),
        ("color", "red", "Choose one of the colours."),
        ("style", "<b>", "Choose one of these."),
        ("picture", "face", "Choose one of these."),
        ("locale", "de", "Choose one of these."),
        ("currency", "zł", "Choose one of these."),
        ("time_zone", "Mars/Base", "Choose one of these."),
        ("time_zone", "../../etc/passwd", "Choose one of these."),
        ("kind", "miles", "Choose one of these."),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_typed_is_lost(
    owner: Visitor, desk: Desk, field: str, value: str, sentence: str
) -> None:
    sent = {**filled(owner, reward="A “<i>cake</i>” 🥐"), field: value}
    with desk.untouched():
        reply = owner.post(NEW, sent)
    assert reply.status == 422
    page = reply.body.decode()
    assert sentence in text_of(reply)
    assert page.count(" autofocus") == 1
    assert "<i>cake" not in page
    assert "<b>" not in page
    if field != "reward":
        assert "A “&lt;i&gt;cake&lt;/i&gt;” 🥐" in page
    again = {**fields_of(reply, NEW), field: filled(owner).get(field, "cup")}
    assert owner.post(NEW, again).status == 303


def test_points_faults(owner: Visitor) -> None:
    wrong = {"kind": "points", "spend": "-1", "points": "1.5", "cost": "0"}
    page = text_of(owner.post(NEW, filled(owner, **wrong)))
    for sentence in ("an amount such as", "from 1 to 1,000.", "from 1 to 1,000,000."):
        assert sentence in page


def test_a_form_sent_twice_makes_one_programme(owner: Visitor, desk: Desk) -> None:
    before = set(runtime.programs().of_merchant(desk.shop.merchant_id))
    sent = filled(owner, name="Once")
    first, second = owner.post(NEW, sent), owner.post(NEW, sent)
    assert first.headers["location"] == second.headers["location"]
    other = owner.post(NEW, {**sent, "reward": "Something else"})
    made = set(runtime.programs().of_merchant(desk.shop.merchant_id)) - before
    assert len(made) == 1
    assert other.headers["location"] == f"/console/programs/{made.pop()}?again=1"
    assert "nothing was changed now" in text_of(owner.get(other.headers["location"]))


def test_an_edit_is_a_new_version_and_no_edit_is_none(owner: Visitor) -> None:
    program_id = publish(owner)
    path = f"/console/programs/{program_id}"
    untouched = fields_of(owner.get(path), path)
    assert owner.post(path, untouched).headers["location"] == f"{path}?saved=1"
    assert document(program_id)["version"] == 1
    edited = {**fields_of(owner.get(path), path), "target": "6", "reward": "Cake"}
    assert owner.post(path, edited).status == 303
    now = document(program_id)
    assert (now["version"], now["stamps"], now["rewards"][0]["cost"]) == (
        2, {"target": 6}, {"stamps": 6},
    )  # fmt: skip
    assert "Version 2 is live" in text_of(owner.get(f"{path}?saved=1"))
    assert owner.post(path, edited).status == 303
    assert document(program_id)["version"] == 2


def test_who_was_overtaken_is_told_and_loses_nothing(owner: Visitor) -> None:
    program_id = publish(owner)
    path = f"/console/programs/{program_id}"
    mine, other = (fields_of(owner.get(path), path) for _ in range(2))
    assert owner.post(path, {**other, "reward": "Theirs"}).status == 303
    reply = owner.post(path, {**mine, "reward": "Mine"})
    assert reply.status == 409
    assert "A newer version was published meanwhile." in text_of(reply)
    assert document(program_id)["rewards"][0]["name"] == "Theirs"
    assert owner.post(path, fields_of(reply, path)).status == 303
    assert document(program_id)["rewards"][0]["name"] == "Mine"


def test_of_edits_at_the_same_moment_one_is_published(owner: Visitor) -> None:
    program_id = publish(owner)
    path = f"/console/programs/{program_id}"
    forms = [{**fields_of(owner.get(path), path), "reward": f"Cake {turn}"} for turn in range(4)]
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda form: owner.post(path, form).status, forms))
    assert sorted(replies) == [303, 409, 409, 409]
    assert document(program_id)["version"] == 2


def test_what_the_form_does_not_show_stays(owner: Visitor, desk: Desk) -> None:
    tote, book = (
        {"id": name, "name": name, "kind": "gift", "cost": {"points": cost}}
        for name, cost in (("tote", 50), ("book", 150))
    )
    rules = [{"id": "spend", "kind": "points_per_amount", "step": 150, "points": 2}]
    said = {**POINTS, "rules": rules, "rewards": [tote, book]}
    desk.call("PUT", "/programs/by-api", said)
    path = "/console/programs/by-api"
    form = fields_of(owner.get(path), path)
    assert (form["spend"], form["points"], form["cost"]) == ("1.50", "2", "50")
    sent = {**form, "reward": "Bag", "cost": "60", "kind": "stamps", "currency": "HUF"}
    assert owner.post(path, sent).status == 303
    now = document("by-api")
    assert (now["kind"], now["currency"], now["rules"]) == ("points", "EUR", rules)
    assert now["rewards"] == [{**tote, "name": "Bag", "cost": {"points": 60}}, book]


def test_another_merchants_programme_is_not_there(
    owner: Visitor, rival: Visitor, desk: Desk
) -> None:
    program_id = publish(owner, name="Mine Alone")
    path = f"/console/programs/{program_id}"
    form = {**fields_of(owner.get(path), path), "csrf": filled(rival)["csrf"]}
    for reply in (
        rival.get(path),
        rival.post(path, form),
        rival.get(f"{path}/published"),
        rival.get(f"{path}/poster.pdf"),
    ):
        assert reply.status == 404
        assert b"Mine Alone" not in reply.body
    assert document(program_id)["version"] == 1
    assert "Mine Alone" not in text_of(rival.get("/console/programs"))
    assert "Mine Alone" in text_of(owner.get("/console/programs"))


@pytest.mark.parametrize(
    "suffix", ["", "/new", "/stamps-1", "/stamps-1/published", "/stamps-1/poster.pdf"]
)
def test_without_a_session_there_is_only_the_way_in(suffix: str, desk: Desk) -> None:
    for visitor in (Visitor(), Visitor(cookies={"__Host-console": "x" * 44})):
        reply = visitor.get(f"/console/programs{suffix}")
        assert (reply.status, reply.headers["location"]) == (303, "/signup?ended=1")


def test_a_form_without_its_token_or_from_another_site_is_refused(
    owner: Visitor, desk: Desk
) -> None:
    sent = filled(owner)
    with desk.untouched():
        for csrf in ("", "x" * 22):
            assert owner.post(NEW, {**sent, "csrf": csrf}).status == 403
        assert owner.post(NEW, {**sent, "key": ""}).status == 400
        assert owner.post(NEW, sent, Sec_Fetch_Site="cross-site").status == 403
        assert owner.post(NEW, sent, Content_Type="application/json").status == 415


def test_link_code_and_poster(owner: Visitor) -> None:
    program_id = publish(owner, name="Posters")
    page = owner.get(f"/console/programs/{program_id}/published").body.decode()
    assert f"https://stempel.test/join/{program_id}" in page
    reply = owner.get(f"/console/programs/{program_id}/poster.pdf")
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    assert reply.body.startswith(b"%PDF-")
    assert reply.body.rstrip().endswith(b"%%EOF")
