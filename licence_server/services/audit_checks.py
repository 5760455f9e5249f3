"""Checks of the audit log's chain, and what came of the last one."""

from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from licence_server.domain.audit_chain import Head
from licence_server.models import Setting
from licence_server.services import audit
from licence_server.services.audit import ChainCheck
from licence_server.services.runtime import Runtime

_SETTING = "audit_checked"
# A chain that is broken early is broken everywhere after: the first faults say where.
_MOST_FAULTS = 20


class LastCheck(msgspec.Struct, frozen=True):
    """head: where the chain ended then, `N:HASH`. faults: the first ones. actor: who had it checked."""

    at: datetime
    actor: str
    entries: int
    head: str
    faults: list[str]

    @property
    def holds(self) -> bool:
        return not self.faults


def check(runtime: Runtime, *, now: datetime, actor: str, noted: Head | None = None) -> ChainCheck:
    """Walk the whole chain, and note what came of it. Not an entry of the log, which a check leaves as it is.

    A noted head that the chain does not hold is for whoever noted it to judge: it may be mistyped.
    """
    found = audit.verify(runtime, noted)
    last = LastCheck(now, actor, found.entries, str(found.head), found.chain_faults[:_MOST_FAULTS])
    value = msgspec.json.encode(last).decode()

    def note(session: Session) -> None:
        session.merge(Setting(name=_SETTING, value=value))

    runtime.database.write(note)
    return found


def read_last(runtime: Runtime) -> LastCheck | None:
    """What came of the last check; None where there was none."""
    with runtime.database.reading() as session:
        row = session.get(Setting, _SETTING)
    return msgspec.json.decode(row.value, type=LastCheck) if row is not None else None
