"""What a process remembers of the database: things of which each version stays for ever as it is.

Every answer to a kit names its items and carries the keyset, and both change a few times a year. So their version
is read with everything else, and they themselves only where it is a new one.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Thing = TypeVar("Thing")


class Remembered:
    """Of each thing the version that was asked for last."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Hashable, Any]] = {}

    def get(self, name: Hashable, version: Hashable, read: Callable[[], Thing]) -> Thing:
        """A version of a thing; read: from the database, where it is not the one remembered."""
        known = self._known.get(name)
        if known is None or known[0] != version:
            known = self._known[name] = version, read()
        thing: Thing = known[1]
        return thing
