"""Chalice's own refusals, and ours beyond the API, are problem documents too."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalice_app import problems
from chalice_app.addresses import ADDRESSES
from tests.chalice_app.desk import Desk, check_problem
from tests.chalice_app.gateway import event_of, send, the_app
from wallet import runtime
from wallet.domain import errors

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def test_a_method_that_an_address_does_not_take() -> None:
    taken = {(each.method, each.path) for each in ADDRESSES}
    taken |= {("HEAD", path) for method, path in taken if method == "GET"}
    for path in {each.path for each in ADDRESSES}:
        for method in METHODS:
            if (method, path) not in taken:
                reply = send(method, path)
                check_problem(reply, 405, "method-not-allowed")
                allowed = set(reply.headers["allow"].split(", "))
                assert allowed == {each for each, there in taken if there == path}


def test_our_own_fault_says_nothing_of_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("the secret of the house")

    card = desk.enrol(desk.shop.stamps)
    monkeypatch.setattr(runtime, "books", broken)
    reply = desk.call("POST", f"/cards/{card['id']}/earn", {"stamps": 1})
    check_problem(reply, 500, "internal")
    assert b"secret" not in reply.body


def test_an_event_that_cannot_be_read_is_a_problem_too() -> None:
    event = event_of("POST", "/apple/v1/log", {}, {})
    event["body"], event["isBase64Encoded"] = "ż", True
    answer = the_app()(event, None)
    assert answer["statusCode"] == json.loads(answer["body"])["status"] == 500
    assert answer["headers"]["Content-Type"] == "application/problem+json"


def _errors(kind: type[Exception] = errors.WalletError) -> list[type[Exception]]:
    below = [each for each in kind.__subclasses__() if each.__module__ == errors.__name__]
    return below + [each for one in below for each in _errors(one)]


SAMPLES: dict[type[Exception], Exception] = {
    errors.InvalidError: errors.InvalidError("a", "b"),
    errors.InvalidProgramError: errors.InvalidProgramError((errors.Fault("a", "b"),)),
    errors.BalanceTooSmallError: errors.BalanceTooSmallError(unit="points", balance=0, cost=1),
    errors.NotReversibleError: errors.NotReversibleError("reverse"),
    errors.CardNotActiveError: errors.CardNotActiveError("closed"),
    errors.CoolDownError: errors.CoolDownError(datetime(2027, 3, 1, tzinfo=UTC)),
    errors.RewardNotNowError: errors.RewardNotNowError("often"),
}


@pytest.mark.parametrize("kind", _errors(), ids=lambda kind: kind.__name__)
def test_every_refusal_of_the_core_has_its_problem(kind: type[Exception]) -> None:
    if kind is errors.ConflictError:
        return  # only its kinds are raised
    problem = problems.problem_of(SAMPLES.get(kind) or kind())
    assert problem
    assert 400 <= problem.status < 500
    document: dict[str, Any] = json.loads(problem.body())
    assert document["status"] == problem.status
    assert document["type"].startswith("urn:stempel:problem:")
    assert set(document) >= {"type", "title", "status", "detail"}


def test_what_is_no_refusal_has_no_problem() -> None:
    assert problems.problem_of(ValueError("x")) is None


def test_bodies_come_as_text_or_in_base64(desk: Desk) -> None:
    headers = {
        "Authorization": f"Bearer {desk.shop.secret}",
        "Idempotency-Key": "encoded",
        "Content-Type": "application/json",
    }
    path = f"/api/v1/programs/{desk.shop.stamps.id}/cards"
    body = json.dumps({"member": {"name": "Zażółć"}}, ensure_ascii=False).encode()
    replies = [
        send("POST", path, headers=headers, body=body, encoded=each) for each in (True, False)
    ]
    assert [reply.status for reply in replies] == [201, 200]
    assert replies[0].body == replies[1].body


def test_health_asks_nobody() -> None:
    reply = send("GET", "/healthz")
    assert (reply.status, reply.json) == (200, {"status": "ok"})
    head = send("HEAD", "/healthz")
    assert (head.status, head.body) == (200, b"")
