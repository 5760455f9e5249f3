"""Two people at one thing: the second is told what has changed, and what they typed stays in the form."""

import re
from dataclasses import dataclass

from wtforms import HiddenField

from licence_server.console.forms import OnceForm

# Versions count from 1, so whoever has seen this one has always seen an old one.
_NONE = 0
_MEANWHILE = "Somebody else has changed this since you opened the page, and nothing of yours has been saved yet"


@dataclass(frozen=True)
class Difference:
    """One field: what is saved now, and what was typed here."""

    label: str
    saved: object
    typed: object

    @property
    def differs(self) -> bool:
        return self.saved != self.typed


class VersionForm(OnceForm):
    """A form that remembers the version of what it changes."""

    version = HiddenField()

    def seen(self) -> int:
        """The version that the person who sent this has seen; none of ours where it is missing or unreadable."""
        # Not `data`: where nothing was sent, that is the version of now.
        text = (self.version.raw_data or [""])[0]
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else _NONE

    def accept(self, version: int) -> None:
        """Say that something has changed; sent once more, the form means the newest version."""
        self.version.data = str(version)
        self.form_errors = [*self.form_errors, _MEANWHILE]
