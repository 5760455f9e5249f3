"""Two people at one thing: the second is told what has changed, and what they typed stays in the form."""

from dataclasses import dataclass

from wtforms import HiddenField
from wtforms.validators import Regexp

from licence_server.console.forms import OnceForm

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

    version = HiddenField(validators=[Regexp("^[0-9]{1,9}$", message="Open this page again")])

    def seen(self) -> int:
        """The version that the person who sent this has seen."""
        return int(self.version.data)

    def accept(self, version: int) -> None:
        """Say that something has changed; sent once more, the form means the newest version."""
        self.version.data = str(version)
        self.form_errors = [*self.form_errors, _MEANWHILE]
