"""Large bodies over real sockets: a client that is still sending gets to read why it was refused."""

import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from tests.support.databases import SqliteServer
from tests.support.server import Server, running

TOO_MUCH = b"x" * (2 << 20)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
JSON = "Content-Type: application/json"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("sockets")
    with running(directory, SqliteServer(directory).empty(), workers=1) as server:
        yield server


class Line:
    """A connection spoken to in bytes."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, *headers: str, body: bytes = b"") -> None:
        self.socket.sendall("\r\n".join((*headers, "Host: localhost", "", "")).encode() + body)

    def answer(self) -> tuple[int, dict[str, object]]:
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        return response.status, json.loads(response.read() or b"{}")


@pytest.mark.parametrize("path", ["/api/v1/activations", "/api/v1/organisations", "/api/v1/sync"])
@pytest.mark.parametrize("framing", ["length", "chunked", "continue"])
def test_two_mebibytes_are_refused_in_a_way_that_can_be_read(served: Server, path: str, framing: str) -> None:
    length = f"Content-Length: {len(TOO_MUCH)}"
    with Line(served) as line:
        if framing == "length":
            line.say(f"POST {path} HTTP/1.1", JSON, length, body=TOO_MUCH)
        elif framing == "chunked":
            chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(TOO_MUCH), TOO_MUCH)
            line.say(f"POST {path} HTTP/1.1", JSON, "Transfer-Encoding: chunked", body=chunks)
        else:
            line.say(f"POST {path} HTTP/1.1", JSON, length, "Expect: 100-continue")
            assert line.socket.recv(len(CONTINUE), socket.MSG_WAITALL) == CONTINUE
            line.socket.sendall(TOO_MUCH)
        status, document = line.answer()

    # Whoever has no key is told that first, however much they send.
    assert status == (413 if path == "/api/v1/activations" else 401), document
    assert document["code"] == ("body_too_large" if status == 413 else "token_missing")


def test_an_ordinary_client_reads_the_refusal(served: Server) -> None:
    for body in (TOO_MUCH, iter([TOO_MUCH[:1000]] * 2200)):
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
        connection.request("POST", "/api/v1/activations", body, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 413
        connection.close()


def test_two_requests_on_one_connection_do_not_mix(served: Server) -> None:
    """What is left of a refused body is never taken for the next request."""
    with Line(served) as line:
        hidden = b"GET /metrics HTTP/1.1\r\n\r\n"
        line.say("POST /api/v1/organisations HTTP/1.1", JSON, f"Content-Length: {len(hidden)}", body=hidden)
        status, _ = line.answer()
        assert status == 401
        line.say("GET /healthz HTTP/1.1")
        try:
            assert line.answer() == (200, {"status": "ok"})
        except ConnectionError:
            # Closing the connection is as good.
            return


def test_a_body_cut_short_changes_nothing(served: Server) -> None:
    with Line(served) as line:
        line.say("POST /api/v1/activations HTTP/1.1", JSON, "Content-Length: 100", body=b'{"activation_token":')
        line.socket.shutdown(socket.SHUT_WR)
        status, document = line.answer()

    assert status == 400
    assert document["code"] in ("json_malformed", "bad_request")


@pytest.mark.parametrize(
    "headers",
    [
        ("GET /api/v1/organisations HTTP/1.1", "Authorization: Bearer a", "Authorization: Bearer b"),
        ("GET /api/v1/organisations HTTP/1.1", "Authorization: Bearer \x80\xff"),
        ("GET /api/v1/organisations HTTP/1.1", f"Authorization: Bearer {'x' * 5000}"),
    ],
)
def test_odd_headers_are_no_key(served: Server, headers: tuple[str, ...]) -> None:
    with Line(served) as line:
        line.say(*headers)
        status, _ = line.answer()

    assert status in (400, 401)
