"""What is noted while reports are judged, until it is written in sets."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from licence_server.domain.tally import Tally
from licence_server.services.known_reports import KnownReports
from licence_server.services.row_sets import Names
from licence_server.services.usage_totals import Owner, Receipt


@dataclass
class Added:
    """What the batches of one transaction add, beside what was known before.

    known: that, and what was accepted since. reports: rows as the database takes them, by the names of their columns:
    of whole batches, until the others join them. accepted: rows of reports judged one by one, by names too, not
    converted yet. rejected: rows by installation and identity. forgotten: rejections that no longer hold.
    """

    known: KnownReports
    tallies: dict[Owner, Tally] = field(default_factory=lambda: defaultdict(Tally))
    receipts: dict[Owner, Receipt] = field(default_factory=dict)
    first_days: dict[Owner, dict[bytes, date]] = field(default_factory=lambda: defaultdict(dict))
    reports: dict[Names, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    accepted: dict[Names, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    rejected: dict[tuple[UUID, bytes], dict[str, Any]] = field(default_factory=dict)
    forgotten: set[tuple[UUID, bytes]] = field(default_factory=set)
