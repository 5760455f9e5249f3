"""A city whose kits have sent so many reports over a trial of six months, written straight into the database.

* Organisations, licences and installations are the same for any number of reports; reports, and so the totals,
  are drawn with the same seed.
* Raw reports are left out: no figure reads them. Totals by day are as `usage_totals` would have kept them.
* A day's use of an organisation is one of a few hundred patterns, so that the database can multiply them out.
"""

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from math import exp
from typing import Any

from sqlalchemy import Connection, text

from licence_server.database import Database
from licence_server.models import Installation, Licence, Organisation
from licence_server.services.row_sets import insert_rows
from tests.support.deployment import KIT_ID

SECTORS = ("Retail", "Hospitality", "Transport", "Health", "Education", "Construction", "Offices", None)
FILMS = {f"film-{number}": f"Film {number}" for number in range(1, 9)}
FIRST, LAST = date(2026, 3, 1), date(2026, 8, 31)
NOW = datetime(2026, 9, 3, 12, tzinfo=UTC)
_BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)
_WORKDAYS = [
    day for day in (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)) if day.weekday() < 5
]
_VARIANTS = 24
_CHUNK = 50_000


def field(database: Database, organisations: int, installations: int) -> list[uuid.UUID]:
    """Organisations with a licence each, nine in ten with installations; returns them all."""
    pick = random.Random(20260302)
    owners = sorted(uuid.UUID(int=pick.getrandbits(128), version=4) for _ in range(organisations))
    licences = {owner: uuid.UUID(int=pick.getrandbits(128), version=4) for owner in owners}
    active = [owner for owner in owners if pick.random() < 0.9]
    used = set(active)
    with database.writing() as session:
        connection = session.connection()
        rows: Iterable[dict[str, Any]] = (_organisation(pick, owner, place) for place, owner in enumerate(owners))
        _insert(connection, Organisation, rows)
        _insert(connection, Licence, (_licence(owner, licences[owner], owner in used) for owner in owners))
        _insert(
            connection, Installation, (_installation(pick, pick.choice(active), licences) for _ in range(installations))
        )
    return owners


def send(database: Database, owners: Sequence[uuid.UUID], reports: int) -> int:
    """Add the totals of about so many reports, every organisation with as much use as any; returns how many."""
    pick = random.Random(f"reports {reports}")
    chances = _chances(reports / len(owners) / len(_WORKDAYS))
    with database.writing() as session:
        connection = session.connection()
        for table in _PATTERNS:
            connection.execute(text(table))
        for size in range(1, len(chances)):
            for variant in range(_VARIANTS):
                _note_pattern(connection, pick, size * _VARIANTS + variant, size)
        count = 0
        for some in _chunks(owners, 2000):
            days = []
            for owner in some:
                for day, size in zip(
                    _WORKDAYS, pick.choices(range(len(chances)), chances, k=len(_WORKDAYS)), strict=True
                ):
                    if size:
                        count += size
                        days.append((owner, day, size * _VARIANTS + pick.randrange(_VARIANTS)))
            _insert_days(connection, days)
        for statement in _TOTALS:
            connection.execute(text(statement), {"kit": KIT_ID})
        for name in ("pattern", "pattern_item", "day_of_use"):
            connection.execute(text(f"DROP TABLE {name}"))
    return count


def tidy(database: Database) -> None:
    """What would have happened over the months: autovacuum, or the log of SQLite taken into its file."""
    statement = "PRAGMA wal_checkpoint(TRUNCATE)" if database.is_sqlite else "VACUUM ANALYZE"
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(statement))


_PATTERNS = (
    "CREATE TEMPORARY TABLE pattern (id INTEGER PRIMARY KEY, workshops BIGINT, individuals BIGINT, attendances BIGINT, "
    "seconds BIGINT, feedback BIGINT, ratings BIGINT, reports BIGINT)",
    "CREATE TEMPORARY TABLE pattern_item (id INTEGER, item_id VARCHAR(64), plays BIGINT, completions BIGINT, "
    "seconds BIGINT, PRIMARY KEY (id, item_id))",
    "CREATE TEMPORARY TABLE day_of_use AS SELECT organisation_id, day, 0 AS pattern FROM usage_total",
)
_TOTALS = (
    "INSERT INTO usage_total (organisation_id, kit_id, day, workshop_sessions, individual_sessions, attendances, "
    "session_seconds, distinct_learners, feedback_count, rating_sum) SELECT organisation_id, :kit, day, workshops, "
    "individuals, attendances, seconds, individuals, feedback, ratings FROM day_of_use JOIN pattern ON id = pattern",
    "INSERT INTO item_total (organisation_id, kit_id, item_id, day, plays, completions, seconds) SELECT "
    "organisation_id, :kit, item_id, day, plays, completions, seconds FROM day_of_use "
    "JOIN pattern_item ON pattern_item.id = pattern",
    "INSERT INTO receipt_total (organisation_id, kit_id, day, accepted, rejected, duplicates, dated_on_receipt, "
    "last_received_at) SELECT organisation_id, :kit, day, reports, 0, 0, 0, '2026-08-31 17:00:00.000000' "
    "FROM day_of_use JOIN pattern ON id = pattern",
)


def _chances(mean: float) -> list[float]:
    """How likely a day has none, one, two … reports, where all come independently."""
    chances = [exp(-mean)]
    while sum(chances) < 1 - 1e-9:
        chances.append(chances[-1] * mean / len(chances))
    return chances


def _note_pattern(connection: Connection, pick: random.Random, pattern: int, size: int) -> None:
    use: Counter[str] = Counter(reports=size)
    items: dict[str, list[int]] = {}
    for _ in range(size):
        if pick.random() < 0.1:
            use.update(feedback=1, ratings=pick.randint(1, 5))
            continue
        workshop = pick.random() < 0.6
        use.update(workshops=workshop, individuals=not workshop, seconds=pick.randrange(600, 5400))
        use.update(attendances=pick.randrange(2, 30) if workshop else 1)
        for film in pick.sample(sorted(FILMS), 2):
            sums = items.setdefault(film, [0, 0, 0])
            for place, amount in enumerate((1, pick.random() < 0.7, pick.randrange(60, 600))):
                sums[place] += amount
    names = ("workshops", "individuals", "attendances", "seconds", "feedback", "ratings", "reports")
    values = ", ".join(str(int(use[name])) for name in names)
    connection.execute(text(f"INSERT INTO pattern VALUES ({pattern}, {values})"))
    for film, sums in items.items():
        written = ", ".join(str(int(amount)) for amount in sums)
        connection.execute(text(f"INSERT INTO pattern_item VALUES ({pattern}, '{film}', {written})"))


def _insert_days(connection: Connection, days: list[tuple[uuid.UUID, date, int]]) -> None:
    if connection.dialect.name == "sqlite":
        rows = [(owner.hex, day.isoformat(), pattern) for owner, day, pattern in days]
        if rows:
            connection.exec_driver_sql("INSERT INTO day_of_use VALUES (?, ?, ?)", rows)
        return
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy("COPY day_of_use FROM STDIN") as copy:
        for row in days:
            copy.write_row(row)


def _organisation(pick: random.Random, owner: uuid.UUID, place: int) -> dict[str, Any]:
    return {
        "id": owner,
        "name": f"Business {place:05} & Sons",
        "sector": pick.choice(SECTORS),
        "reference": f"B{place:05}",
        "created_at": _BEGAN,
        "version": 1,
    }


def _licence(owner: uuid.UUID, licence: uuid.UUID, active: bool) -> dict[str, Any]:
    return {
        "id": licence,
        "organisation_id": owner,
        "kit_id": KIT_ID,
        "kind": "trial",
        "starts_at": _BEGAN,
        "ends_at": NOW + timedelta(days=30) if active else None,
        "trial_days": 183,
        "first_activated_at": _BEGAN if active else None,
        "lease_days": 30,
        "grace_days": 30,
        "check_in_days": 30,
        "created_at": _BEGAN,
        "changed_at": _BEGAN,
        "version": 1,
    }


def _installation(pick: random.Random, owner: uuid.UUID, licences: dict[uuid.UUID, uuid.UUID]) -> dict[str, Any]:
    activated = _BEGAN + timedelta(minutes=pick.randrange(60 * 24 * 150))
    synced = activated + (NOW - activated) * pick.random() ** 0.3 if pick.random() < 0.9 else None
    return {
        "id": uuid.UUID(int=pick.getrandbits(128), version=4),
        "organisation_id": owner,
        "licence_id": licences[owner],
        "kit_id": KIT_ID,
        "kit_version": "1.0",
        "client_name": "browser",
        "client_version": "1.0.0",
        "activated_at": activated,
        "seat_until": (synced or activated) + timedelta(days=60),
        "last_sync_at": synced.replace(minute=0, second=0, microsecond=0) if synced else None,
        "released_at": synced if synced and pick.random() < 0.05 else None,
        "declined_at": synced if synced and pick.random() < 0.03 else None,
        "copied_at": synced if synced and pick.random() < 0.01 else None,
        "received_numbers": "1-7,9",
        "missing_reports": pick.randrange(2),
    }


def _insert(connection: Connection, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    for some in _chunks(rows, _CHUNK):
        insert_rows(connection, model.__table__, some)


def _chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
