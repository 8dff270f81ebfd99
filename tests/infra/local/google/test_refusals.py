"""What the fake Google Wallet would not take, as Google would not."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import urllib3

from infra.local.google import FakeGoogle
from infra.local.google_rules import rules
from tests.infra.local.google.life import (
    ACCOUNT,
    HELD,
    NAME,
    NOW,
    Client,
    Life,
    asked,
    get,
)
from tests.wallet.clients.google_account import EMAIL
from tests.wallet.domain.samples import cafe
from tests.wallet.google.official import ISSUER, class_body, object_body
from wallet.domain.ids import ProgramId
from wallet.google.api import Done

REFUSED = [
    ("POST", "loyaltyObject", {}, 400, "invalidResource"),
    ("POST", "loyaltyObject", [], 400, "parseError"),
    (
        "POST",
        "loyaltyObject",
        {**object_body(), "classId": f"{ISSUER}.none"},
        404,
        "classNotFound",
    ),
    ("PATCH", f"loyaltyObject/{ISSUER}.none", {}, 404, "resourceNotFound"),
    ("PUT", f"loyaltyClass/{ISSUER}.none", {}, 404, "classNotFound"),
    ("GET", f"loyaltyObject/{ISSUER}.none", None, 404, "resourceNotFound"),
    ("PATCH", f"loyaltyObject/{NAME}", {"loyaltyPoint": 1}, 400, "invalidResource"),
    ("PATCH", f"loyaltyObject/{NAME}", {"id": f"{ISSUER}.x"}, 400, "invalidResource"),
    ("PATCH", f"loyaltyObject/{NAME}", {"state": None}, 400, "invalidResource"),
    ("PATCH", f"loyaltyClass/{ISSUER}.shop", {"reviewStatus": "APPROVED"}, 400, "invalidResource"),
    ("POST", "loyaltyObject", object_body(), 409, "alreadyExists"),
    ("POST", "loyaltyClass", class_body(), 409, "alreadyExists"),
    ("POST", f"loyaltyObject/{NAME}", {}, 405, "httpMethodNotAllowed"),
    ("GET", "genericObject", None, 404, "notFound"),
]


@pytest.mark.parametrize("refused", REFUSED)
def test_what_google_would_not_take(
    client: Client, refused: tuple[str, str, object, int, str]
) -> None:
    method, path, body, status, reason = refused
    assert client.upsert() == Done()
    code, answer = asked(client, method, path, body)
    assert code == answer["error"]["code"] == status
    assert answer["error"]["errors"][0]["reason"] == reason
    assert answer["error"]["errors"][0]["domain"] == "walletobjects"


def test_patch_merges_and_put_does_not(client: Client) -> None:
    client.upsert()
    path = f"loyaltyObject/{NAME}"
    _, patched = asked(client, "PATCH", path, {"loyaltyPoints": {"label": "Kawy"}})
    assert patched["loyaltyPoints"]["balance"] == {"string": "4 / 10"}
    assert patched["loyaltyPoints"]["label"] == "Kawy"
    _, put = asked(client, "PUT", path, {k: patched[k] for k in ("id", "classId", "state")})
    assert "loyaltyPoints" not in put


def test_lists(client: Client) -> None:
    assert asked(client, "GET", "loyaltyObject?classId=x") == (200, {})
    client.upsert()
    client.upsert(shop=cafe(target=3), held=replace(HELD, program_id=ProgramId("other")))
    status, listed = asked(client, "GET", f"loyaltyObject?classId={ISSUER}.shop")
    assert status == 200
    assert [each["id"] for each in listed["resources"]] == [NAME]
    assert len(asked(client, "GET", "loyaltyClass")[1]["resources"]) == 1


@pytest.mark.parametrize("token", ["", "x", "null"])
def test_nobody_writes_without_a_token(client: Client, token: str) -> None:
    assert asked(client, "POST", "loyaltyClass", class_body(), token=token)[0] == 401


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://example.com"},
        {"iss": "somebody@else"},
        {"scope": "x"},
        {"exp": 1},
        {"exp": 4_000_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
    ],
)
def test_an_assertion_that_buys_nothing(google: FakeGoogle, change: dict[str, Any]) -> None:
    issued = int(NOW.timestamp())
    claims = {
        "iss": EMAIL,
        "aud": "https://oauth2.googleapis.com/token",
        "scope": "https://www.googleapis.com/auth/wallet_object.issuer",
        "iat": issued,
        "exp": issued + 3600,
    }
    assert granted(google, ACCOUNT.sign(claims))[0] == 200
    status, answer = granted(google, ACCOUNT.sign({**claims, **change}))
    assert (status, answer["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("assertion", ["", "a.b.c", "....", "żółw", "a" * 5000])
def test_what_is_no_assertion(google: FakeGoogle, assertion: str) -> None:
    assert granted(google, assertion)[0] == 400


def granted(google: FakeGoogle, assertion: str) -> tuple[int, Any]:
    with urllib3.PoolManager() as pool:
        answer = pool.request(
            "POST",
            f"{google.url}/token",
            fields={
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": assertion,
            },
            encode_multipart=False,
            retries=False,
        )
        return answer.status, json.loads(answer.data)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-4] + "AAAA",
        lambda link: link.rpartition("/")[0] + "/x",
        lambda link: link.rpartition("/")[0] + "/",
        lambda link: link + "A" * 1800,
    ],
)
def test_a_link_that_saves_nothing(
    client: Client, life: Life, spoil: Callable[[str], str]
) -> None:
    client.upsert()
    assert get(spoil(client.link()))[0] == 400
    assert life.saved == []


def test_a_link_to_a_card_that_was_never_brought(client: Client, life: Life) -> None:
    assert get(client.link())[0] == 400
    assert life.saved == []


def test_without_google_s_document_the_rules_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.google_rules.discovery_path", lambda: None)
    small = rules()
    assert small("LoyaltyObject", object_body()) == []
    assert small("LoyaltyClass", class_body()) == []
    assert small("LoyaltyObject", {})
    assert small("LoyaltyClass", {**class_body(), "reviewStatus": "APPROVED"})
    assert small("LoyaltyObject", [])
