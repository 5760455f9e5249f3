"""Sign-in: password, then what the session still asks for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licence_server.domain import password as rules
from licence_server.domain.errors import Invalid, Refused, TooManyRequests
from licence_server.domain.network import network_of
from licence_server.models import Person, PersonSession
from licence_server.secret_keys import hash_secret
from licence_server.services import audit, back_off, passwords, person_sessions, rate_limits
from licence_server.services.person_sessions import Member
from licence_server.services.runtime import Runtime


@dataclass(frozen=True)
class Visitor:
    """Who tries, seen from outside. address: counted by, as a keyed hash; never kept in clear."""

    address: str | None
    browser: str


def sign_in(runtime: Runtime, email: str, password: str, visitor: Visitor, *, now: datetime) -> str:
    """Begin a session; returns its secret.

    Raises Refused (credentials_unknown, password_expired), TooManyRequests.
    """
    name, place = email.strip().casefold(), network_of(visitor.address)
    _reserve(runtime, name, place, now)
    with runtime.database.reading() as session:
        person = session.scalar(select(Person).where(Person.email == name, Person.removed_at.is_(None)))
    if not passwords.is_right(person.password_hash if person is not None else None, password) or person is None:
        _count(runtime, place, now)
        raise _unknown()
    if person.password_until is not None and now >= person.password_until:
        raise Refused("password_expired", "This one-time password has expired. Ask an administrator for another.")
    back_off.clear(runtime, f"sign-in {name}", place=place)
    return _begin(runtime, person, password, visitor, now)


def _reserve(runtime: Runtime, name: str, place: str | None, now: datetime) -> None:
    """Count an attempt before the password is looked at; one that is refused counts against its place."""
    if place is not None:
        rate_limits.require_room_to_sign_in(runtime, place, now=now)
    try:
        back_off.reserve(runtime, f"sign-in {name}", now=now, place=place)
    except TooManyRequests:
        _count(runtime, place, now)
        raise


def _count(runtime: Runtime, place: str | None, now: datetime) -> None:
    # Without a place all strangers would be one, and the first of them could keep all others out.
    if place is not None:
        rate_limits.count_failed_sign_in(runtime, place, now=now)


def _begin(runtime: Runtime, checked: Person, password: str, visitor: Visitor, now: datetime) -> str:
    with runtime.database.writing() as session:
        person = session.get_one(Person, checked.id, with_for_update=True)
        # Checking takes a while: a reset or a removal meanwhile has ended every session, and this one with them.
        if person.password_hash != checked.password_hash or person.removed_at is not None:
            raise _unknown()
        if passwords.is_outdated(person.password_hash or ""):
            person.password_hash = passwords.hashed(password)
        secret = person_sessions.begin(session, person, now=now, browser=visitor.browser)
        _record(runtime, session, person.id, now, "signed_in")
    return secret


def _unknown() -> Refused:
    return Refused("credentials_unknown", "The e-mail address or the password is not right.")


def prove_again(runtime: Runtime, member: Member, password: str, *, now: datetime) -> None:
    """Give the password again before an act that cannot be undone. Raises Refused, TooManyRequests."""
    # Counted apart from sign-in: guesses from outside must not keep those waiting who are inside.
    back_off.reserve(runtime, f"again {member.id}", now=now)
    with runtime.database.reading() as session:
        person = session.get_one(Person, member.id)
    if not passwords.is_right(person.password_hash, password):
        raise Refused("password_wrong", "The password is not right.")
    back_off.clear(runtime, f"again {member.id}")
    with runtime.database.writing() as session:
        session.execute(update(PersonSession).where(PersonSession.id == member.session_id).values(proven_at=now))


def choose_password(runtime: Runtime, member: Member, password: str, *, now: datetime) -> None:
    """Set one's own password; ends the person's other sessions. Raises Invalid."""
    rules.require_strong(password, member.email)
    new_hash = passwords.hashed(password)
    with runtime.database.writing() as session:
        person = session.get_one(Person, member.id, with_for_update=True)
        if person.password_until is not None and passwords.is_right(person.password_hash, password):
            detail = "That is the one-time password, which somebody else has seen. Choose another."
            raise Invalid("password_known", detail, {"password": detail})
        person.password_hash = new_hash
        person.password_until = None
        for other in session.scalars(select(PersonSession).where(PersonSession.person_id == member.id)):
            if other.id != member.session_id:
                session.delete(other)
        session.flush()
        _record(runtime, session, member.id, now, "password_chosen")


def find_invited(runtime: Runtime, invitation: str, *, now: datetime) -> Person:
    """Whom an invitation invites. Raises Refused."""
    with runtime.database.reading() as session:
        return _invited(session, invitation, now)


def accept_invitation(runtime: Runtime, invitation: str, password: str, visitor: Visitor, *, now: datetime) -> str:
    """Choose a first password, and begin a session; returns its secret. Raises Refused, Invalid."""
    rules.require_strong(password, find_invited(runtime, invitation, now=now).email)
    new_hash = passwords.hashed(password)
    with runtime.database.writing() as session:
        person = _invited(session, invitation, now)
        person.password_hash, person.password_until = new_hash, None
        person.invitation_hash = person.invitation_until = None
        secret = person_sessions.begin(session, person, now=now, browser=visitor.browser)
        _record(runtime, session, person.id, now, "invitation_accepted")
    return secret


def _invited(session: Session, invitation: str, now: datetime) -> Person:
    person = session.scalar(
        select(Person)
        .where(Person.invitation_hash == hash_secret(invitation), Person.removed_at.is_(None))
        .with_for_update()
    )
    if person is None or person.invitation_until is None or now >= person.invitation_until:
        raise Refused("invitation_over", "This invitation is over. Ask an administrator for another.")
    return person


def sign_out(runtime: Runtime, member: Member, *, now: datetime) -> None:
    """End this session."""
    person_sessions.end(runtime, member.session_id, person_id=member.id, now=now, actor=member.actor)


def _record(runtime: Runtime, session: Session, person_id: UUID, now: datetime, action: str) -> None:
    subject = f"person:{person_id}"
    audit.record(runtime, session, now=now, actor=subject, action=action, subject=subject)
