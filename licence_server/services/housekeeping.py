"""Forget what must not be kept: counters and salts of failed activations, answers to old Idempotency-Keys,
sessions that have run out, jobs on many organisations, and once a day what retention says.

Requests forget along the way, but a quiet server gets none. So every worker of the server also keeps house
in a thread of its own, often enough that a salt never gets an hour old.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from licence_server.domain.errors import LicenceServerError
from licence_server.services import (
    back_off,
    bulk_jobs,
    idempotency,
    person_sessions,
    rate_limits,
    retention,
    submissions,
)
from licence_server.services.runtime import Runtime

INTERVAL = timedelta(minutes=10)

logger = logging.getLogger("licence_server")


def forget_old(runtime: Runtime, *, now: datetime) -> None:
    """Delete what has had its time. Raises Unavailable."""
    with runtime.database.writing() as session:
        rate_limits.forget(session, now)
        idempotency.forget(session, now)
        for house in (back_off, bulk_jobs, person_sessions, submissions):
            house.forget(session, now)


def keep_house(runtime: Runtime, clock: Callable[[], datetime], wait: Callable[[timedelta], bool]) -> None:
    """Forget, wait, and again, until `wait` says that it is over. A database that is away is tried next time."""
    while True:
        try:
            forget_old(runtime, now=clock())
            retention.run_daily(runtime, now=clock(), rest=_rest)
        except (LicenceServerError, SQLAlchemyError) as error:
            logger.warning("housekeeping failed, and is tried again later: %s", type(error).__name__)
        if wait(INTERVAL):
            return


def _rest() -> None:
    # Between two batches, so that whoever waits for SQLite's one writer gets a turn.
    time.sleep(0.05)


def start(runtime: Runtime, clock: Callable[[], datetime]) -> Callable[[], None]:
    """Keep house in a thread that ends with the process. Returns what ends it earlier."""
    over = threading.Event()

    def wait(interval: timedelta) -> bool:
        return over.wait(interval.total_seconds())

    thread = threading.Thread(target=keep_house, args=(runtime, clock, wait), name="housekeeping", daemon=True)
    thread.start()

    def stop() -> None:
        over.set()
        thread.join()

    return stop
