"""Members of the team: add, invite, reset, change their role, remove, list."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licence_server.domain.errors import Conflict, Invalid, NotFound, not_found
from licence_server.domain.organisation import email_of
from licence_server.domain.roles import Role
from licence_server.models import Person
from licence_server.secret_keys import hash_secret
from licence_server.services import audit, passwords, person_sessions, second_factor
from licence_server.services.runtime import Runtime

ONE_TIME = timedelta(days=7)


@dataclass(frozen=True)
class Admitted:
    """secret: a one-time password or the secret of an invitation, to be shown once."""

    person: Person
    secret: str


def add(runtime: Runtime, email: str, role: Role, *, now: datetime, actor: str) -> Admitted:
    """A new member with a one-time password, good for a week. Raises Invalid, Conflict."""
    secret = passwords.make_one_time()
    password_hash = passwords.hashed(secret)

    def admit(person: Person) -> None:
        person.password_hash, person.password_until = password_hash, now + ONE_TIME

    return Admitted(_add(runtime, email, role, admit, "person_added", now, actor), secret)


def invite(runtime: Runtime, email: str, role: Role, *, now: datetime, actor: str) -> Admitted:
    """A new member, who chooses a password by following an invitation, good for a week. Raises Invalid, Conflict."""
    secret = secrets.token_urlsafe(32)

    def admit(person: Person) -> None:
        person.invitation_hash, person.invitation_until = hash_secret(secret), now + ONE_TIME

    return Admitted(_add(runtime, email, role, admit, "person_invited", now, actor), secret)


def reset(runtime: Runtime, email: str, *, now: datetime, actor: str) -> Admitted:
    """A one-time password for a member who lost theirs, or their second factor. Raises NotFound."""
    secret = passwords.make_one_time()
    password_hash = passwords.hashed(secret)
    with runtime.database.writing() as session:
        person = session.scalar(select(Person).where(Person.email == _name(email)).with_for_update())
        if person is None or person.removed_at is not None:
            raise NotFound("person_unknown", "There is no such member of the team.")
        _forget_credentials(session, person)
        person.password_hash, person.password_until = password_hash, now + ONE_TIME
        _record(runtime, session, person, now, actor, "person_reset")
    return Admitted(person, secret)


def invite_again(runtime: Runtime, person_id: UUID, *, now: datetime, actor: str) -> Admitted:
    """A new invitation for a member who lost password or second factor. Raises NotFound."""
    secret = secrets.token_urlsafe(32)

    def change(session: Session, person: Person) -> None:
        _forget_credentials(session, person)
        person.invitation_hash, person.invitation_until = hash_secret(secret), now + ONE_TIME

    return Admitted(_change(runtime, person_id, change, "person_reset", now, actor), secret)


def change_role(runtime: Runtime, person_id: UUID, role: Role, *, now: datetime, actor: str) -> Person:
    """Another role; it begins at the next sign-in. Raises NotFound, Conflict (the last administrator)."""

    def change(session: Session, person: Person) -> None:
        if role is not Role.ADMINISTRATOR:
            _require_another_administrator(session, person)
        if person.role != role.value:
            # A browser left open must not rise with its owner: its next step would be to enrol a second factor,
            # by whoever is there.
            person_sessions.end_all(session, person.id)
        person.role = role.value

    return _change(runtime, person_id, change, "role_changed", now, actor)


def remove(runtime: Runtime, person_id: UUID, *, now: datetime, actor: str) -> Person:
    """End a member's access. The entry stays, so that the audit log can say who it was. Raises NotFound, Conflict."""

    def change(session: Session, person: Person) -> None:
        _require_another_administrator(session, person)
        _forget_credentials(session, person)
        person.removed_at = now

    return _change(runtime, person_id, change, "person_removed", now, actor)


def get(runtime: Runtime, person_id: UUID) -> Person:
    """Raises NotFound."""
    with runtime.database.reading() as session:
        person = session.get(Person, person_id)
    if person is None:
        raise not_found("person", person_id)
    return person


def list_all(runtime: Runtime) -> list[Person]:
    """Everyone, former members too, by address."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(Person).order_by(Person.email)))


def _add(
    runtime: Runtime, email: str, role: Role, admit: Callable[[Person], None], action: str, now: datetime, actor: str
) -> Person:
    name = _name(email_of(email) or "")
    if not name:
        raise Invalid("email_invalid", "An e-mail address is needed.", {"email": "is missing"})
    with runtime.database.writing() as session:
        person = session.scalar(select(Person).where(Person.email == name).with_for_update())
        if person is None:
            person = Person(id=uuid4(), email=name, role=role.value, created_at=now)
            session.add(person)
        elif person.removed_at is None:
            detail = "There is a member of the team with this address already. If the invitation lapsed, invite again."
            raise Conflict("person_exists", detail)
        person.role, person.removed_at = role.value, None
        admit(person)
        session.flush()
        _record(runtime, session, person, now, actor, action)
    return person


def _change(
    runtime: Runtime,
    person_id: UUID,
    change: Callable[[Session, Person], None],
    action: str,
    now: datetime,
    actor: str,
) -> Person:
    with runtime.database.writing() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None or person.removed_at is not None:
            raise not_found("person", person_id)
        before = {"role": person.role}
        change(session, person)
        session.flush()
        _record(runtime, session, person, now, actor, action, before)
    return person


def _forget_credentials(session: Session, person: Person) -> None:
    person.password_hash = person.password_until = person.invitation_hash = person.invitation_until = None
    second_factor.remove(session, person)
    person_sessions.end_all(session, person.id)


def _require_another_administrator(session: Session, person: Person) -> None:
    """Lock the administrators, so that two cannot remove each other at once. Somebody invited is not one yet."""
    others = session.scalars(
        select(Person.id)
        .where(
            Person.role == Role.ADMINISTRATOR.value,
            Person.removed_at.is_(None),
            Person.password_hash.is_not(None),
            Person.id != person.id,
        )
        .with_for_update()
    ).all()
    if person.role == Role.ADMINISTRATOR.value and not others:
        raise Conflict("last_administrator", "This is the only administrator; make another one first.")


def count(runtime: Runtime) -> int:
    """How many members there are."""
    with runtime.database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(Person).where(Person.removed_at.is_(None))) or 0)


def _name(email: str) -> str:
    return email.strip().casefold()


def _record(
    runtime: Runtime,
    session: Session,
    person: Person,
    now: datetime,
    actor: str,
    action: str,
    before: dict[str, str] | None = None,
) -> None:
    after = {"email": person.email, "role": person.role}
    audit.record(
        runtime, session, now=now, actor=actor, action=action, subject=f"person:{person.id}", before=before, after=after
    )
