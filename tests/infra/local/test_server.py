"""The local HTTP server, over real sockets, with a small Chalice app behind it."""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice, Response
from chalice.local import LocalChalice

from infra.local.local_routes import LocalRequest, LocalRoutes, Reply
from infra.local.server import BODY_BYTES_MAX, WorldServer

PICTURE = bytes(range(256))
TEMPLATE = json.loads((Path(__file__).parents[3] / "infra" / "resources.json").read_text())


def _app() -> Chalice:
    app = LocalChalice("toy")
    app.api.binary_types = ["image/png"]

    def echo(name: str) -> Any:
        request: Any = app.current_request
        return {
            "name": name,
            "body": request.raw_body.decode("latin-1"),
            "query": dict(request.query_params or {}),
            "accept": request.headers.get("accept"),
            "cookies": request.to_original_event()["multiValueHeaders"].get("cookie"),
        }

    app.route("/echo/{name}")(echo)
    app.route("/echo/{name}", methods=["POST"], content_types=["text/plain"])(echo)

    @app.route("/echo/fixed")
    def fixed() -> str:
        return "fixed"

    @app.route("/picture", methods=["GET", "HEAD"])
    def picture() -> Response:
        return Response(PICTURE, headers={"Content-Type": "image/png"})

    @app.route("/measured", methods=["HEAD"])
    def measured() -> Response:
        return Response("", headers={"Content-Type": "text/plain", "content-length": "256"})

    @app.route("/nothing")
    def nothing() -> Response:
        cookies: Any = {"Set-Cookie": ["a=1", "b=2"]}
        return Response("", status_code=204, headers=cookies)

    @app.route("/broken")
    def broken() -> None:
        raise RuntimeError("broken")

    return app


class _Running:
    """A server and what happened in it."""

    def __init__(self) -> None:
        self.writes = 0
        self.routes = LocalRoutes()
        bound = socket.create_server(("127.0.0.1", 0))
        self.port = bound.getsockname()[1]
        app = _app()
        app.log.disabled = True
        self.server = WorldServer(app, bound, routes=self.routes, after_write=self._wrote)
        self.server.start()

    def _wrote(self) -> None:
        self.writes += 1

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def ask(self, method: str, path: str, **options: Any) -> http.client.HTTPResponse:
        connection = self.connect()
        connection.request(method, path, **options)
        answer = connection.getresponse()
        answer.content = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def raw(self, request: bytes) -> bytes:
        """Everything that the server says to these bytes until it hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall(request)
            return b"".join(iter(lambda: line.recv(65_536), b""))


@pytest.fixture
def running() -> Iterator[_Running]:
    running = _Running()
    yield running
    running.server.stop()


def _content(answer: http.client.HTTPResponse) -> bytes:
    content = answer.content  # type: ignore[attr-defined]
    assert isinstance(content, bytes)
    return content


def test_many_requests_on_one_connection(running: _Running) -> None:
    connection = running.connect()
    for number in range(3):
        connection.request("GET", f"/echo/{number}?q=a%20b&q=c")
        answer = connection.getresponse()
        assert json.loads(answer.read())["name"] == str(number)
        assert answer.getheader("Content-Type") == "application/json"
    connection.close()


def test_path_parameters_arrive_as_they_were_sent(running: _Running) -> None:
    """As in REST APIs of API Gateway: the app decodes them, once."""
    assert json.loads(_content(running.ask("GET", "/echo/a%2520b%2Fc")))["name"] == "a%2520b%2Fc"


def test_query_and_repeated_headers_arrive(running: _Running) -> None:
    connection = running.connect()
    connection.putrequest("GET", "/echo/x?q=a%20b&empty=")
    connection.putheader("Cookie", "a=1")
    connection.putheader("Cookie", "b=2")
    connection.endheaders()
    told = json.loads(connection.getresponse().read())
    connection.close()
    assert told["query"] == {"q": "a b", "empty": ""}
    assert told["cookies"] == ["a=1", "b=2"]


def test_a_fixed_path_goes_before_a_parameter(running: _Running) -> None:
    assert _content(running.ask("GET", "/echo/fixed/")) == b"fixed"


def test_bytes_go_both_ways_unharmed(running: _Running) -> None:
    posted = running.ask("POST", "/echo/x", body=PICTURE, headers={"Content-Type": "text/plain"})
    assert json.loads(_content(posted))["body"].encode("latin-1") == PICTURE
    fetched = running.ask("GET", "/picture", headers={"Accept": "image/png"})
    assert _content(fetched) == PICTURE
    assert fetched.getheader("Content-Type") == "image/png"


def test_head_has_the_headers_of_get_and_no_body(running: _Running) -> None:
    connection = running.connect()
    connection.request("HEAD", "/picture", headers={"Accept": "image/png"})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Length")) == (200, "256")
    assert answer.read() == b""
    connection.request("GET", "/echo/after")  # nothing of a body stands in the way
    assert json.loads(connection.getresponse().read())["name"] == "after"
    connection.close()


def test_a_length_that_the_app_tells_is_the_only_one(running: _Running) -> None:
    answer = running.ask("HEAD", "/measured")
    assert answer.headers.get_all("Content-Length") == ["256"]


def test_an_answer_without_a_body_has_no_length(running: _Running) -> None:
    answer = running.ask("GET", "/nothing")
    assert answer.status == 204
    assert answer.getheader("Content-Length") is None
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("method", "path", "response"),
    [
        ("GET", "/unknown", "MISSING_AUTHENTICATION_TOKEN"),
        ("POST", "/echo", "MISSING_AUTHENTICATION_TOKEN"),
        ("GET", "/echo/a/b", "RESOURCE_NOT_FOUND"),
        ("OPTIONS", "/unknown", "MISSING_AUTHENTICATION_TOKEN"),
        ("GET", "/local/unknown", "RESOURCE_NOT_FOUND"),
    ],
)
def test_an_unknown_path_is_the_problem_document_of_the_gateway(
    running: _Running, method: str, path: str, response: str
) -> None:
    gateway = TEMPLATE["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    wanted = gateway["x-amazon-apigateway-gateway-responses"][response]
    answer = running.ask(method, path, headers={"Authorization": "Bearer x"})
    assert answer.status == wanted["statusCode"]
    assert answer.getheader("Content-Type") == "application/problem+json"
    assert answer.getheader("Cache-Control") == "no-store"
    assert _content(answer).decode() == wanted["responseTemplates"]["application/json"]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"Content-Length: {BODY_BYTES_MAX + 1}", 413),
        (f"Content-Length: {BODY_BYTES_MAX + 1}\r\nExpect: 100-continue", 413),
        ("Transfer-Encoding: chunked", 411),
        ("Content-Length: 3\r\nTransfer-Encoding: chunked", 411),
        ("Transfer-Encoding:\r\nTransfer-Encoding: chunked", 411),
        (f"Content-Length: {'9' * 5000}", 413),
        ("Content-Length: -1", 400),
        ("Content-Length: 1_0", 400),
        ("Content-Length: 3\r\nContent-Length: 4", 400),
    ],
)
def test_a_body_that_is_not_taken_ends_the_connection(
    running: _Running, head: str, status: int
) -> None:
    said = running.raw(f"POST /echo/x HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode() + b"x" * 50)
    assert said.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"\r\nConnection: close\r\n" in said
    assert b"\r\nContent-Type: application/problem+json\r\n" in said
    assert json.loads(said.partition(b"\r\n\r\n")[2])["status"] == status
    assert said.count(b"HTTP/1.1 ") == 1
    assert running.writes == 0


def test_the_sender_of_a_body_that_is_too_large_sees_the_answer(running: _Running) -> None:
    connection = running.connect()
    connection.request("POST", "/echo/x", body=bytes(BODY_BYTES_MAX + 1))
    assert connection.getresponse().status == 413
    connection.close()


def test_a_caller_that_asks_first_is_told_to_go_on(running: _Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as line:
        line.sendall(
            b"POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
            b"Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert line.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"abc")
        said = b"".join(iter(lambda: line.recv(65_536), b""))
    assert said.startswith(b"HTTP/1.1 200 ")
    assert b'"body":"abc"' in said


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"BREW /echo/x HTTP/1.1", 501),
        (b"nonsense", 400),
        (b"GET / HTTP/9.9", 505),
        (b"GET http://[/echo/x HTTP/1.1", 400),
    ],
)
def test_what_is_no_request_is_refused_with_a_problem_document(
    running: _Running, request_line: bytes, status: int
) -> None:
    said = running.raw(request_line + b"\r\nHost: x\r\n\r\n")
    assert json.loads(said.rpartition(b"\r\n\r\n")[2])["status"] == status


def test_a_fault_of_the_app_is_its_own_answer(running: _Running) -> None:
    assert running.ask("GET", "/broken").status == 500


def test_only_unsafe_requests_wake_the_workers(running: _Running) -> None:
    running.ask("GET", "/echo/x")
    assert running.writes == 0
    running.ask("POST", "/echo/x", body=b"", headers={"Content-Type": "text/plain"})
    assert running.writes == 1


def test_threads_do_not_see_each_others_request(running: _Running) -> None:
    seen: list[tuple[str, str]] = []

    def ask(name: str) -> None:
        connection = running.connect()
        for _ in range(20):
            connection.request("GET", f"/echo/{name}", headers={"Accept": name})
            seen.append((name, json.loads(connection.getresponse().read())["accept"]))
        connection.close()

    threads = [threading.Thread(target=ask, args=(f"n{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 160
    assert all(name == accept for name, accept in seen)


def test_a_caller_that_goes_away_leaves_no_trace(
    running: _Running, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    for request in (
        b"POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
        b"GET /pic",
        b"",
    ):
        with socket.create_connection(("127.0.0.1", running.port)) as line:
            line.sendall(request)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset
    assert running.ask("GET", "/echo/x").status == 200
    running.server.stop()
    assert caplog.text == ""
    assert capfd.readouterr() == ("", "")


# --- beside the product -------------------------------------------------------------------------


def _told(request: LocalRequest) -> Reply:
    told = [request.method, request.path, dict(request.query), request.headers["x-a"]]
    return 200, {"Content-Type": "text/plain"}, json.dumps([*told, request.body.decode()]).encode()


def test_a_local_route_answers_below_its_prefix(running: _Running) -> None:
    running.routes.add("POST", "/local/phone", _told)
    answer = running.ask("POST", "/local/phone/a?b=c%20d", body=b"e", headers={"X-A": "1"})
    assert json.loads(_content(answer)) == ["POST", "/local/phone/a", {"b": "c d"}, "1", "e"]
    assert running.ask("GET", "/local/phone/a").status == 404
    assert running.ask("POST", "/local/phones").status == 404
    assert running.writes == 0


def test_the_longest_prefix_wins_and_head_is_answered_like_get(running: _Running) -> None:
    def fixed(text: bytes) -> Callable[[LocalRequest], Reply]:
        return lambda _: (200, {}, text)

    running.routes.add("GET", "/local/a", fixed(b"a"))
    running.routes.add("GET", "/local/a/b", fixed(b"ab"))
    assert _content(running.ask("GET", "/local/a/b/c")) == b"ab"
    assert _content(running.ask("GET", "/local/a/c")) == b"a"
    head = running.ask("HEAD", "/local/a/b")
    assert (head.getheader("Content-Length"), _content(head)) == ("2", b"")


def test_a_fault_of_a_local_handler_is_a_problem_document(
    running: _Running, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: LocalRequest) -> Reply:
        raise RuntimeError("broken")

    running.routes.add("GET", "/local/a", broken)
    answer = running.ask("GET", "/local/a")
    assert answer.status == 500
    assert json.loads(_content(answer))["title"] == "Something went wrong here"
    assert "RuntimeError: broken" in caplog.text


def test_pieces_are_sent_as_they_come_until_the_caller_goes(running: _Running) -> None:
    closed, go_on = threading.Event(), threading.Event()

    def pieces() -> Iterator[bytes]:
        try:
            yield b"data: 1\n\n"
            assert go_on.wait(10)
            while True:
                yield b"data: 2\n\n"
        finally:
            closed.set()

    running.routes.add(
        "GET", "/local/events", lambda _: (200, {"Content-Type": "text/event-stream"}, pieces())
    )
    connection = running.connect()
    connection.request("GET", "/local/events")
    answer = connection.getresponse()
    assert answer.getheader("Content-Length") is None
    assert answer.readline() == b"data: 1\n"
    assert not closed.is_set()
    go_on.set()
    assert answer.readline() == b"\n"
    assert answer.readline() == b"data: 2\n"
    answer.close()
    connection.close()
    assert closed.wait(10)
