"""Counters of failed activations; a row knows no address, only a hash whose salt is soon deleted."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class RateLimit(Base):
    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RateSalt(Base):
    """The salt of one half hour; without it the hashes of that half hour mean nothing."""

    __tablename__ = "rate_salt"

    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
