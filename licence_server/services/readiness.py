"""Whether this server can do its work now."""

from dataclasses import dataclass
from datetime import datetime

from licence_server.domain.errors import LicenceServerError, Unavailable
from licence_server.migrate import current_revision, newest_revision
from licence_server.services import keys, trust
from licence_server.services.runtime import NOT_INITIALISED, Runtime


@dataclass(frozen=True)
class Readiness:
    """ready: whether requests can be answered. problems: what stands in the way. warnings: what soon will."""

    ready: bool
    problems: list[str]
    warnings: list[str]


def check(runtime: Runtime, *, now: datetime) -> Readiness:
    """Database reachable, migrations current, keys present; warns 180 days before the keyset ends."""
    try:
        revision = current_revision(runtime.database)
        if revision != newest_revision():
            detail = f"the database is at revision {revision}, not {newest_revision()}: run `licence-server migrate`"
            return Readiness(False, [detail], [])
        listed = keys.list_keys(runtime)
        _ = runtime.secret_keys, runtime.timezone
    except LicenceServerError as error:
        return Readiness(False, [error.detail], [])
    warning = listed.warning(now)
    return Readiness(True, [], [warning] if warning is not None else [])


def require_sound(runtime: Runtime) -> None:
    """Raise ConfigError where settings and the deployment do not fit; one before its `init` passes."""
    try:
        _ = runtime.timezone, runtime.secret_keys
        runtime.signing_keys.find(trust.read(runtime).signing_kid)
    except Unavailable as error:
        if error.code != NOT_INITIALISED.code:
            raise
