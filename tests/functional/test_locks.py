"""Acts that lock the same rows take them in one order, or in ways that do not meet: none ends as a deadlock."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, select, text

from licence_server.models import Installation, RejectedReport
from licence_server.services import audit, bulk_batches, kits, licence_endings, organisations, usage_checks
from licence_server.services.bulk_work import Done, Grant, Target, Work
from tests.support.deployment import ACTOR, KIT_ID, Deployment, workshop

# SQLite has one writer at a time.
pytestmark = [
    pytest.mark.traced_on_postgresql,
    pytest.mark.parametrize("database_server", ["postgresql"], indirect=True),
]


def await_one_that_waits(deployment: Deployment) -> None:
    """Until a connection to PostgreSQL waits for another's lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    deadline = time.monotonic() + 30
    # Who waits is looked up once in a transaction.
    with psycopg.connect(deployment.database_url, autocommit=True) as connection:
        while connection.execute(waiting).fetchone() == (0,):
            assert time.monotonic() < deadline


def rename_organisation(deployment: Deployment, organisation_id: Any) -> object:
    changes = {"name": "Baker & Daughters"}
    return organisations.update(deployment.runtime, organisation_id, changes, now=deployment.clock(), actor=ACTOR)


def rename_kit(deployment: Deployment, _organisation_id: Any) -> object:
    return kits.update(deployment.runtime, KIT_ID, name="The kit", now=deployment.clock(), actor=ACTOR)


def extend_kit(deployment: Deployment, _organisation_id: Any) -> object:
    more = {"film-3": "The third film"}
    return kits.add_or_extend(deployment.runtime, KIT_ID, name="Kit", items=more, now=deployment.clock(), actor=ACTOR)


@pytest.mark.parametrize("change", [rename_organisation, rename_kit, extend_kit])
def test_what_names_an_organisation_and_a_kit_does_not_wait_for_who_changes_them(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, change: Callable[[Deployment, Any], object]
) -> None:
    organisation = deployment.organisation()
    secret = deployment.token(deployment.licence(organisation, deployment.kit()))
    record_all, locked, over = audit.record_all, threading.Event(), threading.Event()

    def recorded(runtime: Any, session: Any, notes: Any) -> Any:
        if notes[0].action.endswith("_changed"):
            locked.set()
            assert over.wait(30)
        return record_all(runtime, session, notes)

    monkeypatch.setattr(audit, "record_all", recorded)
    with ThreadPoolExecutor(2) as pool:
        changed = pool.submit(change, deployment, organisation.id)
        assert locked.wait(30)
        activated = pool.submit(deployment.post_activation, secret)
        try:
            assert activated.result(10).status_code == 201
        finally:
            over.set()
        changed.result(30)


def test_a_job_that_adds_organisations_locks_its_kit_before_the_log_as_who_changes_the_kit_does(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    details = {"name": "Baker & Sons", "contact_email": None, "sector": None, "reference": "R-1"}
    work = Work("list.csv", [Target(details=details)], Grant(deployment.kit()))
    record_all, begun = audit.record_all, threading.Event()

    def recorded(runtime: Any, session: Any, notes: Any) -> Any:
        head = record_all(runtime, session, notes)
        if notes[0].action == "organisation_added":
            begun.set()
            await_one_that_waits(deployment)
        return head

    def do(session: Any) -> list[Done]:
        return bulk_batches.do(deployment.runtime, session, work, work.targets, 0, now=deployment.clock(), actor=ACTOR)

    monkeypatch.setattr(audit, "record_all", recorded)
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(deployment.runtime.database.write, do)
        assert begun.wait(30)
        rename_kit(deployment, None)
        assert [one.added for one in done.result(30)] == [True]


def test_readmission_takes_installations_before_their_reports_as_syncs_and_retention_do(
    deployment: Deployment,
) -> None:
    kit = deployment.installation(deployment.token(deployment.licence(kit_id=deployment.kit())))
    kit.sync(workshop(deployment.clock(), items=[{"item": "film-3", "seconds": 412, "completed": True}]))

    with ThreadPoolExecutor(1) as pool:
        with deployment.runtime.database.writing() as session:
            session.execute(text("SET LOCAL lock_timeout = 500"))
            session.execute(select(Installation.id).with_for_update())
            readmitted = pool.submit(usage_checks.readmit, deployment.runtime, now=deployment.clock(), actor=ACTOR)
            await_one_that_waits(deployment)
            session.execute(delete(RejectedReport))
        assert readmitted.result(30) == 0


def test_whoever_revokes_all_licences_and_whoever_activates_do_not_wait_for_each_other(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, kit = deployment.organisation(), deployment.kit()
    last = sorted((deployment.licence(organisation, kit) for _ in range(2)), key=lambda view: view.licence.id)[-1]
    secret = deployment.token(last)
    # The first activation changes the licence.
    deployment.installation(secret)
    seen = licence_endings.open_licences(deployment.runtime, organisation.id)
    record_all, locked = audit.record_all, threading.Event()

    def recorded(runtime: Any, session: Any, notes: Any) -> Any:
        if notes[0].action == "installation_activated":
            locked.set()
            await_one_that_waits(deployment)
        return record_all(runtime, session, notes)

    monkeypatch.setattr(audit, "record_all", recorded)
    with ThreadPoolExecutor(1) as pool:
        activated = pool.submit(deployment.post_activation, secret)
        assert locked.wait(30)
        revoked = licence_endings.revoke_all(
            deployment.runtime, organisation.id, seen, now=deployment.clock(), actor="test", reason="over"
        )
        assert activated.result().status_code == 201
    assert len(revoked) == 2
