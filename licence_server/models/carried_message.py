"""A message that was carried here by hand, and the receipt it got: the same message gets the same again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class CarriedMessage(Base):
    """receipt, lease: compact JWTs, as handed out; no lease where the verdict was not valid."""

    __tablename__ = "carried_message"

    installation_id: Mapped[UUID] = mapped_column(ForeignKey("installation.id"), primary_key=True)
    jti: Mapped[str] = mapped_column(String(255), primary_key=True)
    received_at: Mapped[datetime] = mapped_column()
    receipt: Mapped[str] = mapped_column(Text)
    lease: Mapped[str | None] = mapped_column(Text)
