"""What members of the team may do: three roles, each including the ones before it."""

from enum import StrEnum


class Role(StrEnum):
    """viewer: reads. licensing_officer: grants, suspends, extends, revokes. administrator: people, keys, settings."""

    VIEWER = "viewer"
    LICENSING_OFFICER = "licensing_officer"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what needs another."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
