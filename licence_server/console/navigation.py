"""The sections of the console, grouped for the bar at the top; each shows to those who may open it."""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Section:
    """view: the page it opens. views: the names whose pages stand under it."""

    title: str
    view: str
    views: tuple[str, ...] = ()

    def holds(self, view: str | None) -> bool:
        return view == self.view or view in self.views


@dataclass(frozen=True)
class Group:
    """An entry of the bar; it opens the first of its sections, and the others stand in a second bar below."""

    title: str
    sections: tuple[Section, ...]

    def holds(self, view: str | None) -> bool:
        return any(section.holds(view) for section in self.sections)


GROUPS = (
    Group("Overview", (Section("Overview", "overview"),)),
    Group(
        "Organisations",
        (
            Section(
                "Organisations",
                "organisations",
                (
                    "organisation",
                    "organisation_history_page",
                    "add_organisation",
                    "edit_organisation",
                    "grant_licence",
                    "revoke_all_licences",
                    "licence",
                    "suspend_licence",
                    "reinstate_licence",
                    "extend_licence",
                    "change_terms",
                    "revoke_licence",
                    "issue_token",
                    "revoke_token",
                ),
            ),
            Section("Installations", "installations", ("release_installation", "revoke_installation")),
            Section("Chase lists", "chase"),
            Section("Import", "import_organisations", ("import_job",)),
            Section("Bulk grant", "bulk_grant", ("grant_job",)),
        ),
    ),
    Group(
        "Figures",
        (
            Section("Figures", "figures"),
            Section("Committee’s report", "committee_report"),
            Section("Feedback", "feedback", ("redact_feedback",)),
        ),
    ),
    Group("Kits", (Section("Kits", "kits", ("kit", "add_kit", "change_kit")),)),
    Group(
        "Log and settings",
        (
            Section("Audit log", "audit_log", ("audit_chain",)),
            Section("People", "people", ("invite", "invite_again", "change_role", "remove_person")),
            Section("API keys", "api_keys", ("create_api_key", "revoke_api_key")),
            Section("Signing keys", "signing_keys", ("rotate_signing_key",)),
            Section("Settings", "settings", ("change_retention",)),
        ),
    ),
)


def groups_for(may: Callable[[str], bool]) -> list[Group]:
    """What somebody sees of it."""
    seen = [
        replace(group, sections=tuple(section for section in group.sections if may(section.view))) for group in GROUPS
    ]
    return [group for group in seen if group.sections]
