"""Who may use which route of the console: one table, by name of the view. What is not in it is refused.

`fresh` routes ask for the password again where it was given more than ten minutes ago: acts that cannot be
undone, and those on which the security of everything else rests.
"""

from dataclasses import dataclass

from licence_server.domain.roles import Role


@dataclass(frozen=True)
class Right:
    """role: the least that may use a route; None: anybody, signed in or not.

    largest: the body that may be sent, in bytes, where that is more than elsewhere.
    """

    role: Role | None
    fresh: bool = False
    largest: int | None = None


ANYBODY = Right(None)
VIEWER = Right(Role.VIEWER)
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
    "choose_password": VIEWER,
    "enrol": VIEWER,
    "recovery_codes": Right(Role.VIEWER, fresh=True),
    "account": VIEWER,
    "end_session": VIEWER,
    # Pages
    "overview": VIEWER,
    "unknown_page": VIEWER,
    # Organisations, licences, activation tokens, installations
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
    # Feedback, audit log, API keys, signing keys, settings
    # The team
    "people": ADMINISTRATOR,
    "invite": ADMINISTRATOR_AGAIN,
    "invite_again": ADMINISTRATOR_AGAIN,
    "change_role": ADMINISTRATOR_AGAIN,
    "remove_person": ADMINISTRATOR_AGAIN,
}
