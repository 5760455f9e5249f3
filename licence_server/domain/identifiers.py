"""Identifiers that the team chooses: of kits and their items.

They stand in addresses, leases, file names and on command lines, so they are slugs: lower-case letters,
digits, dots, hyphens and underscores, 1 to 64 of them, the first a letter or digit.
"""

import re

from licence_server.domain.errors import Invalid

SLUG = r"[a-z0-9][a-z0-9._-]{0,63}"

_SLUG = re.compile(SLUG)


def is_slug(text: str) -> bool:
    """Whether a text may be the id of a kit or an item."""
    return _SLUG.fullmatch(text) is not None


def require_slug(text: str, field: str) -> str:
    """The text itself. Raises Invalid, naming the field, where it is no slug."""
    if not is_slug(text):
        rule = "must be 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit"
        raise Invalid("identifier_invalid", f"{field} {rule}.", {field: rule})
    return text
