"""The answer given to a POST with an Idempotency-Key, kept for a day, without its secrets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class IdempotencyRecord(Base):
    __tablename__ = "idempotency_record"

    api_key_id: Mapped[UUID] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int] = mapped_column()
    body: Mapped[str] = mapped_column(Text)
    etag: Mapped[str | None] = mapped_column(String(50))
    created_at: Mapped[datetime] = mapped_column(index=True)
