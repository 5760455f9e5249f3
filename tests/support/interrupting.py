"""What a signal does to whoever waits in the main thread."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupted_soon(error: BaseException) -> Iterator[None]:
    """An error is raised in the block after a fifth of a second, wherever it is by then."""

    def interrupt(*_: object) -> None:
        raise error

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, former)
