"""A small world for the phone page: a pass web service in memory, signed passes, local routes.

Written from Apple's pages, not from our product: the phone is tried against something else.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from infra.local.local_routes import LocalRequest, LocalRoutes, Reply
from infra.local.mailbox import mailbox_routes
from infra.local.phone.hub import PushHub
from infra.local.phone.routes import Android, DemoRefusedError, phone_routes
from tests.infra.phone_passes import (
    PASS_TYPE,
    ROOT,
    TEAM,
    Card,
    chain,
    sealed,
    stamp_fields,
    stamp_images,
    zipped,
)

PKPASS = "application/vnd.apple.pkpass"


class PhoneWorld:
    """Everything a phone talks to, on one port. `calls` notes what the phone asked, in order."""

    def __init__(self, home: Path, android: Android | None = None) -> None:
        self.home = home
        self.android = android
        self.hub = PushHub(home / "phones.json")
        self.cards: dict[str, Card] = {}
        self.registered: dict[tuple[str, str], str] = {}
        self.calls: list[str] = []
        self.logs: list[str] = []
        self.bundles: dict[str, bytes] = {}
        self.refuse: dict[str, int] = {}
        self.mime = PKPASS
        self.names_all = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.phone_url = f"{self.base_url}/local/phone?lang=en"
        self._routes = self._local_routes()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        (home / "root.pem").write_bytes(chain(TEAM, ROOT).root_pem())
        self.write_demo([{"id": "coffee", "kind": "stamps"}, {"id": "bread", "kind": "points"}])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.hub.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def write_demo(self, programs: list[dict[str, str]]) -> None:
        demo = {"base_url": self.base_url, "api_key": "key_test", "programs": programs}
        demo["apple_root_ca"] = str(self.home / "root.pem")
        (self.home / "demo.json").write_text(json.dumps(demo))

    def new_card(self, serial: str, stamps: int = 0, **top: Any) -> str:
        """Add a card; gives the address of its pass."""
        self.cards[serial] = Card(
            serial=serial, fields=stamp_fields(stamps), images=stamp_images(stamps), top=top
        )
        return f"{self.base_url}/passes/{serial}.pkpass"

    def stamp(self, serial: str, stamps: int) -> None:
        """Change a card and push to every phone that holds it."""
        card = self.cards[serial]
        card.fields, card.images = stamp_fields(stamps), stamp_images(stamps)
        card.version += 1
        self.push(serial)

    def push(self, serial: str) -> None:
        for (_, held), token in list(self.registered.items()):
            if held == serial and self.hub.known(token):
                self.hub.deliver(token, PASS_TYPE)

    def files(self, card: Card) -> dict[str, bytes]:
        document = {
            "formatVersion": 1,
            "passTypeIdentifier": PASS_TYPE,
            "serialNumber": card.serial,
            "teamIdentifier": TEAM,
            "organizationName": "Lipowa Coffee",
            "description": "Loyalty card of Lipowa Coffee",
            "logoText": "Lipowa Coffee",
            "webServiceURL": f"{self.base_url}/apple",
            "authenticationToken": card.token,
            "backgroundColor": "rgb(32, 92, 69)",
            "foregroundColor": "rgb(255, 255, 255)",
            "labelColor": "rgb(205, 221, 214)",
            "barcodes": [
                {
                    "format": "PKBarcodeFormatQR",
                    "message": card.serial,
                    "messageEncoding": "iso-8859-1",
                    "altText": "LIPA-7K3M-Q2",
                }
            ],
            "storeCard": card.fields,
            **card.top,
        }
        return {"pass.json": json.dumps(document).encode(), **card.images}

    def bundle(self, card: Card) -> bytes:
        return self.bundles.get(card.serial) or zipped(sealed(self.files(card)), deflate=True)

    def answer(self, request: LocalRequest) -> Reply:
        local = self._routes.find(request.method, request.path)
        if local:
            return local(request)
        parts = request.path.strip("/").split("/")
        what = _CALLS.get((request.method, parts[0], len(parts)), "")
        if what:
            self.calls.append(what)
            if what in self.refuse:
                return self.refuse[what], {}, b""
            reply: Reply = getattr(self, f"_{what}")(request, parts)
            return reply
        return 404, {}, b""

    def _download(self, _request: LocalRequest, parts: list[str]) -> Reply:
        card = self.cards.get(parts[1].removesuffix(".pkpass"))
        return (200, {"Content-Type": self.mime}, self.bundle(card)) if card else (404, {}, b"")

    def _register(self, request: LocalRequest, parts: list[str]) -> Reply:
        if not self._authorized(request, parts[6]):
            return 401, {}, b""
        held = (parts[3], parts[6])
        status = 200 if held in self.registered else 201
        self.registered[held] = json.loads(request.body)["pushToken"]
        return status, {}, b""

    def _unregister(self, request: LocalRequest, parts: list[str]) -> Reply:
        if not self._authorized(request, parts[6]):
            return 401, {}, b""
        self.registered.pop((parts[3], parts[6]), None)
        return 200, {}, b""

    def _list(self, request: LocalRequest, parts: list[str]) -> Reply:
        held = [serial for device, serial in self.registered if device == parts[3]]
        versions = {serial: self.cards[serial].version for serial in held if serial in self.cards}
        told = dict(parse_qsl(request.query.get("passesUpdatedSince", "")))
        fresh = [
            serial
            for serial, version in versions.items()
            if self.names_all or str(version) != told.get(serial)
        ]
        if not fresh:
            return 204, {}, b""
        tag = "&".join(f"{serial}={version}" for serial, version in versions.items())
        body = json.dumps({"serialNumbers": fresh, "lastUpdated": tag}).encode()
        return 200, {"Content-Type": "application/json"}, body

    def _get(self, request: LocalRequest, parts: list[str]) -> Reply:
        if not self._authorized(request, parts[4]):
            return 401, {}, b""
        card = self.cards[parts[4]]
        if request.headers.get("if-modified-since") == card.last_modified:
            return 304, {"Last-Modified": card.last_modified}, b""
        headers = {"Content-Type": PKPASS, "Last-Modified": card.last_modified}
        return 200, headers, self.bundle(card)

    def _log(self, request: LocalRequest, _parts: list[str]) -> Reply:
        self.logs.extend(json.loads(request.body)["logs"])
        return 200, {}, b""

    def _authorized(self, request: LocalRequest, serial: str) -> bool:
        card = self.cards.get(serial)
        return bool(card and request.headers.get("authorization") == f"ApplePass {card.token}")

    def _local_routes(self) -> LocalRoutes:
        routes = LocalRoutes()
        own = phone_routes(
            hub=self.hub,
            home=self.home,
            base_url=self.base_url,
            enrol_demo=self._enrol_demo,
            earn_demo=self._earn_demo,
            android=self.android,
        )
        for route in own + mailbox_routes(home=self.home, base_url=self.base_url):
            routes.add(*route)
        return routes

    def _enrol_demo(self, program_id: str) -> str:
        if program_id != "coffee":
            raise DemoRefusedError("only coffee today")
        return self.new_card(f"demo-{len(self.cards) + 1}")

    def _earn_demo(self, serial: str) -> Mapping[str, Any]:
        value = self.cards[serial].fields["headerFields"][0]["value"]
        self.stamp(serial, int(value.split(" / ")[0]) + 1)
        return {"entry": {"stamps": 1}}


_CALLS = {
    ("GET", "passes", 2): "download",
    ("POST", "apple", 7): "register",
    ("DELETE", "apple", 7): "unregister",
    ("GET", "apple", 6): "list",
    ("GET", "apple", 5): "get",
    ("POST", "apple", 3): "log",
}


def _handler(world: PhoneWorld) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            request = LocalRequest(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(int(self.headers.get("Content-Length", 0))),
            )
            status, headers, body = world.answer(request)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if isinstance(body, bytes):
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            else:
                self._stream(body)

        def _stream(self, chunks: Iterator[bytes]) -> None:
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                for chunk in chunks:
                    self.wfile.write(chunk)
                    self.wfile.flush()
            except OSError:
                pass  # the page was closed
            finally:
                chunks.close()  # type: ignore[attr-defined]
                self.close_connection = True

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815  the names of http.server

        def log_message(self, *_args: object) -> None:
            """Say nothing: the test reads what it needs from the world."""

    return Handler


def main() -> None:
    """Open a world for a person to look at: python -m tests.infra.phone_world."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, PhoneWorld(Path(folder)) as world:
        print(world.phone_url, flush=True)  # noqa: T201  its output
        threading.Event().wait()


if __name__ == "__main__":
    main()
