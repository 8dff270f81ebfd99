import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet.apple.apns import (
    Delivered,
    Gone,
    Outcome,
    PushRequest,
    Rejected,
    Retry,
    build_push,
    classify,
    classify_farewell,
    is_push_token,
)
from wallet.domain.ids import PushToken

TOKEN = PushToken("0badc0de" * 8)
TOPIC = "pass.app.stempel.demo"
PUSH_ID = "0f0e0d0c-0b0a-0908-0706-050403020100"


def build(token: str) -> PushRequest | Gone:
    expires_at = datetime(2027, 3, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    return build_push(PushToken(token), TOPIC, expires_at=expires_at, push_id=PUSH_ID)


def body(reason: object, **more: object) -> bytes:
    return json.dumps({"reason": reason, **more}).encode()


def test_a_push_says_nothing_but_its_topic() -> None:
    assert build(TOKEN) == PushRequest(
        path=f"/3/device/{TOKEN}",
        headers=(
            ("apns-topic", TOPIC),
            ("apns-push-type", "background"),
            ("apns-priority", "5"),
            ("apns-expiration", "1803859200"),
            ("apns-id", PUSH_ID),
        ),
        body=b"{}",
    )


@pytest.mark.parametrize(
    "token",
    [
        "",
        "../x",
        "ab" * 7 + "c",
        "ab" * 101,
        "a" * 5000,
        "ab" * 31 + "/.",
        "ab" * 31 + "%2",
        "ab" * 32 + "\n",
        "ab" * 32 + "\r\napns-topic: x",
        "ab" * 31 + "\u0661\u0662",  # digits to Python, not to a path
        "ab" * 31 + "zz",
    ],
)
def test_what_cannot_be_a_token_never_reaches_a_path(token: str) -> None:
    assert not is_push_token(token)
    assert build(token) == Gone(None)


@pytest.mark.parametrize("token", ["ab" * 8, "AB" * 32, "09" * 100])
def test_tokens_of_other_lengths_are_taken(token: str) -> None:
    assert is_push_token(token)


SINCE = datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "answer", "outcome"),
    [
        (200, b"", Delivered()),
        (200, b"anything", Delivered()),
        (410, body("Unregistered", timestamp=1_700_000_000_123), Gone(SINCE)),
        (410, body("ExpiredToken", timestamp=1_700_000_000_123), Gone(SINCE)),
        (410, body("Unregistered"), Gone(None)),
        (410, b"", Gone(None)),
        (400, body("BadDeviceToken"), Gone(None)),
        (503, body("BadDeviceToken"), Retry(None, "BadDeviceToken")),
        (400, body("DeviceTokenNotForTopic"), Rejected("DeviceTokenNotForTopic")),
        (400, body("BadTopic"), Rejected("BadTopic")),
        (400, body("MissingTopic"), Rejected("MissingTopic")),
        (400, body("TopicDisallowed"), Rejected("TopicDisallowed")),
        (400, body("IdleTimeout"), Retry(None, "IdleTimeout")),
        (400, b"", Rejected("status 400")),
        (403, body("BadCertificate"), Rejected("BadCertificate")),
        (403, body("BadCertificateEnvironment"), Rejected("BadCertificateEnvironment")),
        (403, body("InvalidProviderToken"), Rejected("InvalidProviderToken")),
        (403, b"<html>", Rejected("status 403")),
        (404, body("BadPath"), Rejected("BadPath")),
        (405, body("MethodNotAllowed"), Rejected("MethodNotAllowed")),
        (413, body("PayloadTooLarge"), Rejected("PayloadTooLarge")),
        (429, body("TooManyRequests"), Retry(None, "TooManyRequests")),
        (429, b"", Retry(None, "status 429")),
        (500, body("InternalServerError"), Retry(None, "InternalServerError")),
        (502, b"<html>bad gateway", Retry(None, "status 502")),
        (503, body("Shutdown"), Retry(None, "Shutdown")),
        (0, b"", Rejected("status 0")),
        (204, b"", Rejected("status 204")),
        (302, b"", Rejected("status 302")),
    ],
)
def test_what_an_answer_asks_of_us(status: int, answer: bytes, outcome: Outcome) -> None:
    assert classify(status, answer) == outcome


@pytest.mark.parametrize(
    "timestamp", [0, -1, True, 1.5, "1700000000123", None, [], 10**15, 10**400]
)
def test_a_timestamp_that_is_none_is_left_out(timestamp: object) -> None:
    assert classify(410, body("Unregistered", timestamp=timestamp)) == Gone(None)


@pytest.mark.parametrize(
    "answer",
    [
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b'"BadTopic"',
        b"null",
        b"9" * 5000,
        body(["BadTopic"]),
        body("Bad Topic\n{}"),
        body("x" * 65),
    ],
)
def test_only_a_word_is_taken_for_a_reason(answer: bytes) -> None:
    assert classify(400, answer) == Rejected("status 400")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        ("999999", 3600.0),
        ("-1", None),
        ("1.5", None),
        ("9" * 400, None),
        ("\u0661", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
    ],
)
def test_the_time_that_a_server_asks_for(header: str, seconds: float | None) -> None:
    assert classify(503, b"", header) == Retry(seconds, "status 503")


@pytest.mark.parametrize(
    ("debug_data", "outcome"),
    [
        (b"", Retry(None, "goaway: no reason")),
        (b"shutting down", Retry(None, "goaway: no reason")),
        (body("Shutdown"), Retry(None, "goaway: Shutdown")),
        (body("BadCertificate"), Rejected("BadCertificate")),
        (body("BadCertificateEnvironment"), Rejected("BadCertificateEnvironment")),
    ],
)
def test_what_a_farewell_means(debug_data: bytes, outcome: Retry | Rejected) -> None:
    assert classify_farewell(debug_data) == outcome


@given(
    st.integers(),
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
        lambda value: json.dumps({"reason": value, "timestamp": value}).encode()
    ),
    st.text(),
)
def test_no_answer_breaks_the_reader(status: int, answer: bytes, retry_after: str) -> None:
    outcome = classify(status, answer, retry_after)
    assert isinstance(outcome, Delivered) == (status == 200)
    assert isinstance(outcome, Gone) == (status == 410)
