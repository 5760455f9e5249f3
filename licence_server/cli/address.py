"""What commands that write for kits say of the address that these are told."""

from licence_server.cli.output import note
from licence_server.services import readiness
from licence_server.services.runtime import Runtime


def warn_of_address(runtime: Runtime) -> None:
    """Say, beside the result, where PUBLIC_URL is not what the keys were published for: kits will not believe it."""
    warning = readiness.address_warning(runtime)
    if warning is not None:
        note(f"Warning: {warning}")
