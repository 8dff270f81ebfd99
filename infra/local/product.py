"""The product in this world: the real app and handlers, and what stands around them."""

import os
import socket
from contextlib import ExitStack
from typing import Any

from chalice_app import app
from handlers import register
from infra.local import demo, tables, template, triggers
from infra.local.apns import FakeApns
from infra.local.apns import World as ApnsWorld
from infra.local.clock import Clock, clock_routes, settled
from infra.local.console import console_route
from infra.local.google import FakeGoogle
from infra.local.google import World as GoogleWorld
from infra.local.google_account import EMAIL, ISSUER
from infra.local.google_visits import deliver, sees
from infra.local.home import Home
from infra.local.local_routes import LocalRoutes
from infra.local.mail import PREFIX as MAIL_PREFIX
from infra.local.mail import mail_route
from infra.local.mailbox import mailbox_routes
from infra.local.phone.hub import News, PushHub
from infra.local.phone.routes import Android, phone_routes
from infra.local.poller import Poller, stop_all
from infra.local.server import WorldServer
from infra.local.visit import earn_demo
from wallet import runtime, telemetry
from wallet.clients.aws import client

SECRETS = {
    "WALLET_PASS_CERTIFICATE_SECRET": "PassCertificateSecret",
    "WALLET_MASTER_SECRET": "MasterSecret",
    "WALLET_GOOGLE_SECRET": "GoogleSecret",
}
"""The variables that name secrets, with the parameters of the template that name them on AWS."""


def start_product(home: Home, bound: socket.socket, parts: ExitStack) -> dict[str, Any]:
    """Start everything that needs AWS; `parts` ends it. What demo.json says.

    The environment says where AWS is; here it comes to say the rest.
    """
    register(app)
    telemetry.use_stream(parts.enter_context(home.log.open("a", encoding="utf-8")))
    made = tables.make_all(client)
    _tell(made)
    _put_secrets(home)
    hub = PushHub(home.path / "phones.json")
    streams, queues = triggers.pollers(app, client, made, home.streams)
    clock = _clock([*streams, *queues])
    _start_apns(home, hub, clock, parts)
    google = _start_google(home, hub, clock, parts)
    parts.callback(stop_all, [*streams, *queues])
    key, secret, programs = demo.seed(home.keys)
    about = demo.describe(key, secret, programs, root_ca=home.keys / "root.pem")
    android = Android(google=google, enrol_demo=demo.enrol_demo(key, "google")) if google else None
    routes = _routes(home, hub, clock, android, key=key, about=about)
    for poller in (*streams, *queues):
        poller.start()
    clock.start()
    parts.callback(clock.stop)
    server = _server(bound, routes, streams)
    parts.callback(server.stop)
    parts.callback(hub.close)
    # Who sees demo.json may call: the port listens. Who is answered finds demo.json.
    home.write_demo(about)
    server.start()
    return about


def _tell(made: dict[str, str]) -> None:
    """The functions' environment, as the template sets it on AWS."""
    for variable, thing in template.variables().items():
        if thing in made:
            os.environ[variable] = made[thing]
    base_url = os.environ["WALLET_BASE_URL"]
    os.environ.setdefault("AWS_ENDPOINT_URL_SESV2", base_url + MAIL_PREFIX)
    os.environ.setdefault("WALLET_MAIL_SENDER", "Stempel <stempel@localhost>")
    for variable, parameter in SECRETS.items():
        os.environ.setdefault(variable, template.default(parameter))


def _put_secrets(home: Home) -> None:
    certificate, master, google = (os.environ[variable] for variable in SECRETS)
    for name, value in (
        (certificate, home.pass_certificate()),
        (master, home.master_key()),
        (google, home.google_account()),
    ):
        _put_secret(name, value)


def _put_secret(name: str, value: str) -> None:
    service = client("secretsmanager")
    try:
        service.create_secret(Name=name, SecretString=value)
    except service.exceptions.ResourceExistsException:
        service.put_secret_value(SecretId=name, SecretString=value)


def _clock(pollers: list[Poller]) -> Clock:
    clock = Clock(triggers.schedules(app), lambda: settled(pollers))
    runtime.use_clock(clock.now)
    return clock


def _start_apns(home: Home, hub: PushHub, clock: Clock, parts: ExitStack) -> None:
    """The fake push service, unless another one is named."""
    if os.environ.get("WALLET_APNS_URL"):
        return
    # A script that plays a phone makes up its token. What it registers is to stay registered.
    world = ApnsWorld(
        known=lambda _: True,
        on_push=lambda token, topic, _: hub.deliver(token, topic),
        now=clock.now,
    )
    apns = FakeApns(home.keys, world)
    apns.start()
    parts.callback(apns.stop)
    os.environ["WALLET_APNS_URL"] = apns.url
    os.environ["WALLET_APNS_CA_FILE"] = str(home.keys / "root.pem")


def _start_google(home: Home, hub: PushHub, clock: Clock, parts: ExitStack) -> FakeGoogle | None:
    """The fake Google Wallet, unless another one is named."""
    os.environ.setdefault("WALLET_GOOGLE_ISSUER", ISSUER)
    if os.environ.get("WALLET_GOOGLE_URL"):
        return None
    world = GoogleWorld(
        now=clock.now,
        email=EMAIL,
        public_key=home.google_public_key(),
        issuer=ISSUER,
        on_saved=lambda name: hub.tell_all(News(object_id=name, what="saved")),
        on_changed=lambda name, notify: hub.tell_all(
            News(object_id=name, what="changed", notify=notify)
        ),
        phone_url=f"{os.environ['WALLET_BASE_URL']}/local/phone",
        call_back=deliver,
        sees=sees,
    )
    google = FakeGoogle(home.path / "google.json", world)
    google.start()
    parts.callback(google.stop)
    os.environ["WALLET_GOOGLE_URL"] = google.url
    os.environ["WALLET_GOOGLE_KEYS_URL"] = google.keys_url
    return google


def _routes(
    home: Home,
    hub: PushHub,
    clock: Clock,
    android: Android | None,
    *,
    key: Any,
    about: dict[str, Any],
) -> LocalRoutes:
    base_url = about["base_url"]
    routes = LocalRoutes()
    clock_routes(clock, routes)
    for route in (
        mail_route(home.path),
        console_route(key.merchant_id),
        *mailbox_routes(home=home.path, base_url=base_url),
        *phone_routes(
            hub=hub,
            home=home.path,
            base_url=base_url,
            enrol_demo=demo.enrol_demo(key),
            earn_demo=earn_demo(base_url, about["api_key"]),
            android=android,
        ),
    ):
        routes.add(*route)
    return routes


def _server(bound: socket.socket, routes: LocalRoutes, streams: list[Poller]) -> WorldServer:
    def wake() -> None:
        for stream in streams:
            stream.wake()

    return WorldServer(app, bound, routes=routes, after_write=wake)
