"""The sections of the console, in the order of the bar at the top; each shows to those who may open it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """view: the page it opens. views: the names whose pages stand under it."""

    title: str
    view: str
    views: tuple[str, ...] = ()


SECTIONS = (
    Section("Overview", "overview"),
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
    Section("Import", "import_organisations", ("import_job",)),
    Section("Bulk grant", "bulk_grant", ("grant_job",)),
    Section("Chase lists", "chase"),
    Section("Kits", "kits", ("kit", "add_kit", "change_kit")),
    Section("Figures", "figures"),
    Section("Committee’s report", "committee_report"),
    Section("Feedback", "feedback", ("redact_feedback",)),
    Section("Audit log", "audit_log", ("audit_chain",)),
    Section("People", "people", ("invite", "invite_again", "change_role", "remove_person")),
    Section("API keys", "api_keys", ("create_api_key", "revoke_api_key")),
    Section("Signing keys", "signing_keys", ("rotate_signing_key",)),
    Section("Settings", "settings", ("change_retention",)),
)
