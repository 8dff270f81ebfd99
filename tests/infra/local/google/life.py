"""A phone, an issuer and our own client around the fake Google Wallet of `make run`."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import urllib3

from infra.local.google import World
from infra.local.google_shelf import Document
from tests.wallet.clients.google_account import EMAIL, account_document, public_pem
from tests.wallet.domain.samples import cafe, card
from tests.wallet.google.official import BASE, ISSUER, class_body, object_body
from wallet.clients.google_http import Endpoints, GoogleApi, GooglePasses, GoogleWire
from wallet.clients.google_token import AccessTokens, ServiceAccount
from wallet.domain.cards import Card, State
from wallet.domain.programs import Program
from wallet.google.api import Documents, Outcome
from wallet.google.ids import IssuerId, object_id
from wallet.google.save_link import save_claims, save_url

NOW = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)
CAFE = cafe()
HELD = card(state=State(stamps=4))
NAME = object_id(ISSUER, HELD.id)
ACCOUNT = ServiceAccount(account_document())


@dataclass
class Life:
    """A phone and an issuer around the fake, and a clock."""

    now: datetime = NOW
    saved: list[str] = field(default_factory=list)
    changed: list[tuple[str, bool]] = field(default_factory=list)
    called: list[tuple[str, Document]] = field(default_factory=list)
    sees: Callable[[str], bool] = lambda _: True

    def world(self) -> World:
        return World(
            now=lambda: self.now,
            email=EMAIL,
            public_key=public_pem(),
            issuer=ISSUER,
            on_saved=self.saved.append,
            on_changed=lambda name, notify: self.changed.append((name, notify)),
            call_back=lambda url, body: self.called.append((url, body)),
            sees=self._look,
        )

    def _look(self, url: str) -> bool:
        return self.sees(url)


@dataclass
class Client:
    """Our own client of the fake."""

    url: str
    life: Life
    issuer: IssuerId = ISSUER
    account: ServiceAccount = ACCOUNT

    def __post_init__(self) -> None:
        wire, ends = GoogleWire(), Endpoints.of(self.url)
        self.tokens = AccessTokens(self.account, wire, ends.token, lambda: self.life.now)
        self.save = ends.save
        self.passes = GooglePasses(
            GoogleApi(wire, self.tokens, ends.api).ask,
            write=self.documents,
            hang=lambda *_: None,
            pause=lambda _: None,
        )

    def documents(self, held: Card, shop: Program) -> Documents:
        bodies = (class_body(shop), object_body(held, shop))
        moved = [json.loads(json.dumps(each).replace(ISSUER, self.issuer)) for each in bodies]
        return Documents(class_body=moved[0], object_body=moved[1])

    def upsert(self, held: Card = HELD, shop: Program = CAFE) -> Outcome:
        return self.passes.upsert(held, shop)

    def link(self, name: str = NAME) -> str:
        claims = save_claims(name, email=EMAIL, base_url=BASE, now=self.life.now)
        return save_url(self.save, self.account.sign(claims))


def get(url: str) -> tuple[int, str]:
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", url, retries=False)
        return answer.status, answer.data.decode()


def asked(
    client: Client, method: str, path: str, body: object = None, token: str | None = None
) -> tuple[int, Any]:
    bearer = client.tokens.token() if token is None else token
    with urllib3.PoolManager() as pool:
        answer = pool.request(
            method,
            f"{client.url}/walletobjects/v1/{path}",
            headers={"Authorization": f"Bearer {bearer}"},
            body=b"" if body is None else json.dumps(body).encode(),
            retries=False,
        )
        return answer.status, json.loads(answer.data)
