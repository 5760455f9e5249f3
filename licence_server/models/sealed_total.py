"""What removed reports had added to the totals; written once, with an audit entry that holds its digest."""

from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class SealedTotal(Base):
    """entry_number: of the audit entry that seals it. totals: see domain.sealed_tally."""

    __tablename__ = "sealed_total"

    entry_number: Mapped[int] = mapped_column(ForeignKey("audit_entry.number"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"), primary_key=True)
    totals: Mapped[str] = mapped_column(Text)
