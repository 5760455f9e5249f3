"""One sitting in which the kit is used.

* Every play is on the disk when `play` returns, so a process killed at any instant has lost none.
* The headcount may be corrected until the end; the last one counts.
* A session that an exception leaves has ended too: people were in the room.
"""

from types import TracebackType
from typing import Protocol, Self

from client_sdk import report
from client_sdk.errors import SessionEnded
from client_sdk.report import Report


class Record(Protocol):
    """Where a session is written down as it happens."""

    def write(self, line: Report) -> None:
        """Write one line, durably if the disk allows; never raises."""

    def finish(self, attendee_count: int, plays: list[Report]) -> None:
        """Turn the session into a queued report; never raises."""


class Session:
    """A live session; made by KitClient.session."""

    def __init__(self, mode: str, attendee_count: int, record: Record) -> None:
        self.mode = mode
        self._attendee_count = attendee_count
        self._record = record
        self._plays: list[Report] = []
        self._ended = False

    @property
    def attendee_count(self) -> int:
        """The headcount, as corrected last. Setting it raises InvalidArgument outside 1 to 5000."""
        return self._attendee_count

    @attendee_count.setter
    def attendee_count(self, count: int) -> None:
        self._require_live()
        self._attendee_count = report.check_attendee_count(count, self.mode)
        self._record.write({"attendee_count": self._attendee_count})

    def play(self, item: str, seconds: float, completed: bool = False) -> None:
        """Record that an item was played. seconds: how long, 0 to 86400. Raises InvalidArgument, SessionEnded."""
        self._require_live()
        played = report.play(item, seconds, completed)
        if len({one["item"] for one in [*self._plays, played]}) > report.MAX_ITEMS:
            raise report.too_many_items()
        self._plays.append(played)
        self._record.write({"play": played})

    def end(self, attendee_count: int | None = None) -> None:
        """End the session, with a corrected headcount if need be; again is no error. Raises InvalidArgument."""
        if self._ended:
            return
        if attendee_count is not None:
            self.attendee_count = attendee_count
        self._ended = True
        self._record.finish(self._attendee_count, self._plays)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def _require_live(self) -> None:
        if self._ended:
            raise SessionEnded("the session has ended")
