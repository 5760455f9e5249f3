"""A member of the team."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class Person(Base):
    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column()
    removed_at: Mapped[datetime | None] = mapped_column()
    # argon2id; None until an invitation is taken up.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # Of a one-time password, which must be replaced at the first sign-in; None for one that the person chose.
    password_until: Mapped[datetime | None] = mapped_column()
    invitation_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    invitation_until: Mapped[datetime | None] = mapped_column()
    # Sealed under a key outside the database; in force from the first right code on.
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None] = mapped_column()
    # The time step of the last code taken: no code counts twice (RFC 6238, section 5.2).
    totp_step: Mapped[int | None] = mapped_column()
