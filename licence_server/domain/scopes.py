"""What an API key may do. `admin` holds every other scope."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    READ = "read"
    LICENCES_WRITE = "licences:write"
    REPORTS_READ = "reports:read"
    ADMIN = "admin"


def covers(held: Iterable[str], needed: Scope) -> bool:
    """Whether the scopes held include the one needed."""
    held = set(held)
    return needed.value in held or Scope.ADMIN.value in held
