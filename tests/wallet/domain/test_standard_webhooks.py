"""Standard Webhooks against the specification's own vector, and against liars."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.domain.standard_webhooks import TOLERANCE, Flaw, sign, verify, write_secret

# From the specification's reference library: libraries/python/tests/test_webhooks.py.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = datetime.fromtimestamp(AT, UTC)
OTHER = write_secret(b"another secret than the published")


def headers(**changed: str) -> dict[str, str]:
    named = {"id": ID, "timestamp": str(AT), "signature": SIGNATURE, **changed}
    return {f"webhook-{name}": text for name, text in named.items()}


def test_the_published_vector() -> None:
    assert sign(SECRET, ID, str(AT), BODY) == SIGNATURE
    assert sign(SECRET.removeprefix("whsec_"), ID, str(AT), BODY) == SIGNATURE
    assert verify([SECRET], headers(), BODY, now=NOW) is None


def test_either_secret_of_the_ring_and_any_signature_of_the_list() -> None:
    listed = f"v1,{'A' * 43}= v1a,{'A' * 86}== v2,x {SIGNATURE} v1,"
    assert verify([OTHER, SECRET], headers(signature=listed), BODY, now=NOW) is None
    assert verify([SECRET, OTHER], headers(signature=listed), BODY, now=NOW) is None
    assert verify([OTHER], headers(signature=listed), BODY, now=NOW) is Flaw.FORGED
    assert verify([], headers(), BODY, now=NOW) is Flaw.FORGED


@pytest.mark.parametrize(
    ("changed", "flaw"),
    [
        ({"signature": ""}, Flaw.UNSIGNED),
        ({"signature": "  "}, Flaw.UNSIGNED),
        ({"signature": SIGNATURE[:-2] + "A="}, Flaw.FORGED),
        ({"signature": SIGNATURE.replace("v1,", "v2,")}, Flaw.FORGED),
        ({"signature": SIGNATURE.removeprefix("v1,")}, Flaw.FORGED),
        ({"signature": SIGNATURE.rstrip("=")}, Flaw.FORGED),
        ({"signature": "v1,żółć\ud800"}, Flaw.FORGED),
        ({"signature": " ".join(["v1,x"] * 20 + [SIGNATURE])}, Flaw.FORGED),
        ({"id": ID + "x"}, Flaw.FORGED),
        ({"id": ""}, Flaw.MALFORMED),
        ({"id": "a b"}, Flaw.MALFORMED),
        ({"id": "x" * 256}, Flaw.MALFORMED),
        ({"id": "emoji😀"}, Flaw.MALFORMED),
        ({"timestamp": ""}, Flaw.MALFORMED),
        ({"timestamp": "hello"}, Flaw.MALFORMED),
        ({"timestamp": f"{AT}.5"}, Flaw.MALFORMED),
        ({"timestamp": f"-{AT}"}, Flaw.MALFORMED),
        ({"timestamp": "٣" * 10}, Flaw.MALFORMED),
        ({"timestamp": "1" * 12}, Flaw.MALFORMED),
        ({"timestamp": str(AT + 1)}, Flaw.FORGED),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, str], flaw: Flaw) -> None:
    assert verify([SECRET], headers(**changed), BODY, now=NOW) is flaw


def test_another_body_is_forged() -> None:
    assert verify([SECRET], headers(), BODY + b" ", now=NOW) is Flaw.FORGED
    assert verify([SECRET], headers(), b"", now=NOW) is Flaw.FORGED


@pytest.mark.parametrize("way", [1, -1])
def test_five_minutes_either_way_and_no_more(way: int) -> None:
    assert verify([SECRET], headers(), BODY, now=NOW + way * TOLERANCE) is None
    beyond = NOW + way * (TOLERANCE + timedelta(seconds=1))
    assert verify([SECRET], headers(), BODY, now=beyond) is Flaw.STALE


@pytest.mark.parametrize("secret", ["whsec_ż", "whsec_abc", "whsec_!!!!"])
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        sign(secret, ID, str(AT), BODY)


@given(key=st.binary(min_size=24, max_size=64), body=st.binary(max_size=200))
def test_it_is_plain_hmac(key: bytes, body: bytes) -> None:
    secret = write_secret(key)
    right = hmac.new(key, f"{ID}.{AT}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(right).decode()}"
    assert sign(secret, ID, str(AT), body) == signature
    assert verify([secret], headers(signature=signature), body, now=NOW) is None
    assert verify([OTHER], headers(signature=signature), body, now=NOW) is Flaw.FORGED
