"""What an entry of the audit log says has changed.

* Only what differs is told. Of something new that is all of it, of something that went away all of it too.
* A counter that stands at its beginning is told nowhere: that a new token was used 0 times says nothing.
* Values stay what JSON made of them; how they are written is for the page to say.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HASHED = "hmac-sha256:"
_COUNTERS = ("uses",)


@dataclass(frozen=True)
class Change:
    """One field. before, after: its values; None where there was none, or where it was empty."""

    field: str
    before: Any
    after: Any

    @property
    def is_hidden(self) -> bool:
        """Whether the log keeps but a keyed hash of the value: a contact detail, an id that may be removed."""
        return any(isinstance(value, str) and value.startswith(HASHED) for value in (self.before, self.after))


def differences(before: str | None, after: str | None) -> list[Change]:
    """The changes between two contents as an entry keeps them, in canonical JSON."""
    was, became = _members(before), _members(after)
    changes = [Change(name, was.get(name), became.get(name)) for name in sorted({*was, *became})]
    return [change for change in changes if change.before != change.after and not _only_begins(change)]


def _only_begins(change: Change) -> bool:
    return change.field in _COUNTERS and change.before is None and change.after == 0


def _members(text: str | None) -> Mapping[str, Any]:
    content = json.loads(text) if text is not None else {}
    return content if isinstance(content, dict) else {"": content}
