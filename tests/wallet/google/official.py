"""Google's own rules for what we send, and bodies to hold against them."""

from typing import Any

from infra.local.google_rules import discovery_path, official
from tests.wallet.domain.samples import BOOKS, cafe, card, program
from wallet.domain.cards import Card, State
from wallet.domain.programs import Program
from wallet.google.ids import IssuerId
from wallet.google.loyalty_class import write_class
from wallet.google.loyalty_object import News, as_update, write_object
from wallet.texts import texts

ISSUER = IssuerId("3388000000022222222")
BASE = "https://stempel.test"
NEWS = News(reward="Kawa gratis", sentence="6 more stamps: Kawa gratis")
CAFE, SHOP = cafe(), program(BOOKS)


def faults(name: str, body: object) -> list[str]:
    """What Google's discovery document, and its prose, have against a body."""
    path = discovery_path()
    assert path, "google-api-python-client is a development dependency"
    return official(path)(name, body)


def class_body(shop: Program = CAFE, issuer_name: str = "Lipowa sp. z o.o.") -> dict[str, Any]:
    return write_class(shop, issuer=ISSUER, issuer_name=issuer_name, base_url=BASE)


def object_body(
    held: Card | None = None, shop: Program = CAFE, news: News = NEWS
) -> dict[str, Any]:
    held = held or card(state=State(stamps=4))
    return write_object(
        held, shop, issuer=ISSUER, base_url=BASE, texts=texts(held.locale), news=news
    )


def patched(body: dict[str, Any], *, notify: bool = True) -> dict[str, Any]:
    """An update as it is sent, without the members that null takes away: no schema has those."""
    found = without_nulls(as_update(body, notify=notify))
    assert isinstance(found, dict)
    return found


def without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value
