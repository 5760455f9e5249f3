"""gunicorn's master, with workers that hear they are to stop from the moment they are forked.

A worker has the master's handlers until it has put its own in their place, and Python forgets in a new process which
signals came before it ran. Told to stop in between, as one is when a server ends just after its start, gunicorn's
worker knows nothing of it, and the server waits out the whole grace it gives to requests. So these signals are held
back by the kernel while a worker is forked, and end it if one came.
"""

import signal
from typing import Any

from gunicorn.arbiter import Arbiter

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's master, but for the forking. `heed` belongs to it, as a hook."""

    def spawn_worker(self) -> Any:
        # A worker never returns from here; it heeds them itself.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            return super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def heed() -> None:
    """In a worker that was forked: end at a signal to stop, be it one that waits, until it can end in good order."""
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
