"""The hub, the local routes, the words and the mailbox, without a browser."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from infra.local.local_routes import LocalRequest, LocalRoutes
from infra.local.mailbox import mailbox_routes, mails
from infra.local.phone import hub as hubs
from infra.local.phone.hub import Phone, Push, PushHub, UnknownDeviceError
from infra.local.phone.routes import DemoRefusedError, phone_routes
from infra.local.phone.texts import LANGUAGES, language, texts

PHONE_FOLDER = Path(hubs.__file__).parent


@pytest.fixture
def hub(tmp_path: Path) -> PushHub:
    return PushHub(tmp_path / "home" / "phones.json")


def taken(hub: PushHub, device: str, count: int) -> list[tuple[str, bool]]:
    """Take that many pushes as a page does, and hang up."""
    line = hub.listen(device, beat_seconds=5)
    heard = (next(line) for _ in range(count + 1))
    pushes = [push for push in heard if isinstance(push, Push)]
    for push in pushes:
        hub.taken(device, push.topic, push.number)
    line.close()
    return [(push.topic, push.stored) for push in pushes]


def test_a_phone_is_known_by_its_token_after_a_restart(hub: PushHub, tmp_path: Path) -> None:
    phone = hub.enrol()
    assert (len(phone.device), len(phone.token)) == (32, 64)
    again = PushHub(tmp_path / "home" / "phones.json")
    assert again.known(phone.token)
    assert not again.known("0" * 64)
    assert again.enrol(phone) == phone


def test_an_open_phone_gets_its_push_at_once(hub: PushHub) -> None:
    phone = hub.enrol()
    line = hub.listen(phone.device, beat_seconds=5)
    assert next(line) is None
    hub.deliver(phone.token, "pass.a")
    push = next(line)
    assert isinstance(push, Push)
    assert (push.topic, push.stored) == ("pass.a", False)
    line.close()


def test_what_waits_is_kept_once_a_topic_and_over_a_restart(hub: PushHub, tmp_path: Path) -> None:
    phone = hub.enrol()
    for topic in ("pass.a", "pass.b", "pass.a"):
        hub.deliver(phone.token, topic)
    again = PushHub(tmp_path / "home" / "phones.json")
    assert taken(again, phone.device, 2) == [("pass.a", True), ("pass.b", True)]
    hub = PushHub(tmp_path / "home" / "phones.json")
    hub.deliver(phone.token, "pass.c")
    assert taken(hub, phone.device, 1) == [("pass.c", True)]


def test_a_push_that_a_dying_page_did_not_take_waits(hub: PushHub) -> None:
    phone = hub.enrol()
    dying = hub.listen(phone.device)
    next(dying)
    hub.deliver(phone.token, "pass.a")
    next(dying)
    dying.close()
    assert taken(hub, phone.device, 1) == [("pass.a", True)]


def test_taking_an_older_push_leaves_the_newer_one(hub: PushHub) -> None:
    phone = hub.enrol()
    hub.deliver(phone.token, "pass.a")
    hub.deliver(phone.token, "pass.a")
    hub.taken(phone.device, "pass.a", 1)
    assert taken(hub, phone.device, 1) == [("pass.a", True)]


def test_closing_the_hub_ends_every_line(hub: PushHub) -> None:
    phone = hub.enrol()
    line = hub.listen(phone.device, beat_seconds=60)
    ended = threading.Thread(target=lambda: list(line))
    ended.start()
    hub.close()
    ended.join(10)
    assert not ended.is_alive()
    assert list(hub.listen(phone.device)) == [None]


def test_an_unknown_device_and_a_strange_token_are_refused(hub: PushHub) -> None:
    with pytest.raises(UnknownDeviceError):
        hub.listen("0" * 32)
    with pytest.raises(ValueError, match="hexadecimal"):
        hub.enrol(Phone(device="../x", token="0" * 64))


@pytest.fixture
def routes(hub: PushHub, tmp_path: Path) -> LocalRoutes:
    def enrol(program_id: str) -> str:
        if program_id != "coffee":
            raise DemoRefusedError("no such programme")
        return "http://127.0.0.1/passes/x.pkpass"

    found = LocalRoutes()
    own = phone_routes(
        hub=hub,
        home=tmp_path,
        base_url="http://127.0.0.1:8000",
        enrol_demo=enrol,
        earn_demo=lambda serial: {"serial": serial},
    )
    for route in own + mailbox_routes(home=tmp_path, base_url="http://127.0.0.1:8000"):
        found.add(*route)
    return found


def ask(
    routes: LocalRoutes,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Mapping[str, str], str]:
    handler = routes.find(method, path)
    assert handler is not None
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = LocalRequest(
        method=method,
        path=path,
        query=query or {},
        headers={"content-type": "application/json", **(headers or {})},
        body=sent,
    )
    status, answered, content = handler(request)
    text = content if isinstance(content, bytes) else b"".join(_first(content, 2))
    return status, answered, text.decode()


def _first(pieces: Iterator[bytes], count: int) -> list[bytes]:
    first = [next(pieces) for _ in range(count)]
    pieces.close()  # type: ignore[attr-defined]
    return first


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/local/phone/devices", {}, 201),
        ("/local/phone/devices", {"device": "x", "pushToken": "y"}, 422),
        ("/local/phone/devices", {"device": "0" * 32}, 400),
        ("/local/phone/devices", b"{", 400),
        ("/local/phone/devices", [], 400),
        ("/local/phone/demo", {"program_id": "coffee"}, 201),
        ("/local/phone/demo", {"program_id": "tea"}, 502),
        ("/local/phone/demo", {"program_id": 7}, 400),
        ("/local/phone/earn", {"serial": "s"}, 200),
        ("/local/phone/taken", {"device": "d", "topic": "t", "number": "1"}, 400),
        ("/local/phone/taken", {"device": "d", "topic": "t", "number": 1}, 204),
        ("/local/phone/nothing", {}, 404),
    ],
)
def test_what_the_page_may_send(routes: LocalRoutes, path: str, body: Any, status: int) -> None:
    assert ask(routes, "POST", path, body=body)[0] == status


def test_another_site_s_page_can_send_nothing(routes: LocalRoutes) -> None:
    plain = {"content-type": "text/plain"}
    assert ask(routes, "POST", "/local/phone/devices", body={}, headers=plain)[0] == 415


@pytest.mark.parametrize(
    ("path", "query", "status", "mime"),
    [
        ("/local/phone", {}, 200, "text/html; charset=utf-8"),
        ("/local/phone/phone.js", {}, 200, "text/javascript; charset=utf-8"),
        ("/local/phone/tokens.css", {}, 200, "text/css; charset=utf-8"),
        ("/local/phone/routes.py", {}, 404, "application/problem+json"),
        ("/local/phone/../phone/hub.py", {}, 404, "application/problem+json"),
        ("/local/phone/qr", {"text": "<&"}, 200, "image/svg+xml"),
        ("/local/phone/qr", {"text": "x" * 1001}, 422, "application/problem+json"),
        ("/local/phone/qr", {}, 422, "application/problem+json"),
        ("/local/phone/demo", {}, 200, "application/json"),
        ("/local/phone/events", {"device": "0" * 32}, 404, "application/problem+json"),
        ("/local/phone/android", {}, 502, "application/problem+json"),
        ("/local/mailbox", {}, 200, "text/html; charset=utf-8"),
    ],
)
def test_what_the_page_may_read(
    routes: LocalRoutes, path: str, query: dict[str, str], status: int, mime: str
) -> None:
    answered = ask(routes, "GET", path, query=query)
    assert (answered[0], answered[1]["Content-Type"]) == (status, mime)


def test_a_world_that_is_not_up_has_no_root_and_no_programmes(
    routes: LocalRoutes, tmp_path: Path
) -> None:
    assert ask(routes, "GET", "/local/phone/root")[0] == 204
    assert json.loads(ask(routes, "GET", "/local/phone/demo")[2])["programs"] == []
    (tmp_path / "root.pem").write_text("PEM")
    demo = {
        "programs": [{"id": "a", "kind": "stamps"}],
        "apple_root_ca": str(tmp_path / "root.pem"),
    }
    (tmp_path / "demo.json").write_text(json.dumps({**demo, "hook": {"secret": "s"}}))
    assert ask(routes, "GET", "/local/phone/root")[2] == "PEM"
    told = json.loads(ask(routes, "GET", "/local/phone/demo")[2])
    assert told["programs"] == demo["programs"]
    assert "hook" not in told


def test_pushes_are_told_as_server_sent_events(routes: LocalRoutes, hub: PushHub) -> None:
    phone = hub.enrol()
    status, headers, text = ask(
        routes, "GET", "/local/phone/events", query={"device": phone.device}
    )
    assert (status, headers["Content-Type"]) == (200, "text/event-stream")
    assert text == "retry: 1000\n\n: still here\n\n"


def test_the_page_allows_no_script_but_its_own(routes: LocalRoutes) -> None:
    _, headers, html = ask(routes, "GET", "/local/phone")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "style=" not in html
    assert "onclick" not in html


@pytest.mark.parametrize(
    ("asked", "accepted", "expected"),
    [
        ("hu", "pl", "hu"),
        ("", "pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("", "en;q=0.5, hu;q=0.8", "hu"),
        ("de", "de-DE, pl;q=0.1", "pl"),
        ("", "", "en"),
        ("", "*;q=0.1", "en"),
    ],
)
def test_the_reader_s_language_is_chosen(asked: str, accepted: str, expected: str) -> None:
    assert language(asked, accepted) == expected


def test_every_text_is_there_in_every_language_with_the_same_gaps() -> None:
    for key, english in texts("en").items():
        gaps = _gaps(english)
        for other in LANGUAGES:
            assert _gaps(texts(other)[key]) == gaps, (key, other)


def _gaps(text: str | dict[str, str]) -> set[str]:
    forms = text.values() if isinstance(text, dict) else [text]
    found = [set(re.findall(r"\{(\w+)\}", form)) for form in forms]
    assert all(one == found[0] for one in found)
    return found[0]


def test_every_text_that_the_pages_ask_for_exists_and_no_other() -> None:
    sources = [p for p in PHONE_FOLDER.iterdir() if p.suffix in {".js", ".html"}]
    source = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    quoted = set(re.findall(r"""['"`]([a-z]+(?:\.[a-z0-9]+)+)['"`]""", source))
    made = re.compile(r"(log|give|add|phone)\.[a-z0-9.]+")  # keys put together where they are used
    known = set(texts("en"))
    asked = {key for key in quoted if key.split(".")[0] in {name.split(".")[0] for name in known}}
    assert {key for key in asked if key not in known} - {"pass.json"} == set()
    assert {key for key in known - asked if not made.fullmatch(key)} == set()


def test_mails_are_shown_newest_first_with_links_that_are_safe(
    routes: LocalRoutes, tmp_path: Path
) -> None:
    assert "Nie ma jeszcze listów" in ask(routes, "GET", "/local/mailbox", query={"lang": "pl"})[2]
    folder = tmp_path / "mailbox"
    folder.mkdir()
    for number, subject in enumerate(("Zażółć", "<b>Second</b>")):
        mail = EmailMessage()
        mail["To"], mail["Subject"] = "a@example.test", subject
        mail.set_content("Sign in: https://example.test/in?x=1&y=2 or javascript:alert(1)")
        path = folder / f"{number}.eml"
        path.write_bytes(bytes(mail))
    assert {mail.subject for mail in mails(tmp_path)} == {"Zażółć", "<b>Second</b>"}
    html = ask(routes, "GET", "/local/mailbox")[2]
    assert "&lt;b&gt;Second&lt;/b&gt;" in html
    assert '<a href="https://example.test/in?x=1&amp;y=2" rel="noreferrer">' in html
    assert html.count("<a href=") == 2 + 4
