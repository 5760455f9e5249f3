"""One check-in of an installation: take its reports, say the verdict, hand out a lease.

Check-ins that wait at the same moment share a transaction (see `rounds`): each is judged by itself, in the order
they came, and what they change is written in sets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.verdict import ACTIVE, Verdict
from licence_server.secret_keys import hash_secret
from licence_server.services import installation_tokens, leases, surroundings, trust, verdicts
from licence_server.services.batches import Batch
from licence_server.services.prepared import together
from licence_server.services.report_judgements import Result
from licence_server.services.rounds import ALONE, Outcome
from licence_server.services.runtime import Runtime
from licence_server.services.surroundings import InstallationRow, Surroundings
from licence_server.services.trust import Trust
from licence_server.services.usage import Intake


@dataclass(frozen=True)
class CheckIn:
    """sent_at: by the PC's clock. usage_reporting: "on", "off" (its user objected) or None (unchanged)."""

    sent_at: datetime
    reports: list[Any]
    usage_reporting: str | None


@dataclass(frozen=True)
class SyncAnswer:
    """lease: there whenever the verdict is valid."""

    verdict: Verdict
    lease: str | None
    trust: Trust
    results: list[Result]


@dataclass(frozen=True)
class _Taken:
    """A check-in that was taken. around: as it is then. licence: see `verdicts.judge`."""

    verdict: Verdict
    around: Surroundings
    licence: leases.ALicence
    trust: Trust
    results: list[Result]


@dataclass(frozen=True)
class _Asked:
    """A check-in, looked at as far as it can be without the database."""

    token_hash: bytes
    batch: Batch
    usage_reporting: str | None
    now: datetime


def sync(runtime: Runtime, token: str, check_in: CheckIn, *, now: datetime) -> SyncAnswer:
    """Take a check-in. Raises Unauthenticated for an unknown token.

    A check-in that changes nothing (no reports, the lease fresh, the hour noted) writes nothing.
    """
    token_hash = hash_secret(token)
    if not check_in.reports:
        found, trusted = runtime.rounds.look(_look_all, token_hash)
        if _changes_nothing(found, check_in.usage_reporting, now):
            answer = _answer_unchanged(runtime, found, trusted, now)
            if answer is not None:
                return answer
    sent_at = dates.to_utc(check_in.sent_at)
    batch = Batch.of(runtime, check_in.reports, sent_at, now)
    taken = runtime.rounds.join(_take_all, _Asked(token_hash, batch, check_in.usage_reporting, now))
    lease = None
    if taken.verdict.valid:
        around = taken.around
        lease = leases.write(runtime, around.installation, taken.licence, around.organisation, around.kit, taken.trust)
    return SyncAnswer(taken.verdict, lease, taken.trust, taken.results)


def _look_all(
    runtime: Runtime, connection: Connection, token_hashes: Sequence[bytes]
) -> list[Outcome[tuple[Surroundings, Trust]]]:
    """What check-ins without reports stand on."""
    return [
        installation_tokens.unknown()
        if around is None
        else (around, trust.of_version(connection, runtime.remembered, around.keyset_version))
        for around in surroundings.find(connection, runtime.remembered, token_hashes)
    ]


def _take_all(runtime: Runtime, session: Session, asked: Sequence[_Asked]) -> list[Outcome[_Taken]]:
    """The check-ins of one round."""
    connection = session.connection()
    found = surroundings.lock(connection, runtime.remembered, {one.token_hash for one in asked})
    taken: dict[Any, tuple[_Asked, Surroundings]] = {}
    for one in asked:
        around = found.get(one.token_hash)
        if around is not None and _fits(around, one, len(asked)):
            taken.setdefault(around.installation.id, (one, around))
    intake = Intake(runtime, session, [(around.installation, one.batch) for one, around in taken.values()])
    outcomes: list[Outcome[_Taken]] = []
    for one in asked:
        around = found.get(one.token_hash)
        if around is None:
            outcomes.append(installation_tokens.unknown())
        elif taken.get(around.installation.id, (None,))[0] is not one:
            outcomes.append(ALONE)
        else:
            trusted = trust.of_version(connection, runtime.remembered, around.keyset_version)
            # A lease is signed after the commit, so whether it can be is asked before.
            runtime.signing_keys.find(trusted.signing_kid)
            outcomes.append(_take(session, intake, one, around, trusted))
    uses = [
        (around.token_id, around.installation.id, one.now)
        for one, around in taken.values()
        if around.token_used_at is None
    ]
    with together(connection, commit=True):
        installation_tokens.note_first_uses(connection, uses)
        intake.store()
        surroundings.save(connection, [around.installation for _, around in taken.values()])
    return outcomes


def _fits(around: Surroundings, asked: _Asked, size: int) -> bool:
    """Whether a check-in can share a round: one whose seat must be counted sees what others of it did not write yet."""
    return size == 1 or not leases.needs_count(around.installation, around.licence, asked.now)


def _take(session: Session, intake: Intake, asked: _Asked, around: Surroundings, trusted: Trust) -> _Taken:
    installation, now = around.installation, asked.now
    results = intake.take(installation, asked.batch, set(around.kit.item_ids))
    installation.last_sync_at = dates.to_hour(now)
    if asked.usage_reporting == "off":
        installation.declined_at = installation.declined_at or now
    elif asked.usage_reporting == "on":
        installation.declined_at = None
    said, licence = verdicts.judge(session, around, trusted, now)
    return _Taken(said, around, licence, trusted, results)


def _changes_nothing(around: Surroundings, usage_reporting: str | None, now: datetime) -> bool:
    installation: InstallationRow = around.installation
    declined = installation.declined_at is not None
    return (
        around.token_used_at is not None
        and installation.last_sync_at == dates.to_hour(now)
        and usage_reporting in (None, "off" if declined else "on")
    )


def _answer_unchanged(runtime: Runtime, around: Surroundings, trusted: Trust, now: datetime) -> SyncAnswer | None:
    """The answer where nothing needs writing, else None."""
    installation, licence, kit = around.installation, around.licence, around.kit
    refusal = verdicts.refusal(installation, licence, now)
    if refusal is not None:
        return SyncAnswer(refusal, None, trusted, [])
    if not leases.is_fresh(installation, licence, kit, trusted, now):
        return None
    lease = leases.write(runtime, installation, licence, around.organisation, kit, trusted)
    return SyncAnswer(ACTIVE, lease, trusted, [])
