"""The fake Google Wallet of `make run`, met by our own client."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local.google import FakeGoogle, World
from infra.local.google_rules import rules
from infra.local.google_shelf import Document
from tests.wallet.clients.google_account import EMAIL, account_document, public_pem
from tests.wallet.domain.samples import BOOKS, cafe, card, program
from tests.wallet.google.official import BASE, ISSUER, class_body, object_body
from wallet.clients.google_http import Endpoints, GoogleApi, GooglePasses, GoogleWire
from wallet.clients.google_token import AccessTokens, ServiceAccount
from wallet.domain.cards import Card, State
from wallet.domain.ids import ProgramId
from wallet.domain.programs import Program
from wallet.google.api import Documents, Done, Outcome, Rejected
from wallet.google.callback import read_root_keys, verify
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


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def google(tmp_path: Path, life: Life) -> Iterator[FakeGoogle]:
    google = FakeGoogle(tmp_path / "google.json", life.world())
    google.start()
    yield google
    google.stop()


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


@pytest.fixture
def client(google: FakeGoogle, life: Life) -> Client:
    return Client(google.url, life)


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


def test_a_card_is_brought_saved_and_changed(
    google: FakeGoogle, client: Client, life: Life
) -> None:
    assert client.upsert() == Done()
    status, page = get(client.link())
    assert status == 200
    assert "Kawiarnia Lipowa" in page
    assert life.saved == [NAME]
    assert life.changed == []
    assert client.upsert(replace(HELD, state=State(stamps=5))) == Done()
    assert life.changed == [(NAME, True)]
    (shown,) = google.on_phone()
    assert shown["loyaltyPoints"]["balance"] == {"string": "5 / 10"}
    assert shown["hasUsers"] is True
    assert "notifyPreference" not in shown
    assert shown["classReference"]["reviewStatus"] == "APPROVED"


def test_who_saves_is_led_to_the_phone(tmp_path: Path, life: Life) -> None:
    world = replace(life.world(), phone_url="http://127.0.0.1/local/phone")
    google = FakeGoogle(tmp_path / "google.json", world)
    google.start()
    client = Client(google.url, life)
    assert client.upsert() == Done()
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", client.link(), retries=False)
    google.stop()
    assert answer.status == 303
    assert answer.headers["Location"] == f"http://127.0.0.1/local/phone?android={NAME}"


def test_a_card_that_nobody_saved_disturbs_no_phone(client: Client, life: Life) -> None:
    for stamps in (1, 2):
        assert client.upsert(replace(HELD, state=State(stamps=stamps))) == Done()
    assert life.changed == []


def test_a_new_design_reaches_the_phone(client: Client, life: Life) -> None:
    client.upsert()
    get(client.link())
    newer = replace(CAFE, version=2, design=replace(CAFE.design, color="#123456"))
    assert client.upsert(shop=newer) == Done()
    assert life.changed == [(NAME, False), (NAME, True)]


def test_issuers_are_called_back_with_google_s_signature(
    google: FakeGoogle, client: Client, life: Life
) -> None:
    client.upsert()
    get(client.link())
    get(client.link())  # saved once, told once
    google.take_off(NAME)
    google.take_off(NAME)
    assert google.on_phone() == []
    roots = read_root_keys(get(google.keys_url)[1].encode(), now=NOW)
    told = [
        verify(json.dumps(body).encode(), roots=roots, issuer=ISSUER, now=NOW)
        for url, body in life.called
        if url == f"{BASE}/google/callback"
    ]
    assert [(each.event, each.card_id) for each in told] == [("save", HELD.id), ("del", HELD.id)]


def test_everything_is_there_after_a_restart(
    google: FakeGoogle, client: Client, life: Life, tmp_path: Path
) -> None:
    client.upsert()
    get(client.link())
    keys = get(google.keys_url)[1]
    google.stop()
    assert (tmp_path / "google.json").stat().st_mode & 0o077 == 0
    again = FakeGoogle(tmp_path / "google.json", life.world())
    again.start()
    try:
        assert [each["id"] for each in again.on_phone()] == [NAME]
        assert get(again.keys_url)[1] == keys
        assert Client(again.url, life).upsert() == Done()
    finally:
        again.stop()


def test_a_token_of_an_earlier_run_is_replaced(
    google: FakeGoogle, client: Client, life: Life
) -> None:
    client.upsert()
    google._tokens.clear()
    assert client.upsert() == Done()


def test_a_token_ends_with_the_clock_of_this_world(client: Client, life: Life) -> None:
    token = client.tokens.token()
    assert isinstance(token, str)
    assert asked(client, "GET", "loyaltyClass", token=token)[0] == 200
    life.now += timedelta(hours=1)
    assert asked(client, "GET", "loyaltyClass", token=token)[0] == 401
    assert client.upsert() == Done()


def test_points_may_grow_out_of_google_s_integer(
    google: FakeGoogle, client: Client, life: Life
) -> None:
    shop = program(BOOKS)
    for points in (2**31 - 1, 2**31, 5):
        assert client.upsert(replace(HELD, state=State(points=points)), shop) == Done()
    _, shown = asked(client, "GET", f"loyaltyObject/{NAME}")
    assert shown["loyaltyPoints"]["balance"] == {"int": 5}


def test_a_picture_that_is_not_there_fails_the_card(client: Client, life: Life) -> None:
    life.sees = lambda url: "/art/" not in url
    assert client.upsert() == Rejected("invalidResource")


def test_another_issuer_may_write_nothing(google: FakeGoogle, life: Life) -> None:
    stranger = Client(google.url, life, issuer=IssuerId("99"))
    assert stranger.upsert() == Rejected("permissionDenied")


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
