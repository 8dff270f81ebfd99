"""Behind a stage, and without one, every link, form, picture and way on leads to an address of
ours.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from chalice_app.addresses import ADDRESSES, Address
from chalice_app.static_files import FOLDER
from tests.certificates import Chain
from tests.chalice_app.desk import Clock, open_desk
from tests.chalice_app.gateway import Reply, resource_of, send
from tests.chalice_app.hostile.doors import ROWS, Door
from tests.chalice_app.hostile.knock import right
from tests.chalice_app.hostile.scene import Outbox, Scene, new_key
from tests.chalice_app.till.counter import pair
from tests.engine import Engine
from tests.world import BASE_URL, POINTS, fresh_world, services_of
from wallet import runtime
from wallet.services.tills import revoke_till

# The last one is an address of ours as well, which must not be taken for the stage.
STAGES = ("", "/prod", "/till")
PAGES = [
    (address, door)
    for address in ADDRESSES
    if address.is_page and not address.path.startswith("/google/")
    for door in ROWS[address.target]
]
_ELSEWHERE = ("#", "mailto:", "tel:", "data:")


class _Ways(HTMLParser):
    """Where a page leads, and what it fetches."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value
            for name, value in attrs
            if value and (name in ("href", "src", "action", "formaction", "poster"))
        ]


@pytest.fixture(scope="module", params=STAGES)
def scene(
    request: pytest.FixtureRequest, engine: Engine, moto: str, chain: Chain
) -> Iterator[tuple[str, Scene]]:
    with (
        fresh_world(engine) as world,
        services_of(world, moto, chain),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("WALLET_BASE_URL", BASE_URL + request.param)
        patch.setattr(runtime, "mailer", Outbox)
        patch.setattr("chalice_app.routes.join_again._ANSWER_SECONDS", 0)
        clock = Clock()
        runtime.use_clock(clock)
        yield request.param, Scene(desk=open_desk(world), clock=clock)


def _ways(reply: Reply) -> list[str]:
    """The paths of ours to which an answer leads."""
    kind = reply.headers.get("content-type", "")
    found = [reply.headers["location"]] if "location" in reply.headers else []
    if kind.startswith("text/html"):
        page = reply.body.decode()
        found += _Ways(page).found
        files = re.search(
            r'<script type="application/json" id="files">(.*?)</script>', page, re.DOTALL
        )
        found += json.loads(files[1]).values() if files else []
    elif kind == "application/json":
        said = reply.json
        found += [said[name] for name in ("go", "sheet") if said.get(name)]
        found += _Ways(said.get("screen", "")).found
    return [each.removeprefix(BASE_URL) for each in found if not each.startswith(_ELSEWHERE)]


def _check(reply: Reply, stage: str, *, at_least: int = 1) -> None:
    ways = _ways(reply)
    assert len(ways) >= at_least, reply.body
    for way in ways:
        assert way.startswith(f"{stage}/"), way
        assert resource_of(urlsplit(way.removeprefix(stage)).path), way


@pytest.mark.parametrize(
    ("address", "door"),
    PAGES,
    ids=lambda each: f"{each.method} {each.path}" if isinstance(each, Address) else None,
)
def test_every_way_stands_behind_the_stage(
    scene: tuple[str, Scene], address: Address, door: Door
) -> None:
    stage, shop = scene
    reply = right(shop, address, door).send()
    assert reply.status < 400
    if reply.headers.get("content-type") not in ("application/pdf", "application/json"):
        _check(reply, stage)


def test_a_friends_link_stands_behind_the_stage(scene: tuple[str, Scene]) -> None:
    stage, shop = scene
    rule = {"id": "friend", "kind": "referral", "points": 5}
    path = f"/programs/{(program_id := new_key())}"
    assert shop.desk.call("PUT", path, {**POINTS, "rules": [rule]}).status == 201
    card = shop.desk.call("POST", f"{path}/cards", {"member": {"name": "Marta"}}).json
    page = send("GET", f"/c/{card['links']['card'].rpartition('/')[2]}")
    (link,) = re.findall(r'id="link" readonly value="([^"]*)"', page.body.decode())
    assert link == f"{BASE_URL}{stage}/join/{program_id}?ref={card['id']}"
    _check(page, stage, at_least=5)
    path, _, query = link.removeprefix(BASE_URL + stage).partition("?")
    joined = send("GET", path, query=dict([query.split("=")]))
    assert 'class="friends-part"' in joined.body.decode()
    _check(joined, stage, at_least=5)


def test_what_the_tills_script_is_told_stands_behind_the_stage(scene: tuple[str, Scene]) -> None:
    stage, shop = scene
    till = pair(shop.merchant)
    assert till.said("card", typed=shop.stamps["barcode"])["sheet"].startswith(f"{stage}/brand/")
    _check(till.post("card", typed=shop.stamps["barcode"]), stage, at_least=3)
    revoke_till(runtime.tillbox(), shop.merchant, till.id, now=runtime.now())
    assert till.post("card").json["go"].startswith(f"{stage}/till/pair")


def test_cookies_stay_those_of_the_whole_host(scene: tuple[str, Scene]) -> None:
    """What begins with __Host- must: a browser throws it away otherwise."""
    _, shop = scene
    (door,) = ROWS["signup.use_link"]
    address = next(each for each in ADDRESSES if each.target == "signup.use_link")
    cookie = right(shop, address, door).send().headers["set-cookie"]
    assert cookie.startswith("__Host-console=")
    assert "; Path=/;" in cookie


def test_scripts_name_no_path_of_their_own() -> None:
    """They take what stands before it from the page."""
    first = "|".join(sorted({each.path.split("/")[1] for each in ADDRESSES} - {""}))
    named = re.compile(rf"""["'`]/(?:{first})\b""")
    assert named.search('"/till"')
    assert {file.name for file in FOLDER.glob("*.js") if named.search(file.read_text())} == set()


def test_scripts_are_told_of_a_stage_where_there_is_one(scene: tuple[str, Scene]) -> None:
    stage, shop = scene
    page = pair(shop.merchant, Accept_Language="hu").get().body.decode()
    said = f' data-stage="{stage}"' if stage else ""
    assert f'<html lang="hu"{said}>' in page
