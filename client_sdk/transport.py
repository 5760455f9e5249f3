"""One exchange over HTTPS.

* `Transport` is all the client needs of a network; tests put a simulator in its place.
* Every status comes back as a response; only what is no HTTP answer at all raises NoAnswer.
* Redirects are not followed: our server sends none, so one is a portal's. Nothing is ever sent to an origin
  other than the server's.
* Proxies come from the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) or the system's settings, certificates
  from the system's store (SSL_CERT_FILE is honoured).
* An answer is bounded in size and in time.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from client_sdk.errors import NoAnswer

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

MAX_ANSWER = 4 << 20
TIMEOUT = 20.0
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Request:
    """What to send."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Response:
    """What came back. headers: by lower-case name."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Transport(Protocol):
    """Carries a request to the server."""

    def send(self, request: Request) -> Response:
        """The response, whatever its status. Raises NoAnswer."""


class UrllibTransport:
    """The standard library's HTTP. timeout: seconds, for a silence and, threefold, for the whole answer."""

    def __init__(self, timeout: float = TIMEOUT) -> None:
        self._timeout = timeout

    def send(self, request: Request) -> Response:
        """See Transport."""
        from http.client import HTTPException
        from urllib.request import Request as HttpRequest

        wire = HttpRequest(  # noqa: S310 - the client accepts http and https addresses alone
            request.url, data=request.body, headers=dict(request.headers), method=request.method
        )
        deadline = time.monotonic() + 3 * self._timeout
        try:
            with _opener().open(wire, timeout=self._timeout) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, headers, _read(answer, headers.get("content-length"), deadline))
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error


class _Readable(Protocol):
    def read1(self, amount: int, /) -> bytes: ...


def _read(answer: _Readable, promised: str | None, deadline: float) -> bytes:
    # read1 returns what has come; read would wait for a whole chunk, however slowly it trickles in.
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise NoAnswer("the answer is too large")
        if time.monotonic() > deadline:
            raise NoAnswer("the answer takes too long")
    if promised is not None and promised.strip() != str(len(body)):
        raise NoAnswer("the answer is cut short")
    return bytes(body)


def _opener() -> "OpenerDirector":
    # Made afresh, so that proxies set since count. Without the handlers for errors and redirects every
    # status comes back as it is.
    from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler

    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener
