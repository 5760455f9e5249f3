"""The secret an organisation is given to activate installations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class ActivationToken(Base):
    __tablename__ = "activation_token"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    licence_id: Mapped[UUID] = mapped_column(ForeignKey("licence.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # The last group of four, so that people can tell tokens apart; 115 bits stay secret.
    hint: Mapped[str] = mapped_column(String(4))
    uses_limit: Mapped[int | None] = mapped_column()
    uses: Mapped[int] = mapped_column()
    expires_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(index=True)
