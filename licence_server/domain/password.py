"""What a password of the team must be.

* At least 12 characters and at most 200; no rule about kinds of characters (NIST SP 800-63B, section 5.1.1).
* Not the person's own address, and not one of those that everybody tries first.
"""

from licence_server.domain.errors import Invalid

SHORTEST, LONGEST = 12, 200

_TRIED_FIRST = ("password", "qwerty", "123456", "letmein", "welcome", "administrator")


def require_strong(password: str, email: str) -> None:
    """Raises Invalid with what is wrong."""
    fault = _fault(password, email)
    if fault is not None:
        raise Invalid("password_weak", f"The password {fault}.", {"password": f"The password {fault}"})


def _fault(password: str, email: str) -> str | None:
    folded = password.casefold()
    if len(password) < SHORTEST:
        return f"must have at least {SHORTEST} characters; three or four unrelated words are good"
    if len(password) > LONGEST:
        return f"must have at most {LONGEST} characters"
    if folded == email.casefold() or len(set(folded)) < 5:
        return "is too easy to guess"
    rest = folded
    for word in _TRIED_FIRST:
        rest = rest.replace(word, "")
    return "is too easy to guess" if len(set(rest)) < 4 else None
