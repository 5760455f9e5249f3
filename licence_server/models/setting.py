"""What holds for the whole deployment: the time zone, fixed at `init`, and what the team sets."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class Setting(Base):
    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
