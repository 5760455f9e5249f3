"""Sessions of the team: begin, find, list, end."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from licence_server.domain.errors import not_found
from licence_server.domain.roles import Role
from licence_server.models import Person, PersonSession
from licence_server.secret_keys import hash_secret
from licence_server.services import audit
from licence_server.services.runtime import Runtime

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
FRESH = timedelta(minutes=10)
_SEEN_EVERY = timedelta(minutes=5)


class Step(StrEnum):
    """What a session still asks for before it may do anything; none when it is complete."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 (the name of a step)
    ENROL = "enrol"
    NONE = "none"


@dataclass(frozen=True)
class Member:
    """A member of the team in one signed-in session. fresh_until: how long acts need no new proof."""

    id: UUID
    email: str
    role: Role
    session_id: UUID
    step: Step
    fresh_until: datetime
    has_second_factor: bool

    @property
    def actor(self) -> str:
        return f"person:{self.id}"


def begin(session: Session, person: Person, *, now: datetime, browser: str) -> str:
    """A new session, in the caller's transaction; returns its secret."""
    forget(session, now)
    secret = secrets.token_urlsafe(32)
    session.add(
        PersonSession(
            id=uuid4(),
            person_id=person.id,
            token_hash=hash_secret(secret),
            browser=browser[:200],
            created_at=now,
            seen_at=now,
            proven_at=now,
        )
    )
    session.flush()
    return secret


def find(runtime: Runtime, secret: str, *, now: datetime) -> Member | None:
    """Who is signed in with a secret, or None. Found by hash of 256 random bits, so time tells nothing."""
    with runtime.database.reading() as session:
        row = session.execute(
            select(PersonSession, Person)
            .join(Person, Person.id == PersonSession.person_id)
            .where(PersonSession.token_hash == hash_secret(secret), Person.removed_at.is_(None))
        ).one_or_none()
    if row is None or now - row[0].seen_at >= IDLE or now - row[0].created_at >= LONGEST:
        return None
    found, person = row
    if now - found.seen_at >= _SEEN_EVERY:
        with runtime.database.writing() as session:
            session.execute(update(PersonSession).where(PersonSession.id == found.id).values(seen_at=now))
    return Member(
        id=person.id,
        email=person.email,
        role=Role(person.role),
        session_id=found.id,
        step=_step(person, found),
        fresh_until=found.proven_at + FRESH,
        has_second_factor=person.totp_confirmed_at is not None,
    )


def list_of(runtime: Runtime, person_id: UUID, *, now: datetime) -> list[PersonSession]:
    """The sessions of a person that are still good, the newest first."""
    with runtime.database.reading() as session:
        return list(
            session.scalars(
                select(PersonSession)
                .where(
                    PersonSession.person_id == person_id,
                    PersonSession.seen_at > now - IDLE,
                    PersonSession.created_at > now - LONGEST,
                )
                .order_by(PersonSession.created_at.desc(), PersonSession.id)
            )
        )


def end(runtime: Runtime, session_id: UUID, *, person_id: UUID, now: datetime, actor: str) -> None:
    """End one session of a person. Raises NotFound."""
    with runtime.database.writing() as session:
        found = session.get(PersonSession, session_id)
        if found is None or found.person_id != person_id:
            raise not_found("session", session_id)
        session.delete(found)
        session.flush()
        audit.record(runtime, session, now=now, actor=actor, action="session_ended", subject=f"person:{person_id}")


def end_all(session: Session, person_id: UUID) -> None:
    """End all sessions of a person, in the caller's transaction."""
    session.execute(delete(PersonSession).where(PersonSession.person_id == person_id))


def forget(session: Session, now: datetime) -> None:
    """Delete sessions that have run out."""
    session.execute(
        delete(PersonSession).where(or_(PersonSession.seen_at <= now - IDLE, PersonSession.created_at <= now - LONGEST))
    )


def _step(person: Person, session: PersonSession) -> Step:
    if person.totp_confirmed_at is not None and session.second_factor_at is None:
        return Step.CODE
    if person.password_until is not None:
        return Step.PASSWORD
    if person.role == Role.ADMINISTRATOR and person.totp_confirmed_at is None:
        return Step.ENROL
    return Step.NONE
