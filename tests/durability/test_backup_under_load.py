"""A backup is made while kits report, and restored elsewhere: it is one moment, whole."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.durability.conftest import Trial
from tests.support.databases import SqliteServer
from tests.support.server import Server, free_port

Begin = Callable[..., AbstractContextManager[Trial]]


def test_a_backup_under_load_is_one_moment(server: Server, trial: Begin, tmp_path: Path) -> None:
    passphrase = tmp_path / "backup-passphrase"
    passphrase.write_text("a long and quiet word\n")
    with trial(server) as running:
        before = running.history.acknowledged.copy()
        made = server.json("backup", str(tmp_path / "backup.age"), "--passphrase-file", str(passphrase))
        running.history.await_answers(12)

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = Server(elsewhere, SqliteServer(elsewhere).empty(), free_port())
    restored = other.json("restore", str(tmp_path / "backup.age"), "--passphrase-file", str(passphrase))
    assert restored["audit_head"] == made["audit_head"]
    assert other.json("audit", "verify", "--head", made["audit_head"])["head"] == made["audit_head"]
    assert other.json("usage", "verify")["agree"]
    accepted = other.json("report")["reports"]["accepted"]
    assert len(before) <= accepted <= len(running.history.acknowledged)
    assert json.dumps(other.json("keys", "list")) == json.dumps(server.json("keys", "list"))
