"""A small world for the phone page: a pass web service in memory, signed passes, local routes.

Written from Apple's pages, not from our product: the phone is tried against something else.
"""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw

from infra.local.local_routes import LocalRequest, LocalRoutes, Reply
from infra.local.mailbox import mailbox_routes
from infra.local.phone.hub import PushHub
from infra.local.phone.routes import Android, DemoRefusedError, phone_routes

PASS_TYPE = "pass.test.stempel"
TEAM = "TESTTEAM00"
ROOT = "Test Root"
Files = dict[str, bytes]

PKPASS = "application/vnd.apple.pkpass"
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A root, an intermediate, and a pass certificate with its key."""

    root: x509.Certificate
    between: x509.Certificate
    leaf: x509.Certificate
    key: rsa.RSAPrivateKey

    def sign(self, manifest: bytes) -> bytes:
        """Sign a manifest as Apple asks: detached CMS, SHA-256, with the time."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
        signed = builder.add_signer(self.leaf, self.key, hashes.SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return signed.add_certificate(self.between).sign(serialization.Encoding.DER, options)

    def root_pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)


@cache
def chain(team: str, root_name: str) -> Chain:
    """Make a chain, once for each team and root."""
    keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, root_name)]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Developer Relations")]),
        x509.Name(
            [
                x509.NameAttribute(NameOID.USER_ID, PASS_TYPE),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, team),
            ]
        ),
    ]
    issuers = [(names[0], keys[0]), (names[0], keys[0]), (names[1], keys[1])]
    root, between, leaf = (
        _certificate(name, key, issuer)
        for name, key, issuer in zip(names, keys, issuers, strict=True)
    )
    return Chain(root=root, between=between, leaf=leaf, key=keys[2])


def _certificate(
    name: x509.Name, key: rsa.RSAPrivateKey, issuer: tuple[x509.Name, rsa.RSAPrivateKey]
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=issuer[0], subject_name=name, public_key=key.public_key()
    )
    now = datetime.now(tz=UTC)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1))
    return builder.not_valid_after(now + timedelta(days=30)).sign(issuer[1], hashes.SHA256())


@dataclass(slots=True, kw_only=True)
class Card:
    """A pass of this world as it is now; the version counts its changes."""

    serial: str
    fields: dict[str, list[dict[str, Any]]]
    images: dict[str, bytes]
    top: dict[str, Any] = field(default_factory=dict)
    version: int = 1
    token: str = "a token of at least sixteen letters"

    @property
    def last_modified(self) -> str:
        return format_datetime(FIRST_DAY + timedelta(seconds=self.version), usegmt=True)


def stamp_fields(stamps: int, target: int = 10) -> dict[str, list[dict[str, Any]]]:
    """The fields of a stamp card, shaped like the product's: one of them speaks of changes."""
    news = f"{target - stamps} more stamps: Free coffee"
    return {
        "headerFields": [{"key": "balance", "label": "Stamps", "value": f"{stamps} / {target}"}],
        "secondaryFields": [{"key": "reward", "label": "Reward", "value": "Free coffee"}],
        "backFields": [
            {"key": "news", "label": "Your card", "value": news, "changeMessage": "%@"},
            {"key": "link", "label": "Card", "value": "https://example.test/c/1"},
        ],
    }


def stamp_images(stamps: int, target: int = 10) -> dict[str, bytes]:
    """Plain pictures: paper, rings, and a disc where a stamp was given."""
    strip = Image.new("RGB", (750, 288), "#faf5ea")
    draw = ImageDraw.Draw(strip)
    for place in range(target):
        x, y = 102 + 137 * (place % 5), 82 + 123 * (place // 5)
        ink = "#205c45" if place < stamps else None
        draw.ellipse((x - 46, y - 46, x + 46, y + 46), fill=ink, outline="#766d5c", width=3)
    plain = Image.new("RGB", (114, 114), "#205c45")
    return {"icon@2x.png": _png(plain), "logo@2x.png": _png(plain), "strip@2x.png": _png(strip)}


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def zipped(files: Mapping[str, bytes], *, deflate: bool = False) -> bytes:
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def sealed(files: Mapping[str, bytes], *, team: str = TEAM, root: str = ROOT) -> dict[str, bytes]:
    """Add manifest and signature to the files of a pass."""
    hashed = {name: hashlib.sha1(data, usedforsecurity=False) for name, data in files.items()}
    manifest = json.dumps({name: digest.hexdigest() for name, digest in hashed.items()}).encode()
    signature = chain(team, root).sign(manifest)
    return {**files, "manifest.json": manifest, "signature": signature}


def flipped(name: str) -> Callable[[Files], Files]:
    def tampered(content: Files) -> Files:
        data = bytearray(content[name])
        data[len(data) // 2] ^= 1
        return {**content, name: bytes(data)}

    return tampered


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

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *_args: object) -> None:
            """Say nothing: the test reads what it needs from the world."""

    return Handler


def main() -> None:
    """Open a world for a person to look at: python -m tests.infra.phone_world."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, PhoneWorld(Path(folder)) as world:
        print(world.phone_url, flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
