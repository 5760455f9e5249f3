"""gunicorn, run from here rather than from its own command, so that the settings are ours alone.

Its logs hold no client addresses, no queries and no tokens: requests are logged as one JSON line with the
rule of the route in place of the address, and gunicorn's own remarks on bad requests lose their particulars.
"""

import errno
import gc
import json
import os
import socket
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.util import import_app

from licence_server.cli import even_workers, master, processors
from licence_server.config import Config
from licence_server.domain import dates
from licence_server.domain.errors import ConfigError
from licence_server.web import ROUTE

# A worker that has not shown life for so long is replaced; one that is told to stop may finish its requests.
SILENCE_SECONDS = 60
GRACE_SECONDS = 30
HANDOVER_SECONDS = 5

STDOUT = 1
# Python looks for cycles when so many more objects were made than let go of; its own 700 are what seven reports make.
GARBAGE = 10_000
MILLISECOND = timedelta(milliseconds=1)


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The master process of one deployment."""

    def __init__(self, config: Config) -> None:
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self._config.bind,
            "workers": self._config.workers,
            "threads": self._config.threads,
            "worker_class": even_workers.EvenWorker if self._config.threads > 1 else "sync",
            "timeout": SILENCE_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 5,
            "proc_name": "licence-server",
            "logger_class": DiscreetLogger,
            # Our logger writes where it likes; this only says that requests are logged.
            "accesslog": "-",
            # Which proxies to believe is decided by TRUSTED_PROXIES, in the application.
            "secure_scheme_headers": {},
            "forwarder_headers": "",
            "control_socket_disable": True,
            "pre_fork": processors.choose,
            "post_fork": _begin_worker,
            "child_exit": _forget_worker,
            "post_worker_init": lambda _worker: settle(),
        }
        for name, value in settings.items():
            # Releases of gunicorn differ in what can be set.
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def run(self) -> None:
        """Serve until told to stop."""
        # Once, rather than in every worker; not at the top, since PROMETHEUS_MULTIPROC_DIR has to be set before.
        import_module("licence_server.app")
        master.Master(self).run()

    def load(self) -> Any:
        return import_app("licence_server.wsgi:app")


class DiscreetLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's logger without anything that points to a person."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        what = _what(environ.get("REQUEST_METHOD"), environ.get(ROUTE), str(resp.status))
        written = dates.written(datetime.now(UTC), "milliseconds")
        line = f'{{"time": "{written}", {what}, "ms": {round(request_time / MILLISECOND)}}}\n'
        if sys.__stdout__ is None:
            # It was closed before the start, so its descriptor is by now whatever was opened first.
            return
        # One write a line, and so whole. Through logging each thread would wait for the one before it.
        with suppress(OSError):
            os.write(STDOUT, line.encode())

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Invalid request from"):
            msg, args = "A request that is not valid HTTP was refused.", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if str(msg).startswith("Error handling request"):
            msg, args = "A request could not be handled.", ()
        super().exception(msg, *args, **kwargs)


@lru_cache
def _what(method: str | None, route: str | None, status: str) -> str:
    """What a line of the log says of a request and many others. status: with its phrase."""
    return json.dumps({"method": method, "route": route, "status": int(status.split(maxsplit=1)[0])})[1:-1]


def settle() -> None:
    """What a worker has loaded stays for as long as it lives, so it is left out whenever garbage is looked for."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, *gc.get_threshold()[1:])


def require_free(bind: str) -> None:
    """Raise ConfigError where nobody can listen there. A server that is just ending is waited for."""
    host, _, port = bind.rpartition(":")
    deadline = time.monotonic() + HANDOVER_SECONDS
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise ConfigError(f"LICENCE_SERVER_BIND cannot be listened on: {bind}, {error.strerror}.") from None
            time.sleep(0.1)


def _begin_worker(server: Any, worker: Any) -> None:
    master.heed()
    processors.stay(server, worker)


def _forget_worker(_server: Any, worker: Any) -> None:
    # Not before PROMETHEUS_MULTIPROC_DIR is set: the library looks at it when it is imported.
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
    even_workers.forget(worker)
