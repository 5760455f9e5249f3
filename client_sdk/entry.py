"""One queued report and its file.

* The file holds the report, its `seq` included, and the clock that timed it; its name sorts by `seq`.
* A file that does not hold that is damaged.
"""

import json
from pathlib import Path
from typing import NamedTuple

from client_sdk import files
from client_sdk.errors import Damaged
from client_sdk.journal import Journal
from client_sdk.report import Report


class Entry(NamedTuple):
    """A queued report.

    clock: None if its times are the server's time; else the offset (seconds) by which the PC's clock had
    been corrected, for want of a better one. live: the journal to discard once the report is safe.
    """

    seq: int
    report: Report
    clock: float | None
    live: Journal | None = None

    @property
    def id(self) -> str:
        return str(self.report["id"])

    @property
    def name(self) -> str:
        return f"{self.seq:010d}-{self.id}.json"


def write(entry: Entry, directory: Path) -> None:
    """Put a report into its file, durably. Raises OSError."""
    document = {"clock": entry.clock, "report": entry.report}
    files.replace_durably(directory / entry.name, json.dumps(document).encode())


def read(path: Path) -> Entry:
    """A queued report from its file. Raises Damaged, OSError."""
    try:
        document = json.loads(path.read_bytes())
        report, clock = document["report"], document["clock"]
        if not isinstance(report["id"], str) or type(report["seq"]) is not int:
            raise Damaged(f"{path.name} is no report")
        return Entry(report["seq"], report, None if clock is None else float(clock))
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged(f"{path.name} is no report") from error
