"""Bringing a friend: the link on a card's page, and joining by it."""

import json
import re
import secrets
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.chalice_app.desk import Desk
from tests.chalice_app.gateway import Reply, send
from tests.chalice_app.hostile.scene import Outbox, new_key
from tests.world import BASE_URL, POINTS
from wallet import runtime
from wallet.domain.cards import Card
from wallet.domain.ids import CardId, ProgramId
from wallet.domain.programs import Program
from wallet.services.join import publishable_key

FORM = "application/x-www-form-urlencoded"
BOTH = {"id": "friend", "kind": "referral", "points": 20, "referrer": {"points": 50}}
SPEND = [{"id": "spend", "kind": "points_per_amount", "step": 100, "points": 1}]
LANGUAGES = ("en", "hu", "pl")


@pytest.fixture(autouse=True)
def _post(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "mailer", Outbox)


def publish(desk: Desk, *rules: dict[str, Any]) -> Program:
    """A programme of points with these rules as well."""
    program_id = ProgramId(f"friends-{secrets.token_hex(4)}")
    document = {**POINTS, "rules": [*SPEND, *rules]}
    assert desk.call("PUT", f"/programs/{program_id}", document).status == 201
    program = runtime.programs().newest(program_id)
    assert program
    return program


@pytest.fixture(scope="module")
def program(desk: Desk) -> Program:
    return publish(desk, {**BOTH, "when": {"minimum": 2000}})


@pytest.fixture
def host(desk: Desk, program: Program) -> dict[str, Any]:
    """Who brings a friend."""
    return desk.enrol(program, name="Marta", email=new_email())


def new_email() -> str:
    return f"{secrets.token_hex(6)}@example.com"


def show(program: Program, ref: str | None, language: str = "en") -> str:
    query = {"lang": language, **({} if ref is None else {"ref": ref})}
    reply = send("GET", f"/join/{program.id}", query=query)
    assert reply.status == 200
    return reply.body.decode()


def post(program: Program, **fields: str) -> Reply:
    filled = {"name": "Ewa", "contact": new_email(), "key": new_key(), **fields}
    headers = {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"}
    return send("POST", f"/join/{program.id}", headers=headers, body=urlencode(filled).encode())


def post_json(program: Program, **said: str) -> Reply:
    key = publishable_key(runtime.vault(), program)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    body = json.dumps({"contact": new_email(), **said}).encode()
    return send("POST", f"/join/{program.id}", headers=headers, body=body)


def made(reply: Reply) -> Card:
    """The card to which an answer leads."""
    assert reply.status in (201, 303), reply.body
    link = reply.headers.get("location") or reply.json["card"]["links"]["card"]
    card = runtime.ledger().head(CardId(link.partition("/c/")[2].partition("-")[0]))
    assert card
    return card


def test_who_joins_anew_by_a_link_was_brought(program: Program, host: dict[str, Any]) -> None:
    for reply in (
        post(program, ref=host["id"]),
        post(program, ref=host["id"], name="", contact="", plain="1"),
        post_json(program, referral_code=host["id"]),
        post_json(program, referral_code=host["code"].lower()),
    ):
        assert made(reply).referred_by == host["id"]


def test_who_was_here_before_was_brought_by_nobody(
    desk: Desk, program: Program, host: dict[str, Any]
) -> None:
    known = new_email()
    desk.enrol(program, email=known)
    own = desk.enrol(program, email=(email := new_email()))
    for contact, ref in ((known, host["id"]), (email, own["id"])):
        for reply in (
            post(program, ref=ref, contact=contact),
            post_json(program, referral_code=ref, contact=contact),
        ):
            assert made(reply).referred_by is None


def test_a_form_sent_twice_is_one_friend(program: Program, host: dict[str, Any]) -> None:
    fields = {"ref": host["id"], "contact": new_email(), "key": new_key()}
    cards = [made(post(program, **fields)) for _ in range(2)]
    assert cards[0] == cards[1]
    # Sent once more without the link, or by another's, it is the same form still.
    again = made(post(program, **{**fields, "ref": ""}))
    assert (again.id, again.referred_by) == (cards[0].id, host["id"])


def close(desk: Desk, card_id: str, status: str) -> None:
    reply = desk.call("POST", f"/cards/{card_id}/close", {"status": status, "reason": "left"})
    assert reply.status == 201


def stale_refs(desk: Desk, program: Program, host: dict[str, Any]) -> dict[str, str]:
    gone = {status: desk.enrol(program)["id"] for status in ("closed", "void")}
    for status, card_id in gone.items():
        close(desk, card_id, status)
    rivals = desk.call(
        "POST",
        f"/programs/{desk.rival.points.id}/cards",
        {"member": {"name": "Zoe"}},
        secret=desk.rival.secret,
    )
    return {
        **gone,
        "none": "",
        "unknown": "0" * 22,
        "of another programme": desk.enrol(desk.shop.points)["id"],
        "of another tenant": rivals.json["id"],
        # A page that told which codes are cards' would help to guess one.
        "a code": host["code"],
        "huge": "x" * 5_000,
        "an id and more": host["id"] + "x",
        "markup": '"><script>alert(1)</script>',
        "right to left": "\u202e" * 22,
    }


def test_a_link_that_leads_to_nobody_stops_nobody(
    desk: Desk, program: Program, host: dict[str, Any]
) -> None:
    plain = _bare(show(program, None))
    for name, ref in stale_refs(desk, program, host).items():
        assert _bare(show(program, ref)) == plain, name
        assert made(post(program, ref=ref)).referred_by is None, name
        if name != "a code" and len(ref) <= 40:
            assert made(post_json(program, referral_code=ref)).referred_by is None, name


def _bare(page: str) -> str:
    """Without what was sent, and the form's key."""
    page = re.sub(r'name="key" value="[^"]*"', "", page)
    page = re.sub(r'<input type="hidden" name="ref" value="[^"]*">', "", page)
    return re.sub(r"&amp;ref=\w{22}\"", '"', page)


def test_another_sites_code_is_bounded(program: Program) -> None:
    reply = post_json(program, referral_code="x" * 41)
    assert (reply.status, reply.json["field"]) == (422, "referral_code")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "A friend sent you: 20 points more with your first purchase of €20 or more."),
        ("pl", "Od znajomej osoby: 20 punktów więcej przy pierwszym zakupie od 20\u00a0€."),
        (
            "hu",
            (
                "Egy barátod ajánlására: 20 ponttal több az első, legalább 20\u00a0EUR értékű "
                "vásárlásodkor."
            ),
        ),
    ],
)
def test_the_newcomer_reads_what_they_get(
    program: Program, host: dict[str, Any], language: str, said: str
) -> None:
    page = show(program, host["id"], language)
    assert said in unescape(page)
    assert f'name="ref" value="{host["id"]}"' in page
    assert page.count(f"&amp;ref={host['id']}") == len(LANGUAGES)
    assert "Marta" not in page
    wrong = post(program, ref=host["id"], contact="no")
    assert wrong.status == 422
    assert 'class="friends-part"' in wrong.body.decode()
    assert f'name="ref" value="{host["id"]}"' in wrong.body.decode()


@pytest.mark.parametrize(
    "rules", [(), ({"id": "friend", "kind": "referral", "referrer": {"points": 50}},)]
)
def test_a_link_counts_where_the_friend_gets_nothing(desk: Desk, rules: Any) -> None:
    program = publish(desk, *rules)
    host = desk.enrol(program)
    page = show(program, host["id"])
    assert "friends-part" not in page
    assert f'name="ref" value="{host["id"]}"' in page
    assert made(post(program, ref=host["id"])).referred_by == host["id"]


def card_page(card: dict[str, Any], language: str = "en") -> str:
    path = card["links"]["card"].removeprefix(BASE_URL)
    reply = send("GET", path, query={"lang": language})
    assert reply.status == 200
    return unescape(reply.body.decode())


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        (
            "en",
            "Bring a friend",
            (
                "50 points for you and 20 points for the friend with their first purchase of €20 "
                "or more."
            ),
        ),
        (
            "pl",
            "Zaproś znajomą osobę",
            "50 punktów dla ciebie i 20 punktów dla niej przy jej pierwszym zakupie od 20\u00a0€.",
        ),
        (
            "hu",
            "Hozz egy barátot",
            "Neked 50 pont, neki 20 pont az első, legalább 20\u00a0EUR értékű vásárlásakor.",
        ),
    ],
)
def test_a_card_has_a_link_to_pass_on(
    program: Program, host: dict[str, Any], language: str, title: str, said: str
) -> None:
    page = card_page(host, language)
    for each in (title, said, f'value="{BASE_URL}/join/{program.id}?ref={host["id"]}"'):
        assert each in page


def test_a_card_that_is_closed_or_has_no_such_rule_brings_nobody(
    desk: Desk, program: Program
) -> None:
    cards = [desk.enrol(program) for _ in range(2)]
    for card, status in zip(cards, ("closed", "void"), strict=True):
        close(desk, card["id"], status)
    for card in (*cards, desk.enrol(desk.shop.points), desk.enrol(desk.shop.stamps)):
        page = card_page(card)
        assert "?ref=" not in page
        assert "<script" not in page


def test_a_merged_card_leads_to_the_link_of_the_other(desk: Desk, program: Program) -> None:
    kept, gone = desk.enrol(program), desk.enrol(program)
    merged = desk.call("POST", f"/cards/{kept['id']}/merge", {"card_id": gone["id"]})
    assert merged.status < 300
    page = card_page(gone)
    assert f"?ref={kept['id']}" in page
    assert gone["id"] not in page.partition('id="friend"')[2].partition("</section>")[0]
