"""What kits may trust: the public signing keys, the signed keysets, the roots."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from licence_server.models.base import Base


class SigningKey(Base):
    """One signing key's public half (JWK as JSON text). retires_at: when its last lease has run out."""

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    jwk: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column()
    retires_at: Mapped[datetime | None] = mapped_column()


class Keyset(Base):
    """One root-signed keyset; the highest version is in force. roots: JSON array of all changes of root."""

    __tablename__ = "keyset"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    jwt: Mapped[str] = mapped_column(Text)
    roots: Mapped[str] = mapped_column(Text)
    signing_kid: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()


class Root(Base):
    """A root key's public half. jwt: signed by its predecessor; None for the root of the beginning."""

    __tablename__ = "root"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    jwk: Mapped[str] = mapped_column(Text)
    jwt: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column()
