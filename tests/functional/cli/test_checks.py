"""`usage verify`, `usage readmit`, `audit verify`: do the books agree?"""

import json

from sqlalchemy import delete, update

from licence_server.models import AuditEntry, UsageTotal
from tests.functional.cli.conftest import Shell
from tests.support.deployment import KIT_ID, workshop


def test_totals_that_were_tampered_with_are_found(shell: Shell) -> None:
    assert shell.deployment is not None
    shell.deployment.installation().sync(workshop(shell.deployment.clock()))
    assert shell.json("usage", "verify") == {
        "agree": True,
        "reports": 1,
        "rejected": 0,
        "sealed": 0,
        "sealed_counted_only": 0,
        "differences": [],
    }

    with shell.deployment.runtime.database.writing() as session:
        session.execute(update(UsageTotal).values(attendances=15))

    refused = shell.refused("totals_differ", "usage", "verify", "--json")
    document = json.loads(refused.stdout)
    assert not document["agree"]
    assert "attendances: total 15, recounted 14" in document["differences"][0]


def test_reports_of_an_unknown_item_are_readmitted(shell: Shell) -> None:
    assert shell.deployment is not None
    kit = shell.deployment.installation()
    kit.sync(workshop(shell.deployment.clock(), items=[{"item": "new", "seconds": 1, "completed": True}]))
    assert shell.json("usage", "readmit") == {"readmitted": 0}

    shell.json("kits", "add", KIT_ID, "Kit", "--item", "new=A new film")

    assert shell.json("usage", "readmit") == {"readmitted": 1}
    assert shell.json("report")["attendances"] == 14
    assert shell.json("usage", "verify")["agree"]


def test_an_edited_log_and_a_cut_one_are_found(shell: Shell) -> None:
    shell.granted()
    assert shell.deployment is not None
    head = shell.json("audit", "verify")["head"]
    assert shell.json("audit", "verify", "--head", head)["intact"]
    other = f"{head.partition(':')[0]}:{'0' * 64}"
    shell.refused("audit_broken", "audit", "verify", "--head", other)
    shell.misused("audit", "verify", "--head", "12")

    with shell.deployment.runtime.database.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.number == 2).values(actor="somebody else"))
    assert "entry 2 was edited" in shell.refused("audit_broken", "audit", "verify").stderr

    with shell.deployment.runtime.database.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.number >= 2))
    document = json.loads(shell.refused("audit_broken", "audit", "verify", "--head", head, "--json").stdout)
    assert (document["intact"], document["entries"]) == (False, 1)


def test_the_log_is_listed_newest_first(shell: Shell) -> None:
    licence = shell.granted()

    entries = shell.json("audit", "list")["items"]

    assert [entry["id"] for entry in entries] == [4, 3, 2, 1]
    assert entries[0]["subject"] == f"licence:{licence['id']}"
    assert entries[0]["after"]["kind"] == "trial"
    assert entries[0]["actor"].startswith("cli:")
    assert len(shell.json("audit", "list", "--action", "kit_added")["items"]) == 1
    assert "Only the newest 2 are shown" in shell.run("audit", "list", "--limit", 2).stderr
