"""How often somebody failed in a row at a secret; a keyed hash says at which, for known and unknown names alike."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class BackOff(Base):
    __tablename__ = "back_off"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int] = mapped_column()
    failed_at: Mapped[datetime] = mapped_column(index=True)
