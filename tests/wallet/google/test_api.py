"""What Google's answers mean, and that every road leads to the card as it stands."""

import json
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.google.official import class_body, faults, object_body, without_nulls
from wallet.google.api import (
    Answer,
    Call,
    Documents,
    Done,
    Exists,
    Expired,
    Missing,
    Outcome,
    Quota,
    Rejected,
    Retry,
    classify,
    error_reason,
    upsert,
)

DOCUMENTS = Documents(class_body=class_body(), object_body=object_body())
PATCH = Call(verb="patch", thing="object")
INSERT = Call(verb="insert", thing="object")
PATCH_CLASS = Call(verb="patch", thing="class")
INSERT_CLASS = Call(verb="insert", thing="class")
CALLS = (PATCH, INSERT, PATCH_CLASS, INSERT_CLASS)


def error(code: int, reason: str, message: str = "whatever it says") -> bytes:
    fault = {"message": message, "domain": "walletobjects", "reason": reason}
    return json.dumps({"error": {"code": code, "message": message, "errors": [fault]}}).encode()


TABLE: list[tuple[Call, int, bytes, Answer]] = [
    (PATCH, 200, b'{"id": "x"}', Done()),
    (INSERT, 201, b"", Done()),
    (PATCH, 401, error(401, "authError"), Expired()),
    (PATCH, 404, error(404, "resourceNotFound"), Missing("object")),
    (PATCH, 404, error(404, "classNotFound"), Missing("class")),
    (PATCH, 404, error(404, "IssuerClassNotFound"), Missing("class")),
    (PATCH, 404, b"<html>", Missing("object")),
    (INSERT, 404, error(404, "resourceNotFound"), Missing("class")),
    (PATCH_CLASS, 404, error(404, "resourceNotFound"), Missing("class")),
    (INSERT, 409, error(409, "alreadyExists"), Exists()),
    (INSERT_CLASS, 409, b"", Exists()),
    (PATCH, 403, error(403, "quotaExceeded", "Quota exceeded for issuer"), Quota()),
    (PATCH, 403, error(403, "permissionDenied"), Rejected("permissionDenied")),
    (PATCH, 403, error(403, "forbidden", "quotaExceeded"), Rejected("forbidden")),
    (PATCH, 403, error(403, "rateLimitExceeded"), Retry(None, "rateLimitExceeded")),
    (PATCH, 403, error(403, "userRateLimitExceeded"), Retry(None, "userRateLimitExceeded")),
    (PATCH, 400, error(400, "invalidResource"), Rejected("invalidResource")),
    (PATCH, 400, b"", Rejected("status 400")),
    (PATCH, 405, b"[]", Rejected("status 405")),
    (PATCH, 408, b"", Retry(None, "status 408")),
    (PATCH, 429, error(429, "rateLimitExceeded"), Retry(None, "rateLimitExceeded")),
    (PATCH, 500, error(500, "backendError"), Retry(None, "backendError")),
    (PATCH, 503, b"\xff\xfe", Retry(None, "status 503")),
    (PATCH, 301, b"", Rejected("status 301")),
    (PATCH, 403, b'{"error": {"status": "PERMISSION_DENIED"}}', Rejected("PERMISSION_DENIED")),
    (PATCH, 400, b'{"error": "invalid_grant"}', Rejected("invalid_grant")),
]


@pytest.mark.parametrize(("call", "status", "body", "answer"), TABLE)
def test_what_an_answer_means(call: Call, status: int, body: bytes, answer: Answer) -> None:
    assert classify(call, status, body) == answer


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("99999", 3600.0), ("", None), ("-1", None), ("Wed, 21 Oct 2026", None)],
)
def test_how_long_google_asks_us_to_wait(header: str, seconds: float | None) -> None:
    assert classify(PATCH, 503, b"", header) == Retry(seconds, "status 503")


@given(st.sampled_from(CALLS), st.integers(100, 599), st.binary(max_size=200), st.text())
def test_any_answer_has_a_meaning_and_only_success_is_done(
    call: Call, status: int, body: bytes, header: str
) -> None:
    answer = classify(call, status, body, header)
    assert isinstance(answer, Answer)
    assert isinstance(answer, Done) is (200 <= status < 300)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"errors": [{"reason": "a\\nb"}]}}',
        b'{"error": {"errors": [{"reason": "' + b"x" * 65 + b'"}]}}',
        b'{"error": {"errors": [[]], "status": 4}}',
        b'{"error": {"errors": {}}}',
        b'{"error": null}',
        b"[" * 100_000,
        b"null",
    ],
)
def test_only_a_plain_reason_reaches_the_log(body: bytes) -> None:
    assert error_reason(body) == ""


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        (PATCH, "PATCH", "/walletobjects/v1/loyaltyObject/{object}"),
        (INSERT, "POST", "/walletobjects/v1/loyaltyObject"),
        (PATCH_CLASS, "PATCH", "/walletobjects/v1/loyaltyClass/{class}"),
        (INSERT_CLASS, "POST", "/walletobjects/v1/loyaltyClass"),
    ],
)
def test_a_call_as_a_request(call: Call, method: str, path: str) -> None:
    names = {"class": DOCUMENTS.class_body["id"], "object": DOCUMENTS.object_body["id"]}
    assert call.method == method
    assert call.path(DOCUMENTS) == path.format(**names)
    schema = "LoyaltyClass" if call.thing == "class" else "LoyaltyObject"
    assert faults(schema, without_nulls(json.loads(call.body(DOCUMENTS)))) == []


class Google:
    """What Google holds of one card, and how it answers."""

    def __init__(self, *, has_class: bool, has_object: bool, quota: int = 99) -> None:
        self.held = {"class": has_class, "object": has_object and has_class}
        self.quota = quota
        self.calls: list[Call] = []

    def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        body = json.loads(call.body(DOCUMENTS))
        if call.thing == "object" and not self.held["class"]:
            return Missing("object" if call.verb == "patch" else "class")
        if call.verb == "insert":
            is_there, self.held[call.thing] = self.held[call.thing], True
            return Exists() if is_there else Done()
        if not self.held[call.thing]:
            return Missing(call.thing)
        if body.get("notifyPreference"):
            self.quota -= 1
            return Quota() if self.quota < 0 else Done()
        return Done()


class Scripted:
    """A Google that says the same to the same call, for ever."""

    def __init__(self, script: Mapping[Call, Answer]) -> None:
        self.answer = script.__getitem__


def driven(google: Google | Scripted, *, class_first: bool = False) -> Outcome:
    steps = upsert(class_first=class_first)
    call = next(steps)
    while True:
        try:
            call = steps.send(google.answer(call))
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome


@pytest.mark.parametrize(
    ("has_class", "has_object", "class_first", "quota"),
    list(product((False, True), (False, True), (False, True), (0, 9))),
)
def test_every_state_of_things_ends_with_the_card_in_place(
    has_class: bool, has_object: bool, class_first: bool, quota: int
) -> None:
    google = Google(has_class=has_class, has_object=has_object, quota=quota)
    assert driven(google, class_first=class_first) == Done()
    assert google.held == {"class": True, "object": True}
    assert google.calls[-1].thing == "object"
    assert len(google.calls) <= 5
    if class_first:
        assert google.calls[0] == PATCH_CLASS


def test_the_usual_update_is_one_call() -> None:
    google = Google(has_class=True, has_object=True)
    assert driven(google) == Done()
    assert google.calls == [PATCH]


def test_a_used_up_quota_makes_the_update_quiet() -> None:
    google = Google(has_class=True, has_object=True, quota=0)
    assert driven(google) == Done()
    assert google.calls == [PATCH, Call(verb="patch", thing="object", quiet=True)]
    assert "notifyPreference" not in json.loads(google.calls[1].body(DOCUMENTS))


@pytest.mark.parametrize(
    "script",
    [
        {PATCH: Missing("object"), INSERT: Missing("class"), INSERT_CLASS: Exists()},
        {PATCH: Missing("object"), INSERT: Exists()},
        {PATCH: Missing("class"), INSERT_CLASS: Exists(), INSERT: Exists()},
    ],
)
def test_a_google_that_contradicts_itself_is_left_for_later(
    script: Mapping[Call, Answer],
) -> None:
    assert isinstance(driven(Scripted(script)), Retry)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("answer", [Retry(3.0, "x"), Rejected("x")])
def test_what_ends_a_call_ends_the_walk(call: Call, answer: Any) -> None:
    steps = upsert(class_first=call.thing == "class")
    asked = next(steps)
    if asked != call:
        asked = steps.send(Missing(call.thing))
    assert asked == call
    with pytest.raises(StopIteration) as end:
        steps.send(answer)
    assert end.value.value == answer


def test_a_token_that_is_never_taken_is_a_fault_of_ours() -> None:
    steps = upsert(class_first=False)
    next(steps)
    with pytest.raises(StopIteration) as end:
        steps.send(Expired())
    assert isinstance(end.value.value, Rejected)
