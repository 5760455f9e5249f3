"""Failures are limited across workers and servers: who fails at one is known at the other."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

from licence_server.domain.roles import Role
from licence_server.services import people
from tests.support.databases import DatabaseServer
from tests.support.deployment import Deployment
from tests.support.desk import Desk
from tests.support.field import activate, at_once
from tests.support.server import Server, free_port


def test_unknown_tokens_at_two_servers_share_one_limit(server: Server) -> None:
    second = Server(server.directory, server.database_url, free_port(), workers=1)
    second.start()
    try:
        acts = [
            lambda at=at: activate(at, "0000-0000-0000-0000-0000-0000-0000", str(uuid.uuid4()))
            for at in (server, second) * 30
        ]
        answers = [status for status, _ in at_once(acts, 8)]
    finally:
        second.stop()
    # A window of a minute may end between two of them.
    assert answers.count(403) <= 60 - answers.count(429)
    assert 429 in answers
    assert set(answers) == {403, 429}


def test_sign_ins_at_two_servers_share_one_back_off(database_server: DatabaseServer, tmp_path: Path) -> None:
    first = Deployment(tmp_path, database_server.migrated())
    second = Deployment(tmp_path, first.database_url, first.clock)
    people.add(first.runtime, "vera@example.org", Role.VIEWER, now=datetime.now(UTC), actor="test")
    answers = []
    for number in range(8):
        at = (first, second)[number % 2]
        visitor = Desk(at.app, at.runtime, at.clock, None)
        answers.append(visitor.submit("/console/sign-in", email="vera@example.org", password=f"no {number}"))
    assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 3
    assert int(answers[-1].headers["Retry-After"]) > 0
    first.close()
    second.close()
