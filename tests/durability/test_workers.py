"""Workers that die, and a server that is told to stop, both under load."""

import random
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.durability.conftest import Trial
from tests.support.server import Server

Begin = Callable[..., AbstractContextManager[Trial]]


def test_killed_workers_are_replaced_and_nothing_is_lost(server: Server, trial: Begin) -> None:
    dice = random.Random(4)
    with trial(server) as running:
        for _ in range(8):
            dice.choice(server.worker_processes()).kill()
            running.history.await_answers(12)
        assert len(server.worker_processes()) == server.workers


def test_a_server_told_to_stop_finishes_what_it_has_begun(server: Server, trial: Begin) -> None:
    with trial(server) as running:
        for _ in range(3):
            assert server.process is not None
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(40) == 0
            server.process = None
            server.start()
            running.history.await_answers(12)
        log = (server.directory / "server.log").read_text()
        assert "Traceback" not in log
