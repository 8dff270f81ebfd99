"""The one-machine world as its user meets it: started, stopped, killed and started again."""

import io
import json
import os
import signal
import socket
import stat
import time
import zipfile
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.local_world import LocalWorld


class _Shop:
    """The demo merchant's till, over HTTP."""

    def __init__(self, demo: Any) -> None:
        self.demo = demo
        self._host = urlsplit(demo["base_url"]).netloc
        self._keys = iter(range(10_000))

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Status and body: JSON if it is, else bytes."""
        connection = HTTPConnection(self._host, timeout=20)
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        is_json = "json" in answer.getheader("Content-Type", "")
        return answer.status, json.loads(data) if data and is_json else data

    def call(self, path: str, body: object, *, key: str) -> Any:
        headers = {"Authorization": f"Bearer {self.demo['api_key']}", "Idempotency-Key": key}
        return self.ask("POST", f"/api/v1/{path}", body, **headers)

    def new_card(self) -> Any:
        program = next(p["id"] for p in self.demo["programs"] if p["kind"] == "stamps")
        status, card = self.call(f"programs/{program}/cards", {"member": {"name": "Ala"}}, key="c")
        assert status in {200, 201}
        return card

    def earn(self, card: str, *, key: str) -> Any:
        return self.call(f"cards/{card}/earn", {"stamps": 1}, key=key)

    def phone_with(self, card: Any) -> str:
        """A phone that holds the card's pass; its device identifier."""
        _, phone = self.ask("POST", "/local/phone/devices", {})
        self.register(card, phone)
        return str(phone["device"])

    def register(self, card: Any, phone: Any) -> None:
        _, bundle = self.ask("GET", urlsplit(card["links"]["apple"]).path)
        told = json.loads(zipfile.ZipFile(io.BytesIO(bundle)).read("pass.json"))
        status, _ = self.ask(
            "POST",
            f"/apple/v1/devices/{phone['device']}/registrations"
            f"/{told['passTypeIdentifier']}/{told['serialNumber']}",
            {"pushToken": phone["pushToken"]},
            Authorization=f"ApplePass {told['authenticationToken']}",
        )
        assert status == 201

    def edit_program(self, name: str) -> None:
        """Gives the stamp programme another name."""
        path = f"/api/v1/programs/{self.demo['programs'][0]['id']}"
        headers = {"Authorization": f"Bearer {self.demo['api_key']}", "Idempotency-Key": name}
        _, program = self.ask("GET", path, **headers)
        for given in ("id", "version", "effective_at"):
            del program[given]
        assert self.ask("PUT", path, {**program, "name": name}, **headers)[0] == 200

    def program_name(self) -> str:
        path = f"/api/v1/programs/{self.demo['programs'][0]['id']}"
        key = f"Bearer {self.demo['api_key']}"
        return str(self.ask("GET", path, Authorization=key)[1]["name"])

    def listen(self, device: str) -> tuple[HTTPConnection, HTTPResponse]:
        connection = HTTPConnection(self._host, timeout=20)
        connection.request("GET", f"/local/phone/events?device={device}")
        answer = connection.getresponse()
        assert answer.status == 200
        return connection, answer

    def await_push(self, device: str) -> None:
        connection, events = self.listen(device)
        assert any(line.startswith(b"event: push") for line in events)
        events.close()
        connection.close()


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Any]:
    """Starts worlds in one folder, and ends what a test leaves behind."""
    started: list[LocalWorld] = []

    def start(home: Path = tmp_path / "home", **environ: str) -> LocalWorld:
        started.append(LocalWorld(home, **environ))
        return started[-1]

    yield start
    for world in started:
        world.close()


def test_it_comes_up_says_where_to_look_and_ends_at_sigterm_with_all_kept(worlds: Any) -> None:
    world = worlds()
    demo = world.ready()
    shop = _Shop(demo)
    assert shop.ask("GET", "/healthz")[0] == 200
    assert stat.S_IMODE((world.home / "demo.json").stat().st_mode) == 0o600
    assert Path(demo["apple_root_ca"]).is_absolute()
    assert Path(demo["apple_root_ca"]).read_text().startswith("-----BEGIN CERTIFICATE")
    card = shop.new_card()["id"]
    earned = shop.earn(card, key="one")
    assert earned[0] == 201
    assert shop.ask("POST", "/local/phone/earn", {"serial": card})[0] == 200
    assert shop.ask("POST", "/local/phone/earn", {"serial": "nobody"})[0] == 502
    shop.edit_program("Lipa")
    world.signal(signal.SIGTERM)
    assert world.ended() == 0
    said = world.said()
    assert demo["phone_url"] in said
    assert "Traceback" not in said

    again = worlds()
    shop = _Shop(again.ready())
    assert shop.demo["api_key"] == demo["api_key"]
    assert shop.program_name() == "Lipa"
    status, replayed = shop.earn(card, key="one")
    assert (status, replayed["entry"]) == (200, earned[1]["entry"])
    again.signal(signal.SIGINT)
    assert again.ended() == 0


@pytest.mark.parametrize("everything", [True, False])
def test_what_was_acknowledged_before_a_kill_reaches_the_phone(
    worlds: Any, *, everything: bool
) -> None:
    world = worlds()
    shop = _Shop(world.ready())
    card = shop.new_card()
    device = shop.phone_with(card)
    status, earned = shop.earn(card["id"], key="last")
    if everything:
        world.signal(signal.SIGKILL)
    else:
        world.process.kill()  # its engine notices
    assert status == 201
    world.ended()

    again = worlds()
    shop = _Shop(again.ready())
    shop.await_push(device)
    status, replayed = shop.earn(card["id"], key="last")
    assert (status, replayed["entry"]) == (200, earned["entry"])


def test_it_goes_on_when_its_engine_is_killed(worlds: Any) -> None:
    world = worlds()
    shop = _Shop(world.ready())
    card = shop.new_card()
    device = shop.phone_with(card)
    children = Path(f"/proc/{world.process.pid}/task/{world.process.pid}/children")
    (engine,) = children.read_text().split()
    os.kill(int(engine), signal.SIGKILL)
    assert shop.earn(card["id"], key="after")[0] == 201
    shop.await_push(device)
    world.signal(signal.SIGTERM)
    assert world.ended() == 0


def test_a_phone_that_a_script_makes_up_stays_registered(worlds: Any) -> None:
    shop = _Shop(worlds().ready())
    card = shop.new_card()
    shop.register(card, {"device": "script", "pushToken": "5" * 64})
    assert shop.earn(card["id"], key="one")[0] == 201
    # The world answers when its queues are empty: what was pushed has been answered.
    assert shop.ask("POST", "/local/clock", {"now": None})[0] == 200
    path = "/apple/v1/devices/script/registrations/pass.app.stempel.demo"
    assert shop.ask("GET", path)[1]["serialNumbers"] == [card["id"]]


def test_the_clock_moves_over_http(worlds: Any) -> None:
    world = worlds()
    shop = _Shop(world.ready())
    card = shop.new_card()["id"]
    status, said = shop.ask("POST", "/local/clock", {"now": "2027-03-01T00:00:00Z"})
    assert (status, said["ran"]["sweep"] > 1) == (200, True)
    _, earned = shop.earn(card, key="later")
    assert earned["entry"]["created_at"].startswith("2027-03-01T00:")
    assert shop.ask("POST", "/local/clock", {"now": None})[0] == 200


def _refused(world: LocalWorld) -> str:
    """The one line with which a world does not start."""
    assert world.ended() == 1
    said = world.said().strip()
    assert said.startswith("Stempel cannot start: ")
    assert "\n" not in said
    return said


def test_a_second_start_a_taken_port_and_a_bad_place_are_one_clear_line(
    worlds: Any, tmp_path: Path
) -> None:
    first = worlds()
    shop = _Shop(first.ready())
    assert f"(process {first.process.pid})" in _refused(worlds())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port} cannot be had" in _refused(worlds(tmp_path / "other", PORT=port))
    assert "PORT is not a port: 'http'" in _refused(worlds(tmp_path / "other", PORT="http"))
    (tmp_path / "file").write_text("")
    assert "cannot write to" in _refused(worlds(tmp_path / "file" / "home"))
    missing = {"WALLET_ENGINE_PYTHON": str(tmp_path / "python")}
    assert "the engine is not installed" in _refused(worlds(tmp_path / "other", **missing))
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    assert "does not serve" in _refused(worlds(tmp_path / "other", **nowhere))
    assert shop.ask("GET", "/healthz")[0] == 200


def test_ctrl_c_while_it_starts_leaves_nothing(worlds: Any, tmp_path: Path) -> None:
    world = worlds()
    while not (tmp_path / "home" / "engine" / "engine.sqlite").exists():
        assert world.process.poll() is None, world.said()
        time.sleep(0.001)
    world.signal(signal.SIGINT)
    assert world.ended() == 0
