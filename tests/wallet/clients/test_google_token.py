"""Access tokens: bought by an assertion that Google's own library takes, used until they end."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Thread
from urllib.parse import parse_qs

import pytest
from google.auth import jwt

from tests.wallet.clients.google_account import EMAIL, account_document, public_pem
from wallet.clients.google_token import (
    TOKEN_URL,
    AccessTokens,
    GoogleSetupError,
    Reply,
    ServiceAccount,
)
from wallet.google.api import SCOPE, Rejected, Retry

URL = "http://google.test/token"


class Till:
    """Sells tokens in a row; the time passes by hand."""

    def __init__(self, *answers: Reply | Retry) -> None:
        self.now = datetime.now(UTC)
        self.sent: list[tuple[str, str, Mapping[str, str], bytes]] = []
        self._answers = list(answers)
        self.tokens = AccessTokens(ServiceAccount(account_document()), self, URL, lambda: self.now)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Reply | Retry:
        self.sent.append((method, url, headers, body))
        return self._answers.pop(0) if self._answers else sold(f"t{len(self.sent)}")


def sold(value: object, seconds: object = 3599) -> Reply:
    document = {"access_token": value, "expires_in": seconds, "token_type": "Bearer"}
    return Reply(status=200, body=json.dumps(document).encode())


def refused(status: int, document: object) -> Reply:
    return Reply(status=status, body=json.dumps(document).encode())


def test_google_s_library_takes_the_assertion() -> None:
    till = Till()
    assert till.tokens.token() == "t1"
    method, url, headers, body = till.sent[0]
    assert (method, url) == ("POST", URL)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    form = parse_qs(body.decode(), strict_parsing=True)
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(form["assertion"][0], certs=public_pem(), audience=TOKEN_URL)  # type: ignore[no-untyped-call]
    assert claims["iss"] == EMAIL
    assert claims["scope"] == SCOPE
    assert claims["exp"] - claims["iat"] == 3600


def test_a_token_is_used_until_five_minutes_before_its_end() -> None:
    till = Till()
    assert till.tokens.token() == "t1"
    till.now += timedelta(seconds=3599 - 300 - 1)
    assert till.tokens.token() == "t1"
    till.now += timedelta(seconds=1)
    assert till.tokens.token() == "t2"


def test_a_token_that_was_not_taken_is_replaced_once_for_all() -> None:
    till = Till()
    first = till.tokens.token()
    assert isinstance(first, str)
    assert till.tokens.token(instead_of=first) == "t2"
    assert till.tokens.token(instead_of=first) == "t2"
    assert len(till.sent) == 2


def test_many_threads_buy_one_token() -> None:
    till = Till()
    threads = [Thread(target=till.tokens.token) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(till.sent) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Retry(None, "MaxRetryError"), Retry(None, "MaxRetryError")),
        (
            refused(400, {"error": "invalid_grant", "error_description": "x"}),
            Rejected("token endpoint: invalid_grant"),
        ),
        (
            refused(401, {"error": "unauthorized_client"}),
            Rejected("token endpoint: unauthorized_client"),
        ),
        (refused(500, {}), Retry(None, "token endpoint: status 500")),
        (refused(429, []), Retry(None, "token endpoint: status 429")),
        (
            refused(400, {"error": "temporarily_unavailable"}),
            Retry(None, "token endpoint: temporarily_unavailable"),
        ),
        (refused(302, {}), Rejected("token endpoint: status 302")),
        *[
            (answer, Retry(None, "token endpoint: not a token"))
            for answer in (
                Reply(status=200, body=b"<html>"),
                Reply(status=200, body=b"[" * 100_000),
                refused(200, []),
                refused(200, {"access_token": "x"}),
                sold(None),
                sold(""),
                sold("a b"),
                sold("a\r\nX: y"),
                sold("ż"),
                sold("x", "soon"),
                sold("x", 0),
                sold("x", 10**9),
            )
        ],
    ],
)
def test_what_a_refusal_means(answer: Reply | Retry, outcome: Retry | Rejected) -> None:
    till = Till(answer)
    assert till.tokens.token() == outcome
    assert till.tokens.token() == "t2"  # nothing of it is kept


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "null",
        "{}",
        json.dumps({"client_email": "a@b", "token_uri": "x"}),
        json.dumps({"client_email": "a@b", "private_key": "no key"}),
    ],
)
def test_what_is_no_service_account(document: str) -> None:
    with pytest.raises(GoogleSetupError):
        ServiceAccount(document)


def test_nothing_secret_is_shown() -> None:
    account = ServiceAccount(account_document())
    assert repr(account) == f"ServiceAccount({EMAIL!r})"
    assert "secret-token" not in repr(sold("secret-token"))
