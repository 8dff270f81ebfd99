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
from infra.local.home import Home
from infra.local.local_routes import LocalRoutes
from infra.local.mailbox import mailbox_routes
from infra.local.phone.hub import PushHub
from infra.local.phone.routes import phone_routes
from infra.local.poller import Poller, stop_all
from infra.local.server import WorldServer
from infra.local.visit import earn_demo
from wallet import runtime, telemetry
from wallet.clients.aws import client

SECRETS = {
    "WALLET_PASS_CERTIFICATE_SECRET": "PassCertificateSecret",
    "WALLET_MASTER_SECRET": "MasterSecret",
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
    parts.callback(stop_all, [*streams, *queues])
    key, secret, programs = demo.seed(home.keys)
    about = demo.describe(key, secret, programs, root_ca=home.keys / "root.pem")
    routes = _routes(home, hub, clock, key=key, about=about)
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
    for variable, parameter in SECRETS.items():
        os.environ.setdefault(variable, template.default(parameter))


def _put_secrets(home: Home) -> None:
    certificate, master = (os.environ[variable] for variable in SECRETS)
    for name, value in ((certificate, home.pass_certificate()), (master, home.master_key())):
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


def _routes(
    home: Home, hub: PushHub, clock: Clock, *, key: Any, about: dict[str, Any]
) -> LocalRoutes:
    base_url = about["base_url"]
    routes = LocalRoutes()
    clock_routes(clock, routes)
    for route in (
        *mailbox_routes(home=home.path, base_url=base_url),
        *phone_routes(
            hub=hub,
            home=home.path,
            base_url=base_url,
            enrol_demo=demo.enrol_demo(key),
            earn_demo=earn_demo(base_url, about["api_key"]),
        ),
    ):
        routes.add(*route)
    return routes


def _server(bound: socket.socket, routes: LocalRoutes, streams: list[Poller]) -> WorldServer:
    def wake() -> None:
        for stream in streams:
            stream.wake()

    return WorldServer(app, bound, routes=routes, after_write=wake)
