"""A city's worth of data: organisations, licences, installations, days with use."""

import random
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from licence_server.config import load
from licence_server.migrate import migrate
from licence_server.models import Installation, Licence, Organisation, UsageTotal
from licence_server.services import initialisation, kits
from licence_server.services.runtime import Runtime, open_runtime

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KIT = "prevent-for-business"
SECTORS = ("Retail", "Hospitality", "Transport", "Health", "Education")


@contextmanager
def deployment(url: str | None = None) -> Iterator[Runtime]:
    """An empty deployment with one kit, on SQLite or at a given address."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"LICENCE_SERVER_DATA_DIR": folder, "LICENCE_SERVER_PUBLIC_URL": "https://licences.example"}
        runtime = open_runtime(load({**environ, **({"LICENCE_SERVER_DATABASE_URL": url} if url else {})}, Path(folder)))
        migrate(runtime.database)
        initialisation.initialise(runtime, now=NOW, actor="benchmark", admin_email=None, passphrase="p" * 20)
        kits.add(runtime, now=NOW, actor="benchmark", kit_id=KIT, name="Prevent", items={"film-1": "One"})
        yield runtime
        runtime.database.close()


def csv_of(organisations: int) -> bytes:
    """A file as the team's spreadsheet would write it."""
    lines = [
        f"The long name of business number {n:05},owner{n:05}@business-{n:05}.example,{SECTORS[n % 5]},B{n:05}"
        for n in range(organisations)
    ]
    return "\r\n".join(["name,contact_email,sector,reference", *lines]).encode()


def fill(runtime: Runtime, organisations: int = 16_000, installations: int = 40_000) -> None:
    """Nine in ten organisations with a licence activated; use on about four in five of them."""
    pick = random.Random(20260302)
    owners = [uuid.UUID(int=pick.getrandbits(128), version=4) for _ in range(organisations)]
    licences = {owner: uuid.UUID(int=pick.getrandbits(128), version=4) for owner in owners}
    began = NOW - timedelta(days=120)
    active = owners[: organisations * 9 // 10]
    with runtime.database.writing() as session:
        session.execute(
            insert(Organisation),
            [
                {
                    "id": owner,
                    "name": f"Business {pick.randrange(10**6):06} & Sons",
                    "contact_email": f"owner{place}@example.org",
                    "sector": pick.choice(SECTORS),
                    "reference": f"B{place:05}",
                    "created_at": began,
                    "version": 1,
                }
                for place, owner in enumerate(owners)
            ],
        )
        session.execute(
            insert(Licence),
            [
                {
                    "id": licences[owner],
                    "organisation_id": owner,
                    "kit_id": KIT,
                    "kind": "trial",
                    "starts_at": began,
                    "ends_at": NOW + timedelta(days=60) if place < len(active) else None,
                    "trial_days": 183,
                    "first_activated_at": began if place < len(active) else None,
                    "lease_days": 30,
                    "grace_days": 30,
                    "check_in_days": 30,
                    "created_at": began,
                    "changed_at": began,
                    "version": 1,
                }
                for place, owner in enumerate(owners)
            ],
        )
        session.execute(
            insert(Installation), [_installation(pick, licences, active, began) for _ in range(installations)]
        )
        session.execute(
            insert(UsageTotal),
            [_day_of_use(owner, day) for owner in active[: organisations * 7 // 10] for day in range(0, 60, 6)],
        )


def _installation(
    pick: random.Random, licences: dict[uuid.UUID, uuid.UUID], active: list[uuid.UUID], began: datetime
) -> dict[str, object]:
    owner = pick.choice(active)
    synced = began + timedelta(hours=pick.randrange(24 * 120)) if pick.random() < 0.9 else None
    return {
        "id": uuid.UUID(int=pick.getrandbits(128), version=4),
        "organisation_id": owner,
        "licence_id": licences[owner],
        "kit_id": KIT,
        "kit_version": pick.choice(("1.0", "1.1", "2.0")),
        "client_name": "browser",
        "client_version": "1.0.0",
        "activated_at": began,
        "seat_until": (synced or began) + timedelta(days=60),
        "released_at": began if pick.random() < 0.05 else None,
        "last_sync_at": synced,
        "received_numbers": "",
        "missing_reports": 0,
    }


def _day_of_use(owner: uuid.UUID, day: int) -> dict[str, object]:
    measures = ("workshop_sessions", "individual_sessions", "attendances", "session_seconds", "distinct_learners")
    return {
        "organisation_id": owner,
        "kit_id": KIT,
        "day": (NOW - timedelta(days=day)).date(),
        **dict.fromkeys((*measures, "feedback_count", "rating_sum"), 1),
    }
