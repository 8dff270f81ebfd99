"""What the one-machine world answers under /local/phone: the page, its files, pushes, demo cards.

The page is a phone; all that it asks of the product it asks over the product's own HTTP. Only what
a phone gets from elsewhere is here: a push token, the pushes, what Google Wallet holds, and in
this world a few demo cards.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from infra.local.local_routes import Handler, LocalRequest, Reply, problem
from infra.local.phone import pages
from infra.local.phone.hub import News, Phone, Push, PushHub, UnknownDeviceError

QR_BYTES_MAX = 1_000  # far above any card's barcode, far below what a QR code can hold


LocalRoute = tuple[str, str, Handler]
"""Method, path prefix, handler: the arguments of LocalRoutes.add."""


class DemoRefusedError(Exception):
    """The demo shop could not do what was asked; the text is shown to the person at the phone."""


class _BadRequestError(Exception):
    """The page sent something that no phone page sends."""


class GooglePhone(Protocol):
    """The Android phone of this world, as Google Wallet knows it."""

    @property
    def url(self) -> str:
        """Where Google Wallet is."""

    def on_phone(self) -> Sequence[Mapping[str, Any]]:
        """Its cards, the newest first, as Google's API shows them."""

    def take_off(self, object_id: str) -> None:
        """The holder takes a card off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Android:
    """What the phone page needs to be an Android phone too.

    `enrol_demo(program_id)` makes a member and answers the link that saves the card.
    """

    google: GooglePhone
    enrol_demo: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """What the answers are made from."""

    hub: PushHub
    home: Path
    base_url: str
    enrol_demo: Callable[[str], str]
    earn_demo: Callable[[str], Mapping[str, Any]]
    android: Android | None


def phone_routes(
    *,
    hub: PushHub,
    home: Path,
    base_url: str,
    enrol_demo: Callable[[str], str],
    earn_demo: Callable[[str], Mapping[str, Any]],
    android: Android | None = None,
) -> tuple[LocalRoute, ...]:
    """Give the routes as (method, path prefix, handler).

    `home` holds demo.json once the world is up; it names the programmes and the test root.
    `enrol_demo(program_id)` makes a member and answers the address of the card's `.pkpass`;
    `earn_demo(card_id)` gives what a visit gives and answers the product's JSON. Both may raise
    DemoRefusedError. Without `android` the page is an iPhone only.
    """
    world = _World(
        hub=hub,
        home=home,
        base_url=base_url,
        enrol_demo=enrol_demo,
        earn_demo=earn_demo,
        android=android,
    )
    return (
        ("GET", "/local/phone", lambda request: _get(world, request)),
        ("POST", "/local/phone", lambda request: _post(world, request)),
    )


def _get(world: _World, request: LocalRequest) -> Reply:
    name = request.path.removeprefix("/local/phone").strip("/")
    if name in pages.FILES:
        return pages.file_reply(name)
    answer = _GETS.get(name)
    try:
        return answer(world, request) if answer else problem(404, "Not found")
    except DemoRefusedError as refusal:
        return problem(502, "Refused", str(refusal))


def _post(world: _World, request: LocalRequest) -> Reply:
    answer = _POSTS.get(request.path.removeprefix("/local/phone").strip("/"))
    if answer is None:
        return problem(404, "Not found")
    # A page of another site can send a form or plain text unasked, but not JSON.
    if not request.headers.get("content-type", "").startswith("application/json"):
        return problem(415, "Unsupported media type", "send application/json")
    try:
        return answer(world, request)
    except _BadRequestError as fault:
        return problem(400, "Bad request", str(fault))
    except DemoRefusedError as refusal:
        return problem(502, "Refused", str(refusal))


def _page(world: _World, request: LocalRequest) -> Reply:
    return pages.page_reply(
        "phone.html",
        asked=request.query.get("lang", ""),
        accept_language=request.headers.get("accept-language", ""),
        base_url=world.base_url,
        calls=[world.android.google.url] if world.android else [],
    )


def _demo(world: _World, _request: LocalRequest) -> Reply:
    path = world.home / "demo.json"
    demo = json.loads(path.read_text()) if path.exists() else {}
    shown = {name: demo.get(name) for name in ("base_url", "api_key")}
    shown["android"] = world.android is not None
    return _json(200, {**shown, "programs": demo.get("programs", [])})


def _qr(_world: _World, request: LocalRequest) -> Reply:
    import segno

    text = request.query.get("text", "")
    if not 0 < len(text.encode()) <= QR_BYTES_MAX:
        return problem(422, "Unprocessable", f"text: 1 to {QR_BYTES_MAX} bytes")
    svg = segno.make(text, error="m", micro=False).svg_inline(border=0, omitsize=True)
    svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return 200, {"Content-Type": "image/svg+xml", "Cache-Control": "max-age=86400"}, svg.encode()


def _root(world: _World) -> Path | None:
    demo = world.home / "demo.json"
    named = json.loads(demo.read_text()).get("apple_root_ca") if demo.exists() else None
    return Path(named) if named and Path(named).is_file() else None


def _root_reply(world: _World, _request: LocalRequest) -> Reply:
    path = _root(world)
    if path is None:
        return 204, {}, b""
    return 200, {"Content-Type": "application/x-pem-file"}, path.read_bytes()


def _events(world: _World, request: LocalRequest) -> Reply:
    try:
        pushes = world.hub.listen(request.query.get("device", ""))
    except UnknownDeviceError:
        return problem(404, "Not found", "no such phone; enrol it first")
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    return 200, headers, _event_lines(pushes)


def _event_lines(heard: Generator[Push | News | None, None, None]) -> Iterator[bytes]:
    with closing(heard):
        yield b"retry: 1000\n\n"
        for each in heard:
            yield _event(each) if each else b": still here\n\n"


def _event(heard: Push | News) -> bytes:
    name = "push" if isinstance(heard, Push) else "google"
    return f"event: {name}\ndata: {json.dumps(asdict(heard))}\n\n".encode()


def _taken(world: _World, request: LocalRequest) -> Reply:
    named = _body(request)
    number = named.get("number")
    if not isinstance(number, int):
        raise _BadRequestError("number: a whole number is needed")
    world.hub.taken(_text(named, "device"), _text(named, "topic"), number)
    return 204, {}, b""


def _enrol_phone(world: _World, request: LocalRequest) -> Reply:
    named = _body(request)
    phone = None
    if named:
        phone = Phone(device=_text(named, "device"), token=_text(named, "pushToken"))
    try:
        phone = world.hub.enrol(phone)
    except ValueError as fault:
        return problem(422, "Unprocessable", str(fault))
    return _json(201, {"device": phone.device, "pushToken": phone.token})


def _enrol_member(world: _World, request: LocalRequest) -> Reply:
    return _json(201, {"url": world.enrol_demo(_text(_body(request), "program_id"))})


def _on_android(world: _World, _request: LocalRequest) -> Reply:
    return _json(200, {"cards": list(_android(world).google.on_phone())})


def _enrol_on_android(world: _World, request: LocalRequest) -> Reply:
    enrol_demo = _android(world).enrol_demo
    return _json(201, {"url": enrol_demo(_text(_body(request), "program_id"))})


def _take_off(world: _World, request: LocalRequest) -> Reply:
    object_id = _text(_body(request), "object")
    _android(world).google.take_off(object_id)
    world.hub.tell_all(News(object_id=object_id, what="removed"))
    return _json(200, {})


def _android(world: _World) -> Android:
    if world.android is None:
        raise DemoRefusedError("Google Wallet is not in this world")
    return world.android


def _earn(world: _World, request: LocalRequest) -> Reply:
    return _json(200, dict(world.earn_demo(_text(_body(request), "serial"))))


_GETS: Mapping[str, Callable[[_World, LocalRequest], Reply]] = {
    "": _page,
    "demo": _demo,
    "qr": _qr,
    "root": _root_reply,
    "events": _events,
    "android": _on_android,
}
_POSTS: Mapping[str, Callable[[_World, LocalRequest], Reply]] = {
    "devices": _enrol_phone,
    "taken": _taken,
    "demo": _enrol_member,
    "earn": _earn,
    "android/demo": _enrol_on_android,
    "android/remove": _take_off,
}


def _body(request: LocalRequest) -> dict[str, Any]:
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        raise _BadRequestError("the body is not JSON") from None
    if not isinstance(value, dict):
        raise _BadRequestError("the body is not a JSON object")
    return value


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise _BadRequestError(f"{name}: a text is needed")
    return value


def _json(status: int, value: Mapping[str, Any]) -> Reply:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return status, headers, json.dumps(value).encode()
