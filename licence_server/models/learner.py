"""An opaque learner of one kit, by keyed hash, with the first day we know of."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class Learner(Base):
    """organisation_id: whose first day it was, and so whose total counts the learner."""

    __tablename__ = "learner"

    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"), primary_key=True)
    learner_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    first_day: Mapped[date] = mapped_column()
