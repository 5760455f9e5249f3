"""What every answer to an installation needs to know around it, in one query rather than four."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from licence_server.models import Installation, Kit, Licence, Organisation


def load(session: Session, installation: Installation) -> tuple[Licence, Kit, Organisation]:
    """Licence, kit with its items, and organisation. While they are held, looking them up costs nothing."""
    query = (
        select(Licence, Kit, Organisation)
        .select_from(Installation)
        .join(Licence, Licence.id == Installation.licence_id)
        .join(Kit, Kit.id == Installation.kit_id)
        .join(Organisation, Organisation.id == Installation.organisation_id)
        .where(Installation.id == installation.id)
        .options(joinedload(Kit.items))
    )
    licence, kit, organisation = session.execute(query).unique().one()
    return licence, kit, organisation
