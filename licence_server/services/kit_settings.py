"""What a kit that uses an SDK by itself carries: where its server is, who it is, whom it believes."""

from typing import Any
from uuid import UUID

from licence_server.services import keys, kits, organisations
from licence_server.services.runtime import Runtime


def of(runtime: Runtime, kit_id: str, version: str, organisation_id: UUID | None) -> dict[str, Any]:
    """The content of its `kit.json`; none of it is secret. organisation_id: where it is made for one alone.

    Raises NotFound, Unavailable.
    """
    kit = kits.get(runtime, kit_id)
    settings = {"server": runtime.config.public_url, "kit_id": kit.id, "kit_version": version}
    if organisation_id is not None:
        settings["organisation"] = str(organisations.get(runtime, organisation_id).id)
    return {**settings, "root_key": keys.list_keys(runtime).root}
