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
    """Database reachable, migrations current, keys present; warns 180 days before the keyset ends, or of a move."""
    try:
        revision = current_revision(runtime.database)
        if revision != newest_revision():
            detail = f"the database is at revision {revision}, not {newest_revision()}: run `licence-server migrate`"
            return Readiness(False, [detail], [])
        listed = keys.list_keys(runtime)
        _ = runtime.secret_keys, runtime.timezone
    except LicenceServerError as error:
        return Readiness(False, [error.detail], [])
    warnings = (listed.warning(now), address_warning(runtime))
    return Readiness(True, [], [warning for warning in warnings if warning is not None])


def address_warning(runtime: Runtime) -> str | None:
    """What to say where PUBLIC_URL is not the address that the keys were published for; None before `init`."""
    try:
        issuer = trust.read(runtime).issuer
    except Unavailable:
        return None
    address = runtime.config.public_url
    if issuer == address:
        return None
    return (
        f"the keys were published for {issuer}, but kits are now told {address}: they will believe no answer. Set "
        f"LICENCE_SERVER_PUBLIC_URL back; or, where no kit was handed out yet, run `licence-server keys rotate`."
    )


def require_sound(runtime: Runtime) -> None:
    """Raise ConfigError where settings and the deployment do not fit; one before its `init` passes."""
    try:
        _ = runtime.timezone, runtime.secret_keys
        runtime.signing_keys.find(trust.read(runtime).signing_kid)
    except Unavailable as error:
        if error.code != NOT_INITIALISED.code:
            raise
