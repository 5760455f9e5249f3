"""The second factor: codes of an authenticator app (TOTP, RFC 6238, by pyotp) and recovery codes."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from licence_server.domain.activation_token import ALPHABET
from licence_server.domain.errors import Conflict, Refused
from licence_server.models import Person, PersonSession, RecoveryCode
from licence_server.secret_keys import hash_secret
from licence_server.services import audit, back_off, person_sessions
from licence_server.services.person_sessions import Member
from licence_server.services.runtime import Runtime

ISSUER = "Licence server"
RECOVERY_CODES = 10
_STEP_SECONDS = 30
Once = Callable[[Callable[[], dict[str, Any]]], dict[str, Any]]
"""Runs an act, or gives what it came to where it ran already."""


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs: the secret in base32, and the same as an otpauth:// address."""

    secret: str
    address: str


def enrol(runtime: Runtime, member: Member) -> Enrolment:
    """The secret to scan; the same until a first code confirms it. Raises Conflict once confirmed."""
    with runtime.database.writing() as session:
        person = session.get_one(Person, member.id, with_for_update=True)
        if person.totp_confirmed_at is not None:
            raise _present()
        if person.totp_secret is None:
            person.totp_secret = runtime.secret_keys.seal(pyotp.random_base32().encode())
        secret = runtime.secret_keys.unseal(person.totp_secret).decode()
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=member.email, issuer_name=ISSUER))


def confirm(runtime: Runtime, member: Member, code: str, once: Once, *, now: datetime) -> list[str]:
    """Take the first code: from now on every sign-in asks for one. Returns recovery codes.

    Raises Refused (code_wrong), Conflict, TooManyRequests.
    """
    # Outside of what is done once: a failure must stay counted when that is rolled back.
    back_off.reserve(runtime, f"code {member.id}", now=now)
    outcome = once(lambda: {"codes": _confirm(runtime, member, code, now)})
    back_off.clear(runtime, f"code {member.id}")
    codes: list[str] = outcome["codes"]
    return codes


def _confirm(runtime: Runtime, member: Member, code: str, now: datetime) -> list[str]:
    with runtime.database.writing() as session:
        person = session.get_one(Person, member.id, with_for_update=True)
        if person.totp_confirmed_at is not None or person.totp_secret is None:
            raise _present()
        _take(runtime, person, code, now)
        person.totp_confirmed_at = now
        _pass(session, member, now)
        codes = _new_recovery_codes(session, person)
        _record(runtime, session, member, now, "second_factor_set_up")
    return codes


def _present() -> Conflict:
    detail = (
        "A second factor is set up already. Its recovery codes were shown then; if you have not kept them, make new "
        "ones under your account."
    )
    return Conflict("second_factor_present", detail)


def give(runtime: Runtime, member: Member, code: str, *, now: datetime) -> None:
    """Give a code, or a recovery code, at sign-in. Raises Refused (code_wrong), Conflict, TooManyRequests."""
    back_off.reserve(runtime, f"code {member.id}", now=now)
    with runtime.database.writing() as session:
        person = session.get_one(Person, member.id, with_for_update=True)
        if person.totp_confirmed_at is None:
            raise Conflict("second_factor_absent", "No second factor is set up.")
        if _is_recovery_code(code):
            _use_recovery_code(session, person, code, now)
            _record(runtime, session, member, now, "recovery_code_used")
        else:
            _take(runtime, person, code, now)
        _pass(session, member, now)
    back_off.clear(runtime, f"code {member.id}")


def renew_recovery_codes(runtime: Runtime, member: Member, *, now: datetime) -> list[str]:
    """New recovery codes; the old ones end."""
    with runtime.database.writing() as session:
        codes = _new_recovery_codes(session, session.get_one(Person, member.id))
        _record(runtime, session, member, now, "recovery_codes_renewed")
    return codes


def remove(session: Session, person: Person) -> None:
    """Forget a person's second factor, in the caller's transaction."""
    person.totp_secret = person.totp_confirmed_at = person.totp_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    person_sessions.end_all(session, person.id)


def _take(runtime: Runtime, person: Person, code: str, now: datetime) -> None:
    """Check a code against this step and its neighbours; a step's code counts once."""
    totp = pyotp.TOTP(runtime.secret_keys.unseal(person.totp_secret or b"").decode())
    given = "".join(code.split()).encode("utf-8", "surrogatepass")
    step = int(now.timestamp()) // _STEP_SECONDS
    right = [s for s in (step - 1, step, step + 1) if hmac.compare_digest(totp.at(s * _STEP_SECONDS).encode(), given)]
    if not right or right[-1] <= (person.totp_step or 0):
        raise Refused("code_wrong", "The code is not right, or was used before. Wait for the next one.")
    person.totp_step = right[-1]


def _use_recovery_code(session: Session, person: Person, code: str, now: datetime) -> None:
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.code_hash == hash_secret(_plain(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.code_hash)
    ).all()
    if not used:
        raise Refused("code_wrong", "The recovery code is not right, or was used before.")


def count_recovery_codes(runtime: Runtime, member: Member) -> int:
    """How many are left."""
    with runtime.database.reading() as session:
        query = select(RecoveryCode).where(RecoveryCode.person_id == member.id, RecoveryCode.used_at.is_(None))
        return len(session.scalars(query).all())


def _pass(session: Session, member: Member, now: datetime) -> None:
    session.execute(
        update(PersonSession).where(PersonSession.id == member.session_id).values(second_factor_at=now, proven_at=now)
    )


def _new_recovery_codes(session: Session, person: Person) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)
    ]
    session.add_all(RecoveryCode(person_id=person.id, code_hash=hash_secret(_plain(code))) for code in codes)
    session.flush()
    return codes


def _is_recovery_code(code: str) -> bool:
    return len(_plain(code)) > 6


def _plain(code: str) -> str:
    return "".join(symbol for symbol in code.upper() if symbol.isalnum())


def _record(runtime: Runtime, session: Session, member: Member, now: datetime, action: str) -> None:
    audit.record(runtime, session, now=now, actor=member.actor, action=action, subject=member.actor)
