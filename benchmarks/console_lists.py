"""How long the server takes for the console's lists, with a city of 16,000 organisations.

Makes up 16,000 organisations with a licence each and 40,000 installations, asks for every list several times over and
prints the medians. The goal is less than 200 ms; a list that misses it makes the exit code 1. Exports are listed too,
without a goal.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from licence_server.domain.roles import Role
from licence_server.models import Installation, Licence, Organisation
from tests.support.databases import SqliteServer, postgresql
from tests.support.deployment import KIT_ID, Deployment
from tests.support.desk import Desk

ORGANISATIONS, INSTALLATIONS = 16_000, 40_000
ROUNDS = 7
GOAL_MS = 200
SECTORS = ("Retail", "Care", "Hospitality", "Construction", "Education", "Transport", None)
WORDS = (
    "Baker",
    "Carpenter",
    "North",
    "River",
    "Golden",
    "Élan",
    "Union",
    "Harbour",
    "Sons",
    "Trading",
    "Clinic",
    "Hotel",
)

PAGES = (
    "/console/organisations",
    "/console/organisations?search=harbour+élan",
    "/console/organisations?search=R-15999",
    "/console/organisations?status=active",
    "/console/organisations?status=suspended&sector=Retail",
    "/console/organisations?status=none",
    "/console/organisations?silence=quiet&days=30",
    "/console/organisations?silence=never_synced",
    "/console/organisations?silence=not_activated",
    "/console/organisations?silence=copied",
    "/console/organisations?sort=-created_at&sector=Care",
    "/console/installations",
    "/console/installations?state=silent",
    "/console/installations?state=copied",
    "/console/installations?state=declined",
    "/console/installations?state=released",
)


def fill(deployment: Deployment) -> uuid.UUID:
    """Make up the city; returns the organisation with the most installations."""
    chance, now = random.Random(7), deployment.clock()
    deployment.kit()
    owners = [uuid.UUID(int=chance.getrandbits(128)) for _ in range(ORGANISATIONS)]
    granted = {owner: uuid.UUID(int=chance.getrandbits(128)) for owner in owners[: ORGANISATIONS - 1000]}
    holders = list(granted)
    with deployment.runtime.database.writing() as session:
        session.execute(
            insert(Organisation),
            [
                {
                    "id": owner,
                    "name": f"{' '.join(chance.sample(WORDS, 3))} {number}",
                    "sector": chance.choice(SECTORS),
                    "reference": f"R-{number}",
                    "contact_email": f"office{number}@example.org",
                    "created_at": now - timedelta(minutes=number),
                    "version": 1,
                }
                for number, owner in enumerate(owners)
            ],
        )
        session.execute(
            insert(Licence),
            [
                {
                    "id": licence,
                    "organisation_id": owner,
                    "kit_id": KIT_ID,
                    "kind": "trial",
                    "starts_at": now - timedelta(days=90),
                    "trial_days": 183,
                    "lease_days": 30,
                    "grace_days": 30,
                    "check_in_days": 30,
                    "suspended_at": now if chance.random() < 0.02 else None,
                    "revoked_at": now if chance.random() < 0.02 else None,
                    "created_at": now,
                    "changed_at": now,
                    "version": 1,
                }
                for owner, licence in granted.items()
            ],
        )
        session.execute(
            insert(Installation),
            [_installation(chance, chance.choice(holders[:12_000]), granted, now) for _ in range(INSTALLATIONS)],
        )
        session.execute(text("ANALYZE"))
    return holders[0]


def _installation(
    chance: random.Random, owner: uuid.UUID, granted: dict[uuid.UUID, uuid.UUID], now: Any
) -> dict[str, Any]:
    def rarely(share: float) -> Any:
        return now - timedelta(days=chance.randrange(80)) if chance.random() < share else None

    return {
        "id": uuid.UUID(int=chance.getrandbits(128)),
        "organisation_id": owner,
        "licence_id": granted[owner],
        "kit_id": KIT_ID,
        "kit_version": "1.0",
        "client_name": "browser",
        "client_version": "1.0.0",
        "activated_at": now - timedelta(days=chance.randrange(80), minutes=chance.randrange(1440)),
        "seat_until": now + timedelta(days=chance.randrange(-10, 50)),
        "last_sync_at": rarely(0.8),
        "released_at": rarely(0.05),
        "revoked_at": rarely(0.01),
        "declined_at": rarely(0.03),
        "copied_at": rarely(0.02),
        "received_numbers": "",
        "missing_reports": chance.randrange(3),
    }


def milliseconds(act: Callable[[], Any]) -> float:
    """The median of several rounds, after one that does not count."""
    taken = []
    for _ in range(ROUNDS + 1):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken[1:])


def measure(name: str, url: str, directory: Path) -> bool:
    """Print the medians; whether all lists met the goal."""
    deployment = Deployment(directory, url)
    owner = fill(deployment)
    officer = Desk(deployment.app, deployment.runtime, deployment.clock, Role.LICENSING_OFFICER)
    print(f"{name}: {ORGANISATIONS:,} organisations, {INSTALLATIONS:,} installations, median of {ROUNDS}")
    good = True

    def page(path: str) -> None:
        answer = officer.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    for path in (*PAGES, f"/console/organisations/{owner}", f"/console/organisations/{owner}/history"):
        taken = milliseconds(lambda path=path: page(path))
        good = good and taken < GOAL_MS
        print(f"{taken:8.0f} ms  {path}{'' if taken < GOAL_MS else '  TOO SLOW'}", flush=True)
    for path in ("/console/organisations", "/console/installations"):
        begun = time.perf_counter()
        answer = officer.submit(path, action=f"{path}/export?sort=name" if "organ" in path else f"{path}/export")
        assert answer.mimetype == "text/csv", answer.status_code
        print(f"{(time.perf_counter() - begun) * 1000:8.0f} ms  export of {path}, once", flush=True)
    deployment.close()
    return good


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console_lists", description=__doc__)
    parser.add_argument("databases", nargs="+", choices=("sqlite", "postgresql"))
    names = parser.parse_args().databases
    with tempfile.TemporaryDirectory() as folder:
        root, good = Path(folder), True
        for name in names:
            directory = root / name
            directory.mkdir()
            if name == "postgresql":
                with postgresql(directory) as server:
                    good = measure(name, server.migrated(), directory) and good
            else:
                good = measure(name, SqliteServer(directory).migrated(), directory) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
