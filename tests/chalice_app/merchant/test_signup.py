"""The way in: one link by mail, once, for anybody, in three languages."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.chalice_app.desk import Clock, Desk
from tests.chalice_app.merchant.visitor import Visitor, text_of
from wallet import runtime
from wallet.services.letters import Letter
from wallet.services.sessions import SessionKind, find_session


class Outbox(list[Letter]):
    """Keeps what would have been sent."""

    def send(self, letter: Letter) -> None:
        self.append(letter)

    @property
    def link(self) -> str:
        """The path of the newest link."""
        found = re.search(r"https://stempel\.test(/signup/\w+)", self[-1].text)
        assert found
        return found[1]


@pytest.fixture
def outbox(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """The mails of a test, an hour after the last one's: its limits are its own."""
    monkeypatch.setenv("WALLET_MAIL_SENDER", "Stempel <stempel@example.com>")
    clock.forward(hours=next(_HOURS))
    box = Outbox()
    door = replace(runtime.door(), mailer=box)
    monkeypatch.setattr(runtime, "door", lambda: door)
    return box


_HOURS = iter(range(1, 1000))


def ask(visitor: Visitor, email: str) -> None:
    reply = visitor.post("/signup", {"email": email})
    assert (reply.status, reply.headers["location"]) == (303, "/signup?sent=1")


def test_who_is_new_gets_a_merchant_and_who_comes_back_gets_the_same_one(outbox: Outbox) -> None:
    visitor = Visitor()
    ask(visitor, " Anna@Example.com ")
    assert outbox[-1].to == "anna@example.com"
    shown = visitor.get(outbox.link)
    assert shown.status == 200
    assert "anna@example.com" in text_of(shown)
    reply = visitor.post(outbox.link, {})
    assert (reply.status, reply.headers["location"]) == (303, "/console/programs/new")
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("__Host-console=")
    assert all(part in cookie for part in ("; Secure", "; HttpOnly", "; SameSite=Lax", "Path=/"))
    assert visitor.get("/console/programs/new").status == 200
    first = session_merchant(visitor)
    again = Visitor()
    ask(again, "anna@example.com")
    assert again.post(outbox.link, {}).headers["location"] == "/console"
    assert session_merchant(again) == first


def session_merchant(visitor: Visitor) -> str:
    token = visitor.cookies["__Host-console"]
    session = find_session(runtime.edge(), SessionKind.CONSOLE, token, now=runtime.now())
    assert session
    return session.merchant_id


def test_looking_at_a_link_does_not_use_it_up_but_using_it_does(outbox: Outbox) -> None:
    visitor = Visitor()
    ask(visitor, "b@example.com")
    for _ in range(3):
        assert visitor.get(outbox.link).status == 200
    assert visitor.post(outbox.link, {}).status == 303
    for reply in (visitor.get(outbox.link), visitor.post(outbox.link, {})):
        assert reply.status == 410
        assert "This link no longer works." in text_of(reply)
        assert "set-cookie" not in reply.headers


def test_a_link_ends_after_a_quarter_of_an_hour(outbox: Outbox, clock: Clock) -> None:
    visitor = Visitor()
    ask(visitor, "c@example.com")
    clock.forward(minutes=15, seconds=1)
    assert visitor.post(outbox.link, {}).status == 410


def test_two_links_opened_at_once_make_one_merchant(outbox: Outbox) -> None:
    links = []
    for _ in range(4):
        ask(Visitor(), "twice@example.com")
        links.append(outbox.link)

    def open_one(link: str) -> str:
        visitor = Visitor()
        assert visitor.post(link, {}).status == 303
        return session_merchant(visitor)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(open_one, links))) == 1


def test_the_answer_does_not_tell_who_is_known(outbox: Outbox) -> None:
    visitor = Visitor()
    ask(visitor, "known@example.com")
    visitor.post(outbox.link, {})
    known, unknown = (
        Visitor().post("/signup", {"email": email})
        for email in ("known@example.com", "unknown@example.com")
    )
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert known.headers.keys() == unknown.headers.keys()
    texts = {mail.text.replace(outbox_link(mail), "") for mail in outbox[-2:]}
    assert len(texts) == 1


def outbox_link(mail: Letter) -> str:
    found = re.search(r"https://\S+", mail.text)
    assert found
    return found[0]


def test_an_address_and_a_source_may_ask_only_so_often(outbox: Outbox) -> None:
    for _ in range(5):
        ask(Visitor(), "often@example.com")
    reply = Visitor().post("/signup", {"email": "OFTEN@example.com"})
    assert reply.status == 429
    assert "Try again in 15 minutes." in text_of(reply)
    for number in range(14):
        ask(Visitor(), f"other{number}@example.com")
    assert Visitor().post("/signup", {"email": "last@example.com"}).status == 429
    assert len(outbox) == 19


@pytest.mark.parametrize(
    "email",
    ["", " ", "anna", "anna@", "@example.com", "a b@example.com", "anna@example", "x" * 300,
     "a" * 250 + "@example.com", "<script>alert(1)</script>", "\u202eanna", "🥐",
     "a@b.c\r\nBcc: x@y.z"],
)  # fmt: skip
def test_what_is_no_address_is_said_beside_the_field(outbox: Outbox, email: str) -> None:
    reply = Visitor().post("/signup", {"email": email})
    assert reply.status == 422
    assert not outbox
    page = reply.body.decode()
    assert 'aria-invalid="true"' in page
    assert "Write it like anna@example.com." in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("language", "subject", "head"),
    [("pl", "Twój link do Stempla", "Zajrzyj do skrzynki"),
     ("hu", "A linked a Stempelhez", "Nézd meg a postaládád"),
     ("en", "Your link to Stempel", "Look in your inbox")],
)  # fmt: skip
def test_page_and_mail_speak_the_visitors_language(
    outbox: Outbox, language: str, subject: str, head: str
) -> None:
    visitor = Visitor(language)
    ask(visitor, f"{language}@example.com")
    assert outbox[-1].subject == subject
    assert head in text_of(visitor.get("/signup?sent=1"))


def test_a_form_of_another_site_is_refused(outbox: Outbox) -> None:
    fields = {"email": "v@example.com"}
    assert Visitor().post("/signup", fields, Sec_Fetch_Site="cross-site").status == 403
    ask(Visitor(), "v@example.com")
    stolen = Visitor().post(outbox.link, {}, Sec_Fetch_Site="cross-site")
    assert stolen.status == 403
    assert "set-cookie" not in stolen.headers
    assert Visitor().post(outbox.link, {}).status == 303


def test_signing_out_ends_the_session_for_good(outbox: Outbox, desk: Desk) -> None:
    visitor = Visitor().sign_in(desk.shop.merchant_id)
    kept = visitor.cookies["__Host-console"]
    assert visitor.post("/signout", {"csrf": "wrong"}).status == 403
    page = visitor.get("/console/programs/new").body.decode()
    csrf = re.search(r'name="csrf" value="(\w+)"', page)
    assert csrf
    assert visitor.post("/signout", {"csrf": csrf[1]}).headers["location"] == "/signup?left=1"
    assert visitor.cookies["__Host-console"] == ""
    back = Visitor(cookies={"__Host-console": kept})
    assert back.get("/console/programs/new").headers["location"] == "/signup?ended=1"


def test_no_address_stands_readable_in_the_core_table(outbox: Outbox, desk: Desk) -> None:
    visitor = Visitor()
    ask(visitor, "secret.owner@example.com")
    visitor.post(outbox.link, {})
    assert "secret.owner" not in repr(desk.everything())
