"""What an installation shows to sync; only its hash is kept. `id` orders the tokens of one installation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class InstallationToken(Base):
    __tablename__ = "installation_token"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    installation_id: Mapped[UUID] = mapped_column(ForeignKey("installation.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
