"""A licensed product: films and documents."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from licence_server.models.base import Base


class KitItem(Base):
    """One film or document of a kit."""

    __tablename__ = "kit_item"

    kit_id: Mapped[str] = mapped_column(ForeignKey("kit.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column()


class Kit(Base):
    __tablename__ = "kit"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column()
    version: Mapped[int] = mapped_column()
    items: Mapped[list[KitItem]] = relationship(order_by=KitItem.position, lazy="selectin")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def item_ids(self) -> tuple[str, ...]:
        """In the kit's order."""
        return tuple(item.item_id for item in self.items)
