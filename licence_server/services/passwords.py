"""Passwords of the team, kept as argon2id hashes (RFC 9106; argon2-cffi's own choice of costs)."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
# No 0, 1, I, L, O, U: a one-time password is read from a screen and typed.
_SYMBOLS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def hashed(password: str) -> str:
    """The hash to keep."""
    return _HASHER.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed. Without a hash it takes as long, and is not."""
    try:
        return _HASHER.verify(password_hash or _nobodys(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was hashed at other costs than are chosen today."""
    return _HASHER.check_needs_rehash(password_hash)


def make_one_time() -> str:
    """A one-time password, 98 random bits in five groups of four."""
    return "-".join("".join(secrets.choice(_SYMBOLS) for _ in range(4)) for _ in range(5))


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(16))
