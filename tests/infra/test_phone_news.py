"""News of Google Wallet on their way to the phone page, without a browser."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.local.local_routes import LocalRequest, LocalRoutes, Reply
from infra.local.phone.hub import News, PushHub
from infra.local.phone.routes import Android, DemoRefusedError, phone_routes

NEWS = News(object_id="33.abc", what="changed", notify=True)


class Wallet:
    """A Google Wallet with one card, until it is taken off."""

    url = "http://127.0.0.1:9"

    def __init__(self) -> None:
        self.cards = [{"id": "33.abc"}]

    def on_phone(self) -> list[dict[str, str]]:
        return self.cards

    def take_off(self, object_id: str) -> None:
        self.cards = [each for each in self.cards if each["id"] != object_id]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[PushHub]:
    hub = PushHub(tmp_path / "phones.json")
    yield hub
    hub.close()


@pytest.fixture
def routes(hub: PushHub, tmp_path: Path) -> LocalRoutes:
    def enrol(program_id: str) -> str:
        if program_id != "coffee":
            raise DemoRefusedError("no such programme")
        return "http://127.0.0.1/google/save/x"

    found = LocalRoutes()
    for route in phone_routes(
        hub=hub,
        home=tmp_path,
        base_url="http://127.0.0.1:8000",
        enrol_demo=lambda _: "",
        earn_demo=lambda _: {},
        android=Android(google=Wallet(), enrol_demo=enrol),
    ):
        found.add(*route)
    return found


def ask(
    routes: LocalRoutes, method: str, name: str, body: bytes = b"", **query: str
) -> tuple[int, Mapping[str, str], Any]:
    path = f"/local/phone{name}"
    handler = routes.find(method, path)
    assert handler is not None
    headers = {"content-type": "application/json"}
    request = LocalRequest(method=method, path=path, query=query, headers=headers, body=body)
    reply: Reply = handler(request)
    return reply


def test_news_come_to_every_page_that_listens_and_wait_for_none(hub: PushHub) -> None:
    here, there = (hub.listen(hub.enrol().device, beat_seconds=5) for _ in range(2))
    away = hub.enrol()
    assert [next(here), next(there)] == [None, None]
    hub.tell_all(NEWS)
    assert [next(here), next(there)] == [NEWS, NEWS]
    late = hub.listen(away.device, beat_seconds=0)
    assert [next(late), next(late)] == [None, None]
    for line in (here, there, late):
        line.close()


def test_news_are_told_beside_pushes(hub: PushHub, routes: LocalRoutes) -> None:
    phone = hub.enrol()
    _, _, lines = ask(routes, "GET", "/events", device=phone.device)
    begun = [next(lines), next(lines)]
    hub.tell_all(NEWS)
    hub.deliver(phone.token, "pass.a")
    heard = [next(lines), next(lines)]
    lines.close()
    assert begun == [b"retry: 1000\n\n", b": still here\n\n"]
    assert heard[0] == (
        b'event: google\ndata: {"object_id": "33.abc", "what": "changed", "notify": true}\n\n'
    )
    assert heard[1].startswith(b"event: push\n")


def test_a_card_is_read_and_taken_off(hub: PushHub, routes: LocalRoutes) -> None:
    line = hub.listen(hub.enrol().device)
    next(line)
    assert ask(routes, "GET", "/android")[2] == b'{"cards": [{"id": "33.abc"}]}'
    assert ask(routes, "POST", "/android/remove", b'{"object": "33.abc"}')[0] == 200
    assert next(line) == News(object_id="33.abc", what="removed")
    assert ask(routes, "GET", "/android")[2] == b'{"cards": []}'
    line.close()


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("/android/demo", b'{"program_id": "coffee"}', 201),
        ("/android/demo", b'{"program_id": "tea"}', 502),
        ("/android/demo", b"{}", 400),
        ("/android/remove", b"[]", 400),
    ],
)
def test_what_the_page_may_send(routes: LocalRoutes, name: str, body: bytes, status: int) -> None:
    assert ask(routes, "POST", name, body)[0] == status


def test_the_page_may_call_google_and_knows_that_it_is_an_android_too(routes: LocalRoutes) -> None:
    policy = ask(routes, "GET", "")[1]["Content-Security-Policy"]
    assert "connect-src 'self' http://127.0.0.1:8000 http://127.0.0.1:9;" in policy
    assert b'"android": true' in ask(routes, "GET", "/demo")[2]
