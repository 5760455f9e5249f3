"""docs/api.md is true: its endpoints are those that are served, its codes those that the source raises."""

import re

from licence_server.api.codes import AGAINST_THE_STATE, CODES
from licence_server.domain.licence import Status
from licence_server.domain.verdict import licence_refusal
from tests.support.deployment import Deployment
from tests.support.raised import ROOT, raised

PAGE = (ROOT / "docs/api.md").read_text()

# Raised on the command line and at the start alone, or caught before they leave.
NOT_OF_THE_API = {
    "api_key_revoked",
    "head_invalid",
    "identifier_invalid",
    "organisation_invalid",
    "text_invalid",
    "email_invalid",
    # The committee's report is made by the command line and the console.
    "kit_needed",
    "month_unknown",
    "not_publishable",
    "nothing_published_yet",
    "period_not_publishable",
}
BESIDE_THE_API = (
    "cli",
    "console",
    "migrate.py",
    "backups.py",
    "bulk_jobs.py",
    "bulk_selections.py",
    "captions.py",
    "console_files.py",
    "feedback.py",
    "initialisation.py",
    "keys.py",
    "kit_builds.py",
    "kit_checks.py",
    "kit_description.py",
    "kit_sources.py",
    "kit_items.py",
    "kit_texts.py",
    "kit_tokens.py",
    "licence_endings.py",
    "manifest.py",
    "npm_package.py",
    "organisation_imports.py",
    "password.py",
    "people.py",
    "person_sessions.py",
    "private_keys.py",
    "qr_encoder.py",
    "restores.py",
    "retention.py",
    "sealed_files.py",
    "second_factor.py",
    "sign_in.py",
    "settings.py",
    "stick.py",
    "stick_folder.py",
)


def spoken_by_rules() -> set[str]:
    """Codes that come from domain.verdict and from HTTP itself, and so stand in no call."""
    licence = {said.code for status in Status if (said := licence_refusal(status)) is not None}
    return {*licence, "seat_limit_reached", "not_found", "method_not_allowed", "internal_error", "bad_request"}


def test_every_code_of_the_source_is_known_and_the_other_way_round() -> None:
    assert (raised(beside=BESIDE_THE_API).keys() | spoken_by_rules()) - NOT_OF_THE_API == set(CODES)


def test_every_code_is_documented_with_its_status_and_the_other_way_round() -> None:
    rows = re.findall(r"^\| `([a-z_0-9]+)` \| ([0-9, ]+) \| (.+) \|$", PAGE, re.MULTILINE)

    assert {code: (statuses, meaning) for code, statuses, meaning in rows} == {
        code: (f"{status}, 409" if code in AGAINST_THE_STATE else str(status), meaning)
        for code, (status, meaning) in CODES.items()
    }


def test_every_endpoint_of_the_team_is_documented_with_its_scope(deployment: Deployment) -> None:
    document = deployment.client.get("/api/v1/openapi.json").json
    assert document is not None
    served = {
        (method.upper(), path, operation["x-scope"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method != "parameters" and "x-scope" in operation
    }

    assert set(re.findall(r"^\| `([A-Z]+)` \| `([^`]+)` \| `([a-z:]+)` \|$", PAGE, re.MULTILINE)) == served
