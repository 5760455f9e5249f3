"""Two application servers, a pooler, a primary and its synchronous standby: started together, ended together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from examples.cluster.pooler import Pooler
from examples.cluster.postgresql import Postgresql, new_folder, pair
from examples.local_server import answers

DATABASE = "licences"
COMMAND = str(Path(sys.executable).with_name("licence-server"))


@dataclass
class SetUp:
    """What runs. addresses: of the application servers; a balancer in front sends a request to any."""

    primary: Postgresql
    standby: Postgresql
    pooler: Pooler
    addresses: list[str]
    environ: dict[str, str]


@contextmanager
def running(data_dir: Path, ports: list[int], environ: dict[str, str]) -> Iterator[SetUp]:
    """Everything up; the application servers share secrets and signing keys through one data directory."""
    with ExitStack() as stack:
        primary, standby = pair(new_folder())
        stack.callback(primary.remove)
        stack.callback(standby.stop)
        primary.create(DATABASE)
        pooler = Pooler(primary.folder, primary)
        pooler.start()
        stack.callback(pooler.stop)
        settings = {
            **environ,
            "LICENCE_SERVER_DATABASE_URL": pooler.address(DATABASE),
            "LICENCE_SERVER_DATA_DIR": str(data_dir),
        }
        subprocess.run([COMMAND, "init", "--json"], env=settings, stdout=subprocess.DEVNULL, check=True)
        for port in ports:
            stack.callback(_stop, _serve(data_dir, port, settings))
        yield SetUp(primary, standby, pooler, [f"http://127.0.0.1:{port}" for port in ports], settings)


def fail_over(up: SetUp) -> None:
    """The primary is lost: the standby takes over, and the pooler points to it."""
    up.primary.kill()
    up.standby.promote()
    up.pooler.point_to(up.standby)


def _serve(data_dir: Path, port: int, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    environ = {**settings, "LICENCE_SERVER_BIND": f"127.0.0.1:{port}"}
    with (data_dir / f"server-{port}.log").open("ab") as log:
        process = subprocess.Popen([COMMAND, "serve"], env=environ, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 60
    while not answers(f"127.0.0.1:{port}", "/readyz"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((data_dir / f"server-{port}.log").read_text())
        time.sleep(0.05)
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def public_environ() -> dict[str, str]:
    """This process's environment without settings of its own deployment."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LICENCE_SERVER_")}
