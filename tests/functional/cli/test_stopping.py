"""A server is told to stop while a worker is only being forked, as happens just after its start or a worker's crash."""

import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from tests.support.nursery import CONTEXT, live
from tests.support.server import Server, free_port


@pytest.mark.parametrize(
    ("number", "passed_on"), [(signal.SIGTERM, "SIGTERM"), (signal.SIGINT, "SIGQUIT"), (signal.SIGQUIT, "SIGQUIT")]
)
def test_a_worker_hears_that_it_is_to_stop_before_it_has_begun(
    tmp_path: Path, number: signal.Signals, passed_on: str
) -> None:
    server = Server(tmp_path, f"sqlite:///{tmp_path / 'trial.db'}", free_port(), workers=1)
    log = tmp_path / "server.log"
    forked = CONTEXT.Event()
    process = CONTEXT.Process(target=_serve, args=(server.environ, tmp_path, log, forked), daemon=True)
    process.start()
    assert forked.wait(30), log.read_text()
    assert process.pid is not None

    os.kill(process.pid, number)
    process.join(60)

    assert process.exitcode == 0
    assert f"was sent {passed_on}!" in log.read_text(), "it was not told, but killed in the end"


def _serve(environ: dict[str, str], directory: Path, log: Path, forked: Event) -> None:
    """The command, with workers that get no further than their fork until they are told to stop."""

    def wait() -> None:
        forked.set()
        while not signal.sigpending():
            time.sleep(0.01)

    os.register_at_fork(after_in_child=wait)
    live(("serve",), environ, directory, log, log)
