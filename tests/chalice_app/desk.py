"""A merchant's own system at the API: it has keys, cards and a rival."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chalice_app.gateway import Reply, send
from tests.world import Shop, World
from wallet import runtime
from wallet.domain.merchants import Scope
from wallet.domain.programs import Program
from wallet.services.api_keys import make_key, revoke_key

PROBLEM = "urn:stempel:problem:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A shop and a rival in one world. `till` and `revoked` are other keys of the shop."""

    world: World
    shop: Shop
    rival: Shop
    till: str
    revoked: str

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = "",
        secret: str | None = "",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        """A call of the API. `key` and `secret`: None for none, empty for a new or the own one.

        A body of bytes is sent as it is.
        """
        sent = {}
        if secret is not None:
            sent["Authorization"] = f"Bearer {secret or self.shop.secret}"
        if method not in ("GET", "HEAD"):
            sent["Content-Type"] = "application/json"
            if key is not None:
                sent["Idempotency-Key"] = key or secrets.token_hex(8)
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return send(
            method, f"/api/v1{path}", query=query, headers={**sent, **(headers or {})}, body=raw
        )

    def enrol(self, program: Program, **member: str) -> dict[str, Any]:
        """A new card."""
        reply = self.call("POST", f"/programs/{program.id}/cards", {"member": member})
        assert reply.status == 201
        return dict(reply.json)

    def earn(self, card_id: str, **award: Any) -> dict[str, Any]:
        """The entry of stamps, points or a purchase."""
        reply = self.call("POST", f"/cards/{card_id}/earn", award)
        assert reply.status == 201, reply.json
        return dict(reply.json["entry"])

    def buy(self, card_id: str, amount: int, currency: str = "EUR") -> dict[str, Any]:
        """The entry of a purchase."""
        return self.earn(card_id, purchase={"amount": amount, "currency": currency})

    def card(self, card_id: str) -> dict[str, Any]:
        """The card as it is now."""
        return dict(self.call("GET", f"/cards/{card_id}").json)

    def everything(self) -> list[dict[str, Any]]:
        """All that is stored."""
        pages = self.world.engine.dynamodb.get_paginator("scan").paginate(
            TableName=self.world.core, ConsistentRead=True
        )
        items = [item for page in pages for item in page["Items"]]
        return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Nothing stored may change in the block."""
        before = self.everything()
        yield
        assert self.everything() == before


def open_desk(world: World) -> Desk:
    """A desk in a world."""
    shop = world.shop()
    return Desk(
        world=world,
        shop=shop,
        rival=world.shop(),
        till=_key(shop, Scope.LEDGER),
        revoked=_key(shop, Scope.FULL, revoke=True),
    )


def _key(shop: Shop, scope: Scope, *, revoke: bool = False) -> str:
    now, merchants = runtime.now(), runtime.merchants()
    new = make_key(
        merchants, secrets.token_bytes, shop.merchant_id, name="other", scope=scope, now=now
    )
    if revoke:
        revoke_key(merchants, shop.merchant_id, new.key.id, now)
    return new.secret


class Clock:
    """A clock that the product sees, set by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        """Moves it."""
        self.now += timedelta(**span)


def check_problem(
    reply: Reply, status: int, slug: str, field: str | None = None
) -> dict[str, Any]:
    """The reply is this problem, in the form of RFC 9457; its document."""
    assert reply.status == status, reply.body
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    document: dict[str, Any] = reply.json
    assert document["type"] == PROBLEM + slug, document
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert document.get("field") == field, document
    return document
