"""The items of kits, remembered by the process: they change seldom, and every answer to a kit names them.

Whatever changes an item makes a new version of its kit, so what is remembered of a version stays true.
"""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from licence_server.models import KitItem

_READ = select(KitItem.item_id).where(KitItem.kit_id == bindparam("kit_id")).order_by(KitItem.position)

Version = tuple[int, datetime]


class KitItems:
    """Of each kit the newest version that was asked for."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Version, tuple[str, ...]]] = {}

    def of(self, session: Session, kit_id: str, version: int, updated_at: datetime) -> tuple[str, ...]:
        """The item ids of a version, in the kit's order."""
        known = self._known.get(kit_id)
        if known is None or known[0] != (version, updated_at):
            known = (version, updated_at), tuple(session.connection().scalars(_READ, {"kit_id": kit_id}))
            self._known[kit_id] = known
        return known[1]
