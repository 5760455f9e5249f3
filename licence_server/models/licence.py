"""The right of one organisation to one kit, between two dates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.domain.licence import LicenceTerms
from licence_server.models.base import Base


class Licence(Base):
    __tablename__ = "licence"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime] = mapped_column()
    # None: a trial not yet begun (trial_days says how long it will be), or a licence without an end.
    ends_at: Mapped[datetime | None] = mapped_column()
    trial_days: Mapped[int | None] = mapped_column()
    first_activated_at: Mapped[datetime | None] = mapped_column()
    seat_limit: Mapped[int | None] = mapped_column()
    lease_days: Mapped[int] = mapped_column()
    grace_days: Mapped[int] = mapped_column()
    check_in_days: Mapped[int] = mapped_column()
    suspended_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(index=True)
    # Leases signed before this moment may say something else than the licence does now.
    changed_at: Mapped[datetime] = mapped_column()
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def terms(self) -> LicenceTerms:
        return LicenceTerms(self.seat_limit, self.lease_days, self.grace_days, self.check_in_days)
