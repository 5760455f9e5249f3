"""What stays of the id of a report that retention removed, so that a late repeat is not counted again."""

from datetime import date

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class RemovedReport(Base):
    """Keyed hashes; without the deployment's secret nothing can be told from them.

    id_hash: of an accepted report's id, or of a rejected one's identity and installation. content_hash: of id
    and content; None for a rejected one. entry_number: of the audit entry whose seal holds a digest of the hashes;
    None from before seals did.
    """

    __tablename__ = "removed_report"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    removed_on: Mapped[date] = mapped_column()
    entry_number: Mapped[int | None] = mapped_column()
