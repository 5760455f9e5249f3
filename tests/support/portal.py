"""A real HTTP server on this computer that answers as it is told: a portal, a proxy, a broken server."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from client_sdk import Request, Response

Answer = Callable[["Visit"], None]


@dataclass
class Visit:
    """One request, and the connection to answer it on."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    write: Callable[[bytes], object]
    left: threading.Event

    def answer(self, response: Response) -> None:
        """A well-formed HTTP answer."""
        lines = [f"HTTP/1.1 {response.status} Whatever", f"Content-Length: {len(response.body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        self.write("\r\n".join([*lines, "", ""]).encode() + response.body)


@dataclass
class Portal:
    """`answer` decides what every visitor gets; `visits` is who came."""

    url: str = ""
    answer: Answer = field(default=lambda visit: visit.answer(Response(200)))
    visits: list[Visit] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)


@contextmanager
def portal(certificate: Path | None = None) -> Iterator[Portal]:
    """Serve until the end of the block. certificate: a PEM file, then over TLS."""
    state = Portal()

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            try:
                self.raw_requestline = self.rfile.readline()
                if not self.raw_requestline or not self.parse_request():
                    return
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                visit = Visit(self.command, self.path, headers, body, self.wfile.write, state.left)
                state.visits.append(visit)
                state.answer(visit)
            except OSError:
                pass  # The visitor hung up, as some of these answers make it.
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A visitor that does not trust the certificate hangs up; that is what is tested."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    state.url = f"{'http' if certificate is None else 'https'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        state.left.set()
        server.shutdown()
        thread.join()
        server.server_close()


def to_simulator(simulator: Callable[[Request], Response], address: str, path: str = "") -> Answer:
    """An answer that hands every visit to a simulator whose own address is `address`."""

    def answer(visit: Visit) -> None:
        target = visit.target if visit.target.startswith("http") else address + visit.target
        headers = {name.title(): value for name, value in visit.headers.items()}
        visit.answer(simulator(Request(visit.method, target, headers, visit.body or None)))

    return answer


def self_signed(path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(plain + certificate.public_bytes(pem))
    return path
