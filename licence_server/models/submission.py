"""A form of the console that was sent, so that sending it twice does its act once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class Submission(Base):
    """outcome: what the act gave, sealed under a key outside the database; kept for minutes."""

    __tablename__ = "submission"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    outcome: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)
