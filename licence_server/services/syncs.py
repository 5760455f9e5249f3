"""One check-in of an installation: take its reports, say the verdict, hand out a lease."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from licence_server.domain import dates
from licence_server.domain.counted_time import clock_shift
from licence_server.domain.verdict import ACTIVE, Verdict
from licence_server.models import Installation, InstallationToken
from licence_server.services import installation_tokens, leases, surroundings, trust, usage, verdicts
from licence_server.services.runtime import Runtime
from licence_server.services.trust import Trust
from licence_server.services.usage import Result
from licence_server.services.usage_rows import Batch


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


def sync(runtime: Runtime, token: str, check_in: CheckIn, *, now: datetime) -> SyncAnswer:
    """Take a check-in. Raises Unauthenticated for an unknown token.

    A check-in that changes nothing (no reports, the lease fresh, the hour noted) writes nothing.
    """
    if not check_in.reports:
        with runtime.database.reading() as session:
            installation, row = installation_tokens.authenticate(session, token, now, lock=False)
            if _changes_nothing(installation, row, check_in, now):
                answer = _answer_unchanged(runtime, session, installation, now)
                if answer is not None:
                    return answer
    return runtime.database.write(lambda session: _sync(runtime, session, token, check_in, now))


def _sync(runtime: Runtime, session: Session, token: str, check_in: CheckIn, now: datetime) -> SyncAnswer:
    installation, _ = installation_tokens.authenticate(session, token, now, lock=True)
    trusted = trust.current(session)
    # Held for as long as the session looks things up: it forgets what nobody holds.
    _held = surroundings.load(session, installation)
    sent_at = dates.to_utc(check_in.sent_at)
    batch = Batch(check_in.reports, sent_at, now, clock_shift(sent_at, now))
    results = usage.receive(runtime, session, installation, batch)
    installation.last_sync_at = dates.to_hour(now)
    if check_in.usage_reporting == "off":
        installation.declined_at = installation.declined_at or now
    elif check_in.usage_reporting == "on":
        installation.declined_at = None
    said, lease = verdicts.judge(runtime, session, installation, trusted, now)
    return SyncAnswer(said, lease, trusted, results)


def _changes_nothing(installation: Installation, token: InstallationToken, check_in: CheckIn, now: datetime) -> bool:
    declined = installation.declined_at is not None
    return (
        token.used_at is not None
        and installation.last_sync_at == dates.to_hour(now)
        and check_in.usage_reporting in (None, "off" if declined else "on")
    )


def _answer_unchanged(
    runtime: Runtime, session: Session, installation: Installation, now: datetime
) -> SyncAnswer | None:
    """The answer where nothing needs writing, else None."""
    trusted = trust.current(session)
    licence, kit, organisation = surroundings.load(session, installation)
    refusal = verdicts.refusal(installation, licence, now)
    if refusal is not None:
        return SyncAnswer(refusal, None, trusted, [])
    if not leases.is_fresh(installation, licence, kit, trusted, now):
        return None
    lease = leases.write(runtime, installation, licence, organisation, kit, trusted)
    return SyncAnswer(ACTIVE, lease, trusted, [])
