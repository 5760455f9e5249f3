"""The SDK against the real server over real HTTP: one trial from grant to release."""

import json
from pathlib import Path

from client_sdk import KitClient
from tests.support.server import Server


def test_a_trial_from_the_first_activation_to_the_revocation(server: Server, tmp_path: Path) -> None:
    server.json("kits", "add", "kit-1", "A kit", "--item", "film-1=The first", "--item", "film-2=The second")
    organisation = server.json("organisations", "add", "Acme")["id"]
    licence = server.json("licences", "grant", organisation, "kit-1", "--seats", "1")["id"]
    token = server.json("tokens", "issue", licence)["activation_token"]
    root_key = server.json("keys", "list")["root"]

    def start(name: str) -> KitClient:
        return KitClient(
            server=server.url, kit_id="kit-1", kit_version="1.0", root_key=root_key, state_dir=tmp_path / name
        )

    kit = start("here")
    assert kit.check().code == "unlicensed"
    assert kit.activate("0" * 28).code == "token_unknown"
    assert kit.activate(token.lower().replace("-", " ")).code == "active"
    assert start("elsewhere").activate(token).code == "seat_limit_reached"

    with kit.session(mode="workshop", attendee_count=14) as session:
        session.play("film-1", seconds=412, completed=True)
        session.play("film-9", seconds=1)
    with kit.session(mode="workshop", attendee_count=14) as session:
        session.play("film-1", seconds=412, completed=True)
    with kit.session(mode="individual") as session:
        session.play("film-2", seconds=60)
    kit.give_feedback(rating=4, item="film-1", comment="Good.")
    kit.give_feedback(rating=5)
    result = start("here").sync()
    assert (result.sent, result.remaining, result.rejected, result.verdict.code) == (5, 0, 1, "active")
    report = json.loads(server.run("report", "--format", "json").stdout)
    assert (report["attendances"], report["feedback"]["count"], report["reports"]["rejected"]) == (15, 2, 1)

    server.json("licences", "suspend", licence)
    assert kit.sync().verdict.code == "licence_suspended"
    server.json("licences", "reinstate", licence)
    assert kit.sync().verdict.code == "active"
    server.json("licences", "revoke", licence)
    assert kit.sync().verdict.code == "licence_revoked"
    assert start("here").check().code == "licence_revoked"
    assert kit.release().valid is False
