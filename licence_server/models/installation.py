"""One place where a kit runs; its id is made by the client.

After retention the row stays for the figures, under a random id and without what the client said of itself.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class Installation(Base):
    __tablename__ = "installation"
    __table_args__ = (
        Index(None, "licence_id", "seat_until"),
        # All that figures ask of every installation, by licence. PostgreSQL adds up in memory and needs none, and with
        # the last sync in an index it could no longer write a check-in beside the row it changes.
        Index(
            "ix_installation_figures",
            "licence_id",
            "activated_at",
            "last_sync_at",
            "seat_until",
            "released_at",
            "revoked_at",
            "declined_at",
            "copied_at",
            "missing_reports",
        ).ddl_if(dialect="sqlite"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    licence_id: Mapped[UUID] = mapped_column(ForeignKey("licence.id"))
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"), index=True)
    kit_version: Mapped[str] = mapped_column(String(50))
    client_name: Mapped[str] = mapped_column(String(50))
    client_version: Mapped[str] = mapped_column(String(50))
    label: Mapped[str | None] = mapped_column(String(100))
    activated_at: Mapped[datetime] = mapped_column(index=True)
    # The end of lease and grace of the newest lease; None without a seat.
    seat_until: Mapped[datetime | None] = mapped_column()
    lease_issued_at: Mapped[datetime | None] = mapped_column()
    released_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    declined_at: Mapped[datetime | None] = mapped_column()
    copied_at: Mapped[datetime | None] = mapped_column()
    # Kept to the hour.
    last_sync_at: Mapped[datetime | None] = mapped_column()
    received_numbers: Mapped[str] = mapped_column(Text)
    missing_reports: Mapped[int] = mapped_column()
    removed_on: Mapped[date | None] = mapped_column()
    # A keyed hash of the id it had: the same id, activated again, is this installation.
    id_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True, index=True)
