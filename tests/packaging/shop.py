"""A card in a program of a merchant, made through the API function of the zip."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.packaging.world import event
from tests.packaging.zipped import Run, Zipped, body_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The function and what today's ids are, by the names that `world.RECORDED` gives them."""

    zipped: Zipped
    ids: Mapping[str, str]

    def ask(self, *names: str) -> list[dict[str, Any]]:
        """What the API function answers to recorded events."""
        return self.run("app.app", *names).results

    def run(self, handler: str, *names: str) -> Run:
        return self.zipped.run(handler, *(event(name, self.ids) for name in names))


def open_shop(zipped: Zipped, program_id: str) -> Shop:
    """A merchant's program under a name of its own, and a card with one stamp and its pass."""
    [key] = replace(zipped, beside=(Path(__file__).parent,)).run("seed.merchant", {}).results
    shop = Shop(zipped=zipped, ids={"key": key, "program": program_id})
    program, card = shop.ask("api_put_program", "api_post_card")
    assert (program["statusCode"], card["statusCode"]) == (201, 201), (program, card)
    known = json.loads(card["body"])
    link = known["links"]["apple"].rpartition("/")[2].removesuffix(".pkpass")
    shop = replace(shop, ids={**shop.ids, "card": known["id"], "link": link})
    earned, issued = shop.ask("api_post_earn", "api_get_pass")
    assert (earned["statusCode"], issued["statusCode"]) == (201, 200), (earned, issued)
    token = read_pass(body_of(issued))["authenticationToken"]
    entry = json.loads(earned["body"])["entry"]["id"]
    return replace(shop, ids={**shop.ids, "token": token, "entry": entry})


def read_pass(bundle: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert archive.testzip() is None
        document: dict[str, Any] = json.loads(archive.read("pass.json"))
    return document
