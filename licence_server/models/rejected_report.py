"""A report that was not counted, kept once per installation and id."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class RejectedReport(Base):
    """identity: see domain.examined_report.identity. report: the JSON text, for `item_unknown` alone.

    carried: whether it came in a message carried by hand, which says when its time is shifted.
    """

    __tablename__ = "rejected_report"

    installation_id: Mapped[UUID] = mapped_column(ForeignKey("installation.id"), primary_key=True)
    identity: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"))
    report_id: Mapped[UUID | None] = mapped_column()
    seq: Mapped[int | None] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(String(20), index=True)
    sent_at: Mapped[datetime] = mapped_column()
    received_at: Mapped[datetime] = mapped_column()
    received_day: Mapped[date] = mapped_column()
    carried: Mapped[bool] = mapped_column(server_default=false())
    report: Mapped[str | None] = mapped_column(Text)
