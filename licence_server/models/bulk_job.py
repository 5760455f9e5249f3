"""Something to be done to many organisations: previewed, confirmed, done batch by batch, and forgotten."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class BulkJob(Base):
    """work: whom it is about and what is to be done, sealed under a key outside the database."""

    __tablename__ = "bulk_job"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    work: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()
    kept_until: Mapped[datetime] = mapped_column(index=True)


class BulkPart(Base):
    """One batch that is done; its number says which. outcome: what it did, activation tokens included, sealed."""

    __tablename__ = "bulk_part"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_job.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[bytes] = mapped_column(LargeBinary)
