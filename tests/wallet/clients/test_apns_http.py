"""Our client against Node's http2 (tests/apns/fake.mjs), which shares no code with Python's h2."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.apns.client import HASTY, OK, TOPIC, Connect, Script, one, push, pushes, seen_paths
from tests.apns.peers import Wire, peer
from tests.apns.server import ScriptedApns
from wallet.apple.apns import Delivered, Gone, Outcome, Rejected, Retry, build_push
from wallet.domain.ids import PushToken

REFUSED_STREAM, INTERNAL_ERROR = 7, 2


# What is sent


def test_a_push_arrives_as_apple_asks_for_it(apns: ScriptedApns, connect: Connect) -> None:
    assert connect(apns.url).push_all([push(0xABC)]) == [Delivered()]
    (request,) = apns.seen()["requests"]
    assert request["body"] == "{}"
    assert request["headers"] == {
        ":method": "POST",
        ":scheme": "https",
        ":authority": apns.url.removeprefix("https://"),
        ":path": f"/3/device/{0xABC:064x}",
        "apns-topic": TOPIC,
        "apns-push-type": "background",
        "apns-priority": "5",
        "apns-expiration": "1803859200",
        "apns-id": f"00000000-0000-4000-8000-{0xABC:012x}",
    }


def test_a_hostile_token_is_gone_and_not_sent(apns: ScriptedApns, connect: Connect) -> None:
    expires_at = datetime(2027, 3, 1, tzinfo=UTC)
    hostile = build_push(PushToken("../x"), TOPIC, expires_at=expires_at, push_id="")
    outcomes = connect(apns.url).push_all([push(1), hostile, push(2)])
    assert outcomes == [Delivered(), Gone(), Delivered()]
    assert len(apns.seen()["requests"]) == 2


def test_nothing_to_push_opens_nothing(apns: ScriptedApns, connect: Connect) -> None:
    assert connect(apns.url).push_all([]) == []
    assert apns.seen()["sessions"] == 0


def test_the_connection_is_kept(apns: ScriptedApns, connect: Connect) -> None:
    connection = connect(apns.url)
    for number in range(3):
        assert connection.push_all([push(number)]) == [Delivered()]
    assert apns.seen()["sessions"] == 1
    connection.close()
    assert connection.push_all([push(3)]) == [Delivered()]
    assert apns.seen()["sessions"] == 2


@pytest.mark.parametrize("limit", [1, 10, 100])
def test_as_many_streams_as_the_server_allows(
    apns: ScriptedApns, connect: Connect, limit: int
) -> None:
    apns.play({"": [{"status": 200, "delay": 60}]}, settings={"maxConcurrentStreams": limit})
    assert connect(apns.url).push_all(pushes(2 * limit + 5)) == [Delivered()] * (2 * limit + 5)
    seen = apns.seen()
    assert seen["most_open"] == limit
    assert (seen["sessions"], len(seen["requests"])) == (1, 2 * limit + 5)


def test_three_thousand_over_a_limit_of_a_hundred(apns: ScriptedApns, connect: Connect) -> None:
    since = '{"reason": "Unregistered", "timestamp": 1700000000123}'
    answers: Script = {"": [{"status": 200}], "dead": [{"status": 410, "body": since}]}
    apns.play(answers, settings={"maxConcurrentStreams": 100})
    many = [push(number, "00" if number % 10 else "dead") for number in range(3000)]
    outcomes = connect(apns.url).push_all(many)
    gone = Gone(datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=UTC))
    assert outcomes == [Delivered() if number % 10 else gone for number in range(3000)]
    assert sorted(seen_paths(apns)) == sorted(request.path for request in many)
    assert apns.seen()["sessions"] == 1


def test_what_has_ended_is_not_kept_in_memory(apns: ScriptedApns, connect: Connect) -> None:
    connection = connect(apns.url)
    connection.push_all(pushes(1000))
    connection.push_all([push(1)])  # the next request sweeps out what ended after the last one
    assert connection._link is not None
    assert len(connection._link._http.streams) < 500


def test_a_server_that_reads_too_slowly(apns: ScriptedApns, connect: Connect) -> None:
    ballast = ("x-ballast", "x" * 9_000)
    heavy = [replace(each, headers=(*each.headers, ballast)) for each in pushes(1000)]
    with peer(Wire(apns.url, stall_seconds=0.5)) as url:
        connection = connect(url)
        assert connection.push_all(heavy) == [Delivered()] * 1000
        connection.close()


def test_the_server_is_told_not_to_push_to_us(apns: ScriptedApns, connect: Connect) -> None:
    connect(apns.url).push_all([push(1)])
    assert apns.seen()["client"]["enablePush"] is False


def test_threads_take_turns(apns: ScriptedApns, connect: Connect) -> None:
    connection = connect(apns.url)
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda n: connection.push_all(pushes(40, f"0{n}")), range(8)))
    assert results == [[Delivered()] * 40] * 8
    assert apns.seen()["sessions"] == 1


# Answers


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ({"status": 200}, Delivered()),
        ({"status": 200, "parts": [""]}, Delivered()),  # an empty DATA frame
        ({"status": 200, "informational": True}, Delivered()),
        ({"status": 200, "early": True}, Delivered()),
        ({"status": 200, "trailers": {"x": "y"}}, Delivered()),
        ({"status": 200, "ping": True}, Delivered()),
        ({"status": 410, "parts": ['{"reason": "Unreg', 'istered"}', ""]}, Gone()),
        ({"status": 410}, Gone()),
        ({"status": 400, "body": '{"reason": "BadDeviceToken"}'}, Gone()),
        ({"status": 400, "body": '{"reason": "BadTopic"}'}, Rejected("BadTopic")),
        ({"status": 400, "parts": [""]}, Rejected("status 400")),
        ({"status": 403, "body": '{"reason": "BadCertificate"}'}, Rejected("BadCertificate")),
        ({"status": 403, "body": "<html>"}, Rejected("status 403")),
        ({"status": 429, "headers": {"retry-after": "30"}}, Retry(30.0, "status 429")),
        ({"status": 503, "body": '{"reason": "Shutdown"}'}, Retry(None, "Shutdown")),
        ({"status": 503, "flood": True}, Retry(None, "status 503")),
        ({"status": 500, "flood": True, "early": True}, Retry(None, "status 500")),
    ],
    ids=repr,
)
def test_answers(
    apns: ScriptedApns, connect: Connect, action: Mapping[str, Any], outcome: Outcome
) -> None:
    connection = connect(apns.url)
    assert one(apns, connection, action) == outcome
    apns_again = connection.push_all([push(2)])  # the connection is fit for more
    assert apns_again == [outcome]
    assert apns.seen()["sessions"] == 1


def test_answers_out_of_order_stay_with_their_pushes(apns: ScriptedApns, connect: Connect) -> None:
    late = {"status": 410, "delay": 60}
    apns.play({"": [{"status": 200}], "aa": [late], "bb": [{"status": 429, "delay": 30}]})
    mixed = [push(1, "aa"), push(2), push(3, "bb"), push(4)]
    outcomes = connect(apns.url).push_all(mixed)
    assert outcomes == [Gone(), Delivered(), Retry(None, "status 429"), Delivered()]


def test_the_pings_of_the_server_are_answered(apns: ScriptedApns, connect: Connect) -> None:
    apns.play({"": [{"status": 200, "ping": True, "delay": 20}]})
    connect(apns.url).push_all(pushes(10))
    assert apns.seen()["pongs"] >= 9  # the last may still be on its way


# Flow control and SETTINGS


def test_a_body_waits_for_the_window_of_its_stream(apns: ScriptedApns, connect: Connect) -> None:
    apns.play(OK, settings={"initialWindowSize": 1})
    assert connect(apns.url).push_all(pushes(20)) == [Delivered()] * 20
    assert {request["body"] for request in apns.seen()["requests"]} == {"{}"}


def test_a_window_opened_by_new_settings(apns: ScriptedApns, connect: Connect) -> None:
    opening = {"status": 200, "settings": {"initialWindowSize": 65535}}
    apns.play({"": [opening, {"status": 200}]}, settings={"initialWindowSize": 0})
    assert connect(apns.url).push_all(pushes(5)) == [Delivered()] * 5
    assert {request["body"] for request in apns.seen()["requests"]} == {"{}"}


def test_an_answer_that_does_not_wait_for_the_body(apns: ScriptedApns, connect: Connect) -> None:
    apns.play({"": [{"status": 429, "early": True}]}, settings={"initialWindowSize": 0})
    connection = connect(apns.url)
    assert connection.push_all(pushes(300)) == [Retry(None, "status 429")] * 300
    assert apns.seen()["sessions"] == 1


def test_long_answers_do_not_use_our_window_up(apns: ScriptedApns, connect: Connect) -> None:
    apns.play({"": [{"status": 503, "body": "x" * 4000}]})
    assert connect(apns.url).push_all(pushes(100)) == [Retry(None, "status 503")] * 100


def test_a_limit_that_falls_and_rises_on_the_way(apns: ScriptedApns, connect: Connect) -> None:
    script: list[Mapping[str, Any]] = [
        {"status": 200, "settings": {"maxConcurrentStreams": 2}},
        *[{"status": 200}] * 40,
        {"status": 200, "settings": {"maxConcurrentStreams": 50}},
        {"status": 200},
    ]
    apns.play({"": script}, settings={"maxConcurrentStreams": 20})
    assert connect(apns.url).push_all(pushes(200)) == [Delivered()] * 200
    assert len(apns.seen()["requests"]) == 200


def test_a_limit_of_none_ends_as_silence(apns: ScriptedApns, connect: Connect) -> None:
    apns.play(OK, settings={"maxConcurrentStreams": 0})
    outcomes = connect(apns.url, HASTY).push_all(pushes(3))
    assert outcomes == [Retry(None, "TimeoutError")] * 3
    assert seen_paths(apns) == []


# Resets


def test_a_refused_stream_is_sent_once_more(apns: ScriptedApns, connect: Connect) -> None:
    connection = connect(apns.url)
    assert one(apns, connection, {"reset": REFUSED_STREAM}, {"status": 200}) == Delivered()
    assert len(seen_paths(apns)) == 2
    assert apns.seen()["sessions"] == 1


def test_a_stream_refused_twice_is_for_later(apns: ScriptedApns, connect: Connect) -> None:
    connection = connect(apns.url)
    assert one(apns, connection, {"reset": REFUSED_STREAM}) == Retry(None, "reset 7")
    assert len(seen_paths(apns)) == 2


@pytest.mark.parametrize("code", [0, INTERNAL_ERROR, 8, 11])
def test_other_resets_are_for_later(apns: ScriptedApns, connect: Connect, code: int) -> None:
    connection = connect(apns.url)
    assert one(apns, connection, {"reset": code}, {"status": 200}) == Retry(None, f"reset {code}")
    assert connection.push_all([push(2)]) == [Delivered()]
    assert apns.seen()["sessions"] == 1


def test_resets_among_many(apns: ScriptedApns, connect: Connect) -> None:
    apns.play({"": [{"status": 200}], "aa": [{"reset": INTERNAL_ERROR}]})
    mixed = [push(number, "aa" if number % 7 == 0 else "00") for number in range(100)]
    outcomes = connect(apns.url).push_all(mixed)
    reset = Retry(None, "reset 2")
    assert outcomes == [Delivered() if number % 7 else reset for number in range(100)]


# GOAWAY


@pytest.mark.parametrize("graceful", [False, True])
@pytest.mark.parametrize("behind", [0, 5])
def test_goaway_amid_a_batch(
    apns: ScriptedApns, connect: Connect, *, behind: int, graceful: bool
) -> None:
    goaway = {"behind": behind, "graceful": graceful}
    late = {"status": 200, "delay": 40}  # answered after the GOAWAY, on the old connection
    apns.play({"": [late], "aa": [{"status": 200, "delay": 20, "goaway": goaway}, late]})
    mixed = [*pushes(20), push(0, "aa"), *pushes(40, "bb")]
    assert connect(apns.url).push_all(mixed) == [Delivered()] * 61
    seen = apns.seen()
    assert seen["sessions"] == 2
    # What stands up to the last id is answered where it is, and not sent again.
    once = {request.path for request in mixed[: 21 - behind]}
    assert all(seen_paths(apns).count(path) == 1 for path in once)


def test_goaway_on_every_connection_ends_as_retry(apns: ScriptedApns, connect: Connect) -> None:
    goaway = {"debug": '{"reason": "Shutdown"}'}
    apns.play({"": [{"cut": True, "goaway": goaway}]})
    outcomes = connect(apns.url).push_all(pushes(4))
    assert outcomes == [Retry(None, "goaway: Shutdown")] * 4
    assert apns.seen()["sessions"] == 2


def test_goaway_for_the_certificate_is_an_alarm(apns: ScriptedApns, connect: Connect) -> None:
    goaway = {"debug": '{"reason": "BadCertificate"}'}
    apns.play({"": [{"cut": True, "goaway": goaway}]})
    assert connect(apns.url).push_all(pushes(4)) == [Rejected("BadCertificate")] * 4
    assert apns.seen()["sessions"] == 1


def test_goaway_while_nobody_looked(apns: ScriptedApns, connect: Connect) -> None:
    connection = connect(apns.url)
    assert one(apns, connection, {"status": 200, "goaway": {"late": 20}}) == Delivered()
    time.sleep(0.2)
    assert connection.push_all(pushes(3)) == [Delivered()] * 3
    assert (apns.seen()["sessions"], len(seen_paths(apns))) == (2, 4)


def test_the_end_of_a_connection_while_nobody_looked(apns: ScriptedApns, connect: Connect) -> None:
    connection = connect(apns.url)
    assert one(apns, connection, {"status": 200}) == Delivered()
    # The script ends the session. That costs no try: the one cut after it may still be made good.
    assert one(apns, connection, {"cut": True}, {"status": 200}) == Delivered()
