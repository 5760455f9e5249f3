"""What installations add up to, licence by licence.

All of them are read, whatever the kit, in the order of an index that holds all that is asked of them: SQLite would
fetch the rows of their table one by one, in another order than they lie in, and that took ten times as long. An
installation has the organisation and the kit of its licence.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, select
from sqlalchemy.orm import Session

from licence_server.models import Installation, Licence
from licence_server.services import period_rows


def by_licence(*conditions: ColumnElement[bool], **sums: ColumnElement[Any]) -> Subquery:
    """Columns: licence_id, and the sums by their names. Licences without an installation are not in it."""
    columns = (added.label(name) for name, added in sums.items())
    return select(Installation.licence_id, *columns).where(*conditions).group_by(Installation.licence_id).subquery()


def within_kit(session: Session, kit_id: str | None) -> list[ColumnElement[bool]]:
    """Conditions that hold installations to those of a kit, where they are not added up by licence."""
    if kit_id is None or session.get_bind().dialect.name != "sqlite":
        return period_rows.of_kit(Installation, kit_id)
    return [Installation.licence_id.in_(select(Licence.id).where(Licence.kit_id == kit_id))]


def of_kit(query: Select[Any], added: Subquery, kit_id: str | None) -> Select[Any]:
    """A query on such sums, of the licences of a kit; of all where it is None. It knows those licences, too."""
    return query.join(Licence, Licence.id == added.c.licence_id).where(*period_rows.of_kit(Licence, kit_id))
