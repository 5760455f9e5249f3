"""One browser in which a member of the team has signed in; only the hash of its secret is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class PersonSession(Base):
    __tablename__ = "person_session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # What the browser calls itself, so that its owner knows it in the list.
    browser: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column()
    # Kept to five minutes.
    seen_at: Mapped[datetime] = mapped_column(index=True)
    # When the password was last given, and the second factor; acts that cannot be undone ask again.
    proven_at: Mapped[datetime] = mapped_column()
    second_factor_at: Mapped[datetime | None] = mapped_column()
