"""What the team sets for the whole deployment: how long raw reports and installation ids are kept.

Nothing is removed until a period has been set: how long is for the team to say, not for us.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from licence_server.database import insert_into
from licence_server.domain.errors import Invalid
from licence_server.models import Setting
from licence_server.services import audit
from licence_server.services.runtime import Runtime

SHORTEST, LONGEST = 30, 36_500
PROPOSED = 730

_DAYS, _RAN_ON = "retention_days", "retention_ran_on"
_KEEP = "keep"


@dataclass(frozen=True)
class Retention:
    """days: how long raw reports are kept after receipt; None for as long as the server lives.
    last_run_on: the day retention was last carried out to its end."""

    days: int | None
    last_run_on: date | None


def get_retention(runtime: Runtime) -> Retention:
    """The period that holds now."""
    with runtime.database.reading() as session:
        ran_on = session.get(Setting, _RAN_ON)
        return Retention(read_days(session), date.fromisoformat(ran_on.value) if ran_on is not None else None)


def set_retention(
    runtime: Runtime, days: int | None, *, now: datetime, actor: str, reason: str | None = None
) -> Retention:
    """Set the period; None keeps everything from now on. What was removed stays removed. Raises Invalid."""
    if days is not None and not SHORTEST <= days <= LONGEST:
        fault = f"is not between {SHORTEST} and {LONGEST}"
        raise Invalid("retention_invalid", f"The number of days {fault}.", {"days": fault})

    def apply(session: Session) -> None:
        before = read_days(session, lock=True)
        if before == days:
            return
        session.merge(Setting(name=_DAYS, value=str(days) if days is not None else _KEEP))
        session.flush()
        audit.record(
            runtime,
            session,
            now=now,
            actor=actor,
            action="retention_set",
            subject="retention",
            reason=reason,
            before={"days": before},
            after={"days": days},
        )

    runtime.database.write(apply)
    return get_retention(runtime)


def read_days(session: Session, *, lock: bool = False) -> int | None:
    """The period. With `lock` nobody else changes it, nor removes anything by it, until the transaction ends."""
    row = session.get(Setting, _DAYS, with_for_update=lock or None, populate_existing=lock)
    return int(row.value) if row is not None and row.value != _KEEP else None


def note_run(session: Session, today: date) -> None:
    """Retention was carried out to its end."""
    values = {"value": today.isoformat()}
    statement = insert_into(session, Setting).values(name=_RAN_ON, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
