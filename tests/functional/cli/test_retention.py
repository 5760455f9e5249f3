"""`retention`, `feedback`, and a backup of what they leave."""

from pathlib import Path

from tests.functional.cli.conftest import Shell, empty_shell
from tests.support.acts import statuses
from tests.support.databases import DatabaseServer
from tests.support.deployment import Deployment, feedback, workshop


def test_a_period_is_set_shown_and_applied(shell: Shell) -> None:
    assert shell.deployment is not None
    shell.deployment.installation(shell.deployment.token(shell.deployment.licence(trial_days=10))).sync(
        workshop(shell.clock()), workshop(shell.clock(), 2, attendee_count=0)
    )
    assert shell.json("retention", "show") == {"retention_days": None, "last_run_on": None}
    assert "We propose 730 days" in shell.run("retention", "show").stderr
    shell.refused("retention_not_set", "retention", "run")
    shell.refused("retention_not_set", "retention", "run", "--dry-run")
    for days in (29, 36501, "never", -1):
        shell.misused("retention", "set", "--", days)

    assert shell.json("retention", "set", 30, "--reason", "decided")["retention_days"] == 30
    shell.clock.advance(days=50)
    foretold = shell.json("retention", "run", "--dry-run")
    assert foretold == {
        "dry_run": True,
        "received_before": "2026-03-22",
        "reports": 1,
        "rejected": 1,
        "messages": 0,
        "installations": 1,
    }
    before = shell.json("report")
    assert shell.json("retention", "run") == {**foretold, "dry_run": False}
    assert shell.json("report") == before

    assert shell.json("retention", "show") == {"retention_days": 30, "last_run_on": "2026-04-21"}
    assert shell.json("usage", "verify") == {
        "agree": True,
        "reports": 0,
        "rejected": 0,
        "sealed": 2,
        "sealed_counted_only": 0,
        "differences": [],
    }
    assert "2 removed ones that are sealed" in shell.run("usage", "verify").stdout
    assert shell.json("installations", "list")["items"] == []
    assert shell.json("retention", "set", "forever")["retention_days"] is None
    actions = [entry["action"] for entry in shell.json("audit", "list")["items"]]
    assert actions[:5] == [
        "retention_set",
        "installations_removed",
        "reports_sealed",
        "reports_sealed",
        "retention_set",
    ]


def test_a_comment_is_found_and_redacted(shell: Shell) -> None:
    assert shell.deployment is not None
    shell.deployment.installation().sync(feedback(shell.clock(), 1, comment="Ask Ann"), feedback(shell.clock(), 2))
    assert len(shell.json("feedback", "list")["items"]) == 2
    [row] = [row for row in shell.json("feedback", "list", "--commented")["items"] if row["comment"] == "Ask Ann"]
    shell.misused("feedback", "redact", row["id"])

    done = shell.json("feedback", "redact", row["id"], "--reason", "names a person")

    assert (done["id"], done["comment"], done["redacted_at"]) == (row["id"], None, "2026-03-02T09:00:00Z")
    assert "Ask Ann" not in shell.run("feedback", "list").stdout
    shell.refused("comment_redacted", "feedback", "redact", row["id"], "--reason", "again")
    assert "There is no such feedback." in shell.run("feedback", "list", "--rating", 1).stderr


def test_a_backup_keeps_what_was_removed_removed_and_known(
    shell: Shell, database_server: DatabaseServer, tmp_path: Path
) -> None:
    assert shell.deployment is not None
    report = workshop(shell.clock())
    token = shell.deployment.token(shell.deployment.licence(trial_days=300))
    kit = shell.deployment.installation(token)
    kit.sync(report)
    shell.run("retention", "set", 30)
    shell.run("installations", "release", kit.id)
    shell.clock.advance(days=40)
    assert shell.json("retention", "run")["installations"] == 1
    file, passphrase = tmp_path / "backup.age", shell.write("passphrase", "a long and quiet word")
    shell.json("backup", file, "--passphrase-file", passphrase)

    restored = empty_shell(database_server, tmp_path / "restored")
    restored.clock.now = shell.clock()
    restored.json("restore", file, "--passphrase-file", passphrase)

    assert restored.json("report") == shell.json("report")
    assert restored.json("usage", "verify")["sealed"] == 1
    revived = Deployment(tmp_path / "restored", restored.environ["LICENCE_SERVER_DATABASE_URL"], shell.clock)
    answer = revived.post_activation(token, kit.id)
    assert answer.status_code == 201
    assert answer.json is not None
    kit.deployment, kit.answer = revived, answer.json
    assert statuses(kit.sync(report)) == ["duplicate"]
    revived.assert_totals_agree()
    revived.close()
