"""Google's side in tests of the app: the fake Google Wallet, and what it would call back with."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local.google import FakeGoogle, World
from infra.local.google_shelf import Document
from tests.chalice_app.gateway import Reply, send
from tests.wallet.clients.google_account import EMAIL, account_document, public_pem
from tests.wallet.services.fakes import FakePushes
from tests.world import BASE_URL
from wallet import runtime
from wallet.clients.aws import client
from wallet.clients.google_pushes import GoogleCards
from wallet.domain.ids import CardId
from wallet.google.ids import google_device
from wallet.runtime import wallets
from wallet.services.refresh_passes import Messenger, refresh_passes

ISSUER = "3388000000022222222"


@dataclass
class Google:
    """The fake Google Wallet, and the callbacks that it would have delivered."""

    fake: FakeGoogle
    called: list[Document] = field(default_factory=list)


@contextmanager
def google_side(folder: Path) -> Iterator[Google]:
    """Google, as the product of this module finds it."""
    called: list[Document] = []
    world = World(
        now=runtime.now,
        email=EMAIL,
        public_key=public_pem(),
        issuer=ISSUER,
        call_back=lambda _, envelope: called.append(envelope),
    )
    fake = FakeGoogle(folder / "google.json", world)
    fake.start()
    secret = f"google-account-{folder.name}"
    client("secretsmanager").create_secret(Name=secret, SecretString=account_document())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WALLET_GOOGLE_ISSUER", ISSUER)
        patch.setenv("WALLET_GOOGLE_SECRET", secret)
        patch.setenv("WALLET_GOOGLE_URL", fake.url)
        patch.setenv("WALLET_GOOGLE_KEYS_URL", fake.keys_url)
        yield Google(fake, called)
    fake.stop()


def path_of(card: dict[str, Any]) -> str:
    """The path of the card's save link."""
    link: str = card["links"]["google"]
    return link.removeprefix(BASE_URL)


def save(google: Google, card: dict[str, Any]) -> Document:
    """Saves the card as its holder's browser does; the callback that Google sends of it."""
    location = send("GET", path_of(card)).headers["location"]
    assert urllib3.request("GET", location, retries=False).status == 200
    return google.called[-1]


def call_back(envelope: object) -> Reply:
    """Delivers a callback, or other bytes."""
    body = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return send("POST", "/google/callback", body=body)


def is_told(card: dict[str, Any]) -> bool:
    """Whether Google hears of the card's changes."""
    card_id = CardId(card["id"])
    devices = runtime.devices().devices_of(card_id)
    return google_device(card_id) in {each.device_id for each in devices}


def refresh(card: dict[str, Any]) -> None:
    """What the worker does for the card's message, if there is one."""
    messenger = Messenger(
        heads=runtime.ledger(),
        programs=runtime.programs(),
        devices=runtime.devices(),
        pushes=FakePushes(),
        clock=runtime.now,
        pause=lambda _: None,
        alarm=pytest.fail,
        google=GoogleCards(wallets.google_passes),
    )
    assert refresh_passes(messenger, [CardId(card["id"])]) == []


def balance_of(google: Google, card: dict[str, Any]) -> dict[str, Any]:
    """What Google holds of the card, on a phone or not."""
    shown = google.fake._shelf.shown(f"{ISSUER}.{card['id']}")
    balance: dict[str, Any] = shown["loyaltyPoints"]["balance"]
    return balance
