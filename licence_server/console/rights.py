"""Who may use which route of the console: one table, by name of the view. What is not in it is refused.

`fresh` routes ask for the password again where it was given more than ten minutes ago: acts that cannot be
undone, and those on which the security of everything else rests.
"""

from dataclasses import dataclass

from licence_server.domain.roles import Role


@dataclass(frozen=True)
class Right:
    """role: the least that may use a route; None: anybody, signed in or not.

    secret: its form holds a password, a code or a key, which no page repeats.
    largest: the body that may be sent, in bytes, where that is more than elsewhere.
    """

    role: Role | None
    fresh: bool = False
    secret: bool = False
    largest: int | None = None


ANYBODY = Right(None)
VIEWER = Right(Role.VIEWER)
VIEWER_AGAIN = Right(Role.VIEWER, fresh=True)
OFFICER = Right(Role.LICENSING_OFFICER)
OFFICER_AGAIN = Right(Role.LICENSING_OFFICER, fresh=True)
ADMINISTRATOR = Right(Role.ADMINISTRATOR)
ADMINISTRATOR_AGAIN = Right(Role.ADMINISTRATOR, fresh=True)

RIGHTS: dict[str, Right] = {
    # Signing in and out
    "assets": ANYBODY,
    "sign_in": ANYBODY,
    "invitation": ANYBODY,
    "sign_out": VIEWER,
    "give_code": VIEWER,
    "prove_again": VIEWER,
    # One's own account
    # Whoever finds a browser open must not get past the question for the password by choosing a new one, nor
    # by setting up a second factor of theirs. At sign-in, where these are steps, the password is just minutes old.
    "choose_password": Right(Role.VIEWER, fresh=True, secret=True),
    "enrol": Right(Role.VIEWER, fresh=True, secret=True),
    "recovery_codes": VIEWER_AGAIN,
    "account": VIEWER,
    "end_session": VIEWER,
    # Pages
    "overview": VIEWER,
    "unknown_page": VIEWER,
    # Organisations, licences, activation tokens, installations
    "organisations": VIEWER,
    "export_organisations": VIEWER,
    "organisation": VIEWER,
    "organisation_history_page": VIEWER,
    "add_organisation": OFFICER,
    "edit_organisation": OFFICER,
    "grant_licence": OFFICER,
    "revoke_all_licences": OFFICER_AGAIN,
    "licence": VIEWER,
    "suspend_licence": OFFICER,
    "reinstate_licence": OFFICER,
    "undo_licence_act": OFFICER,
    "extend_licence": OFFICER,
    "change_terms": OFFICER,
    "revoke_licence": OFFICER_AGAIN,
    "issue_token": OFFICER,
    "revoke_token": OFFICER_AGAIN,
    "installations": VIEWER,
    "export_installations": VIEWER,
    "release_installation": OFFICER,
    "revoke_installation": OFFICER_AGAIN,
    # Many at once: import, bulk grant, chase lists; kits
    "import_organisations": Right(Role.LICENSING_OFFICER, largest=8 << 20),
    "import_example": OFFICER,
    "bulk_grant": Right(Role.LICENSING_OFFICER, largest=8 << 20),
    "bulk_job": OFFICER,
    "bulk_tokens": OFFICER,
    "bulk_letters": OFFICER,
    "chase": VIEWER,
    "chase_export": VIEWER,
    "kits": VIEWER,
    "kit": VIEWER,
    "add_kit": OFFICER,
    "change_kit": OFFICER,
    # Figures and the committee's report
    "figures": VIEWER,
    "export_figures": VIEWER,
    "figure_rows": VIEWER,
    "committee_report": VIEWER,
    "export_committee_report": VIEWER,
    # Feedback, audit log, API keys, signing keys, settings
    "feedback": VIEWER,
    "export_feedback": VIEWER,
    "redact_feedback": OFFICER,
    "audit_log": VIEWER,
    "export_audit_log": VIEWER,
    "audit_chain": VIEWER,
    "api_keys": ADMINISTRATOR,
    "create_api_key": ADMINISTRATOR_AGAIN,
    "revoke_api_key": ADMINISTRATOR_AGAIN,
    "signing_keys": ADMINISTRATOR,
    "rotate_signing_key": Right(Role.ADMINISTRATOR, fresh=True, secret=True),
    "settings": ADMINISTRATOR,
    "change_retention": ADMINISTRATOR_AGAIN,
    # The team
    "people": ADMINISTRATOR,
    "invite": ADMINISTRATOR_AGAIN,
    "invite_again": ADMINISTRATOR_AGAIN,
    "change_role": ADMINISTRATOR_AGAIN,
    "remove_person": ADMINISTRATOR_AGAIN,
}
