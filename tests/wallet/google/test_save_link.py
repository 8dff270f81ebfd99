"""The link that saves a card: short, and signed by what Google's own library checks."""

import json
from datetime import UTC, datetime

import pytest
from google.auth import jwt

from tests.wallet.clients.google_account import account_document, public_pem
from tests.wallet.domain.samples import card
from tests.wallet.google.official import ISSUER
from wallet.clients.google_token import ServiceAccount
from wallet.google.ids import object_id
from wallet.google.save_link import JWT_CHARS_MAX, LongLinkError, save_claims, save_url

BASE = "https://gp4x9k2lq7.execute-api.eu-central-1.amazonaws.com/api"


def test_google_s_library_takes_the_link_and_it_names_only_the_object() -> None:
    account = ServiceAccount(account_document())
    name = object_id(ISSUER, card().id)
    now = datetime.now(UTC)
    signed = account.sign(save_claims(name, email=account.email, base_url=BASE, now=now))
    header, claims = jwt.decode_header(signed), jwt.decode(signed, verify=False)  # type: ignore[no-untyped-call]
    assert header["alg"] == "RS256"
    assert header["kid"] == json.loads(account_document())["private_key_id"]
    assert claims == {
        "iss": account.email,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(now.timestamp()),
        "origins": ["https://gp4x9k2lq7.execute-api.eu-central-1.amazonaws.com"],
        "payload": {"loyaltyObjects": [{"id": name}]},
    }
    # decode() asks for an end, which a save link has not: the same claims with one.
    with_end = account.sign({**claims, "exp": claims["iat"] + 60})
    assert jwt.decode(with_end, certs=public_pem(), audience="google")["iss"] == account.email  # type: ignore[no-untyped-call]
    assert len(signed) < 1000
    assert save_url("https://pay.google.com/gp/v/save", signed).endswith(signed)


@pytest.mark.parametrize("chars", [JWT_CHARS_MAX, JWT_CHARS_MAX + 1])
def test_a_longer_one_is_refused(chars: int) -> None:
    if chars <= JWT_CHARS_MAX:
        assert save_url("https://x", "a" * chars)
    else:
        with pytest.raises(LongLinkError) as caught:
            save_url("https://x", "a" * chars)
        assert caught.value.chars == chars
