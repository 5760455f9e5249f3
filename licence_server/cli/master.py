"""gunicorn's master, with workers that hear they are to stop from the moment they are forked.

A worker has the master's handlers until it has put its own in their place, and Python forgets in a new process which
signals came before it ran. Told to stop in between, as one is when a server ends just after its start, gunicorn's
worker knows nothing of it, and the server waits out the whole grace it gives to requests. So the kernel holds these
signals back while a worker is forked, and one that came ends the worker as soon as it can hear. It takes a class of
our own, since gunicorn has no hook in the master after a fork.
"""

import signal
from typing import Any

from gunicorn.arbiter import Arbiter

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's master, but for the forking. Its workers call `heed` once they are forked."""

    def spawn_worker(self) -> Any:
        # A worker spends its life in the call below, and lets the signals through by `heed`.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            return super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def heed() -> None:
    """In a worker, at gunicorn's `post_fork`: from now on a signal to stop ends it, one that was held back at once."""
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
