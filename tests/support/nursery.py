"""Processes of `licence-server`, forked from one that has imported what they need: that alone takes a processor longer
than most of them live. For the rest each is the command: its own session, environment, folder and output. What the
installed command does on its own, tests/functional/cli/test_first_steps.py and test_serving.py see.
"""

import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from multiprocessing.process import BaseProcess
from pathlib import Path

CONTEXT = multiprocessing.get_context("forkserver")
"""For processes that run a function of a test."""

CONTEXT.set_forkserver_preload(["tests.support.nursery", "tests.support.preloaded"])


class Raised:
    """A process, spoken to as a Popen is."""

    def __init__(
        self, arguments: tuple[str, ...], environ: dict[str, str], directory: Path, stdout: Path, stderr: Path
    ) -> None:
        self._process: BaseProcess = CONTEXT.Process(
            target=live, args=(arguments, environ, directory, stdout, stderr), daemon=True
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("licence-server", timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def live(arguments: tuple[str, ...], environ: dict[str, str], directory: Path, stdout: Path, stderr: Path) -> None:
    """Be the command from here on, in a process of one's own."""
    os.setsid()
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environ)
    # Found once for each process, from its environment.
    tempfile.tempdir = None
    sys.argv = ["licence-server", *arguments]
    sys.stdout, sys.stderr = _opened(stdout, 1), _opened(stderr, 2)
    from licence_server.cli import main

    main()


def _opened(path: Path, number: int) -> io.TextIOWrapper:
    """Append to a file what is written to a descriptor."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(opened, number)
    os.close(opened)
    return io.TextIOWrapper(io.FileIO(number, "w", closefd=False), encoding="utf-8", line_buffering=number == 2)
