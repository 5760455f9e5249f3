"""A connection to PostgreSQL ends exactly at the COMMIT of a round: what is done is done once, whoever knows of it."""

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from licence_server.services import audit
from tests.support.acts import statuses
from tests.support.databases import PostgresqlServer
from tests.support.deployment import Deployment, individual, workshop

_SOCKET = ".s.PGSQL.5432"


class Cut(Enum):
    """Where: the COMMIT never arrives, or nobody hears that it was done."""

    BEFORE = "before"
    AFTER = "after"


class Relay:
    """Stands between this process and PostgreSQL. cut: at the next COMMIT that is prepared, then no more."""

    def __init__(self, folder: Path, behind: str) -> None:
        self.cut: Cut | None = None
        self._behind = behind
        self._is_mute, self._over = False, threading.Event()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / _SOCKET))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def begin(self, cut: Cut) -> None:
        """Let the next COMMIT be cut."""
        self.cut = cut
        self._over.clear()

    def close(self) -> None:
        # Wakes who waits in accept().
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._listening.accept()[0], socket.socket(socket.AF_UNIX)
                far.connect(self._behind)
                for passing in (self._ask, self._answer):
                    threading.Thread(target=passing, args=(near, far), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError), near, far:
            while data := near.recv(1 << 20):
                cut, is_commit = self.cut, b"COMMIT\x00" in data
                if is_commit and cut is not None:
                    self.cut = None
                    if cut is Cut.AFTER:
                        # PostgreSQL does all that it was sent, and then what a client says that goes.
                        self._is_mute = True
                        far.sendall(data + b"X\x00\x00\x00\x04")
                        self._over.wait(30)
                        self._is_mute = False
                    near.shutdown(socket.SHUT_RDWR)
                    break
                far.sendall(data)
            far.shutdown(socket.SHUT_RDWR)

    def _answer(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(1 << 20):
                if not self._is_mute:
                    near.sendall(data)
            self._over.set()
            near.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(postgresql_server: PostgresqlServer, tmp_path: Path) -> Iterator[tuple[Relay, Deployment]]:
    url = postgresql_server.initialised(tmp_path)
    [behind] = parse_qs(urlsplit(url).query)["host"]
    made = Relay(tmp_path, f"{behind}/{_SOCKET}")
    deployment = Deployment(tmp_path, url.partition("?")[0] + f"?host={tmp_path}", initialised=True)
    yield made, deployment
    deployment.close()
    made.close()


def act_again(relay: Relay, deployment: Deployment, cut: Cut, act: Callable[[], TestResponse]) -> TestResponse:
    """What the act is answered the second time, as the first answer is lost."""
    # On new connections everything is prepared anew, by its text.
    deployment.runtime.database.close()
    relay.begin(cut)
    assert act().status_code == 503
    assert relay.cut is None
    answer = act()
    deployment.assert_totals_agree()
    assert audit.verify(deployment.runtime).faults == []
    return answer


@pytest.mark.parametrize(("cut", "said"), [(Cut.BEFORE, "accepted"), (Cut.AFTER, "duplicate")])
def test_a_check_in(relay: tuple[Relay, Deployment], cut: Cut, said: str) -> None:
    _, deployment = relay
    kit, now = deployment.installation(), deployment.clock()
    reports = [individual(now, 1), workshop(now, 2)]
    answer = act_again(*relay, cut, lambda: kit.sync(*reports))
    assert statuses(answer) == [said] * 2
    assert deployment.report()["attendances"] == 15


@pytest.mark.parametrize(("cut", "status"), [(Cut.BEFORE, 201), (Cut.AFTER, 200)])
def test_an_activation(relay: tuple[Relay, Deployment], cut: Cut, status: int) -> None:
    _, deployment = relay
    token, installation_id = deployment.token(deployment.licence(seats=1)), str(uuid.uuid4())
    answer = act_again(*relay, cut, lambda: deployment.post_activation(token, installation_id))
    assert answer.status_code == status
    assert deployment.post_activation(token).status_code == 409
