"""What a person may want to know of a kit, gathered offline."""

from dataclasses import dataclass
from datetime import UTC, datetime

from client_sdk.context import Context
from client_sdk.lease import Lease
from client_sdk.verdict import Verdict


@dataclass(frozen=True)
class Status:
    """Moments are RFC 3339 in UTC. queued, rejected, refused: reports. damaged: files set aside unread."""

    verdict: Verdict
    server: str
    kit_id: str
    kit_version: str
    installation_id: str | None
    activated: bool
    organisation: str | None
    licence_kind: str | None
    licence_ends_at: str | None
    lease_expires_at: str | None
    grace_until: str | None
    check_in_days: int | None
    last_sync_at: str | None
    usage_reporting: str
    queued: int
    rejected: int
    refused: int
    storage: str
    state_dir: str
    damaged: tuple[str, ...]


def read_status(context: Context) -> Status:
    """The status now."""
    saved = context.store.load()
    verdict = context.standing()
    held = context.held(saved)
    lease = held if isinstance(held, Lease) else None
    aside = [note.get("kind") for note in context.store.aside()]
    return Status(
        verdict=verdict,
        server=context.server,
        kit_id=context.kit_id,
        kit_version=context.kit_version,
        installation_id=saved.installation_id if saved.installation_token is not None else None,
        activated=saved.installation_token is not None,
        organisation=lease.organisation_name if lease else None,
        licence_kind=lease.licence_kind if lease else None,
        licence_ends_at=_written(lease.licence_ends_at if lease else None),
        lease_expires_at=_written(lease.expires_at if lease else None),
        grace_until=_written(lease.grace_until if lease else None),
        check_in_days=lease.check_in_days if lease else None,
        last_sync_at=_written(saved.last_sync_at),
        usage_reporting=saved.usage_reporting or "on",
        queued=context.store.count(),
        rejected=aside.count("rejected"),
        refused=aside.count("refused"),
        storage="memory" if context.store.in_memory else "disk",
        state_dir=str(context.store.directory),
        damaged=tuple(path.name for path in context.store.damaged()),
    )


def _written(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(int(moment), UTC).isoformat().replace("+00:00", "Z")
