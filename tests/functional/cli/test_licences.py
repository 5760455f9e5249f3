"""The life of a licence, its tokens and its installations, from the command line."""

import uuid

import pytest

from tests.functional.cli.conftest import Shell


def test_a_trial_is_pending_active_suspended_reinstated_and_revoked(shell: Shell) -> None:
    licence = shell.granted("--from", "2026-03-10", "--seats", 2)

    assert (licence["status"], licence["kind"], licence["trial_days"]) == ("pending", "trial", 183)
    assert (licence["starts_at"], licence["ends_at"]) == ("2026-03-10T00:00:00Z", None)
    assert (licence["seat_limit"], licence["seats_held"]) == (2, 0)
    assert (licence["lease_days"], licence["grace_days"], licence["check_in_days"]) == (30, 30, 30)
    assert shell.deployment is not None
    shell.deployment.clock.advance(days=9)
    assert shell.json("licences", "show", licence["id"])["status"] == "active"
    assert shell.json("licences", "suspend", licence["id"], "--reason", "unpaid")["status"] == "suspended"
    shell.refused("licence_suspended", "licences", "suspend", licence["id"])
    assert shell.json("licences", "reinstate", licence["id"])["status"] == "active"
    assert shell.json("licences", "revoke", licence["id"])["status"] == "revoked"
    shell.refused("licence_revoked", "licences", "reinstate", licence["id"])
    assert [item["id"] for item in shell.json("licences", "list", "--status", "revoked")["items"]] == [licence["id"]]
    reasons = [
        entry["reason"] for entry in shell.json("audit", "list", "--subject", f"licence:{licence['id']}")["items"]
    ]
    assert reasons == [None, None, "unpaid", None]


def test_until_is_the_last_day_in_the_deployments_time_zone(shell: Shell) -> None:
    licence = shell.granted("--until", "2026-06-30")

    assert (licence["ends_at"], licence["trial_days"]) == ("2026-06-30T23:00:00Z", None)
    assert "last day            2026-06-30" in shell.run("licences", "show", licence["id"]).stdout
    extended = shell.json("licences", "extend", licence["id"], "--until", "2026-12-31")
    assert extended["ends_at"] == "2027-01-01T00:00:00Z"
    shell.refused("extension_invalid", "licences", "extend", licence["id"], "--until", "2026-12-31")


@pytest.mark.parametrize(
    "options",
    [
        ["--trial-days", "10", "--until", "2026-06-30"],
        ["--until", "30.6.2026"],
        ["--until", "20260630"],
        ["--until", "2026-02-30"],
        ["--trial-days", "0"],
        ["--seats", "0"],
        ["--seats", "many"],
        ["--kind", "demo"],
        ["--grace-days", "-1"],
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(shell: Shell, options: list[str]) -> None:
    shell.misused("licences", "grant", uuid.uuid4(), "prevent", *options)


def test_what_is_not_there_is_refused(shell: Shell) -> None:
    licence = shell.granted()

    shell.refused("organisation_unknown", "licences", "grant", uuid.uuid4(), licence["kit_id"])
    shell.refused("kit_unknown", "licences", "grant", licence["organisation_id"], "other")
    shell.refused(
        "period_invalid", "licences", "grant", licence["organisation_id"], licence["kit_id"], "--until", "2026-03-01"
    )
    for noun, verb in (
        ("licences", "show"),
        ("licences", "revoke"),
        ("tokens", "issue"),
        ("tokens", "revoke"),
        ("installations", "release"),
        ("installations", "revoke"),
        ("api-keys", "revoke"),
    ):
        assert shell.run(noun, verb, uuid.uuid4()).exit_code == 1
        shell.misused(noun, verb, "not-an-id")
    shell.misused("licences", "extend", licence["id"])


def test_a_token_is_shown_once_and_activates(shell: Shell) -> None:
    licence = shell.granted()
    issued = shell.json("tokens", "issue", licence["id"], "--uses", 1, "--until", "2026-03-31")

    assert issued["expires_at"] == "2026-03-31T23:00:00Z"
    assert shell.deployment is not None
    assert shell.deployment.post_activation(issued["activation_token"]).status_code == 201
    listed = shell.json("tokens", "list", "--licence", licence["id"])["items"]
    assert [(token["id"], token["uses"], token["hint"]) for token in listed] == [
        (issued["id"], 1, issued["activation_token"][-4:])
    ]
    assert "activation_token" not in listed[0]
    shell.json("tokens", "revoke", issued["id"])
    shell.refused("token_revoked", "tokens", "revoke", issued["id"])
    assert issued["activation_token"] not in shell.run("tokens", "issue", licence["id"]).stdout


def test_whoever_revokes_is_told_how_far_it_reaches(shell: Shell) -> None:
    licence = shell.granted()
    assert "No installation holds a lease" in shell.run("licences", "show", licence["id"]).stdout
    token = shell.json("tokens", "issue", licence["id"])["activation_token"]
    assert shell.deployment is not None
    for _ in range(3):
        shell.deployment.post_activation(token)

    before = shell.run("licences", "show", licence["id"]).stdout
    after = shell.run("licences", "revoke", licence["id"]).stdout

    sentence = "3 installations stop at the next sync, at the latest on 1 May 2026."
    assert before.endswith(f"If it were revoked:\n{sentence}\n")
    assert after.endswith(f"{sentence}\n")
    reach = shell.json("licences", "show", licence["id"])["reach"]
    assert reach == {"installations": 3, "at_latest": "2026-05-01T09:00:00Z"}


def test_installations_are_listed_released_and_revoked(shell: Shell) -> None:
    assert shell.deployment is not None
    kit = shell.deployment.installation()
    shell.deployment.clock.advance(days=20)
    other = shell.deployment.installation(
        shell.deployment.token(shell.deployment.licence(kit_id="prevent-for-business"))
    )

    listed = shell.json("installations", "list")["items"]
    assert [(item["id"], item["status"], item["holds_seat"]) for item in listed] == [
        (kit.id, "active", True),
        (other.id, "active", True),
    ]
    owner = listed[1]["organisation_id"]
    assert [item["id"] for item in shell.json("installations", "list", "--organisation", owner)["items"]] == [other.id]
    assert [item["id"] for item in shell.json("installations", "list", "--quiet-for", 14)["items"]] == [kit.id]
    shell.misused("installations", "list", "--quiet-for", "-1")
    released = shell.json("installations", "release", kit.id, "--reason", "PC replaced")
    assert (released["status"], released["holds_seat"]) == ("released", False)
    shell.refused("installation_released", "installations", "release", kit.id)
    assert shell.json("installations", "revoke", kit.id)["status"] == "revoked"
    shell.refused("installation_revoked", "installations", "revoke", kit.id)
    assert kit.id in shell.run("installations", "list").stdout
