"""`licence-server exchange` and `kit-client`: the same exchange on two command lines."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from client_sdk import KitClient
from licence_server.services import keys
from tests.support.commands import command
from tests.support.deployment import KIT_ID, Deployment

KIT_CLIENT = str(Path(sys.executable).with_name("kit-client"))


def server(deployment: Deployment, *arguments: Any) -> Result:
    return command(deployment, "exchange", *arguments)


@pytest.fixture
def kit(deployment: Deployment, tmp_path: Path) -> Any:
    (tmp_path / "kit.json").write_text(
        json.dumps(
            {
                "server": "https://licences.example",
                "kit_id": KIT_ID,
                "kit_version": "1.0",
                "root_key": keys.list_keys(deployment.runtime).root,
                "state_dir": str(tmp_path / "pc"),
            }
        )
    )

    def run(*arguments: str, code: int = 0) -> Any:
        done = subprocess.run(
            [KIT_CLIENT, *arguments, "--json"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    return run


def test_what_was_rejected_is_said_to_people_too(deployment: Deployment, kit: Any, tmp_path: Path) -> None:
    kit("export", "a.kit-request", "--activate", deployment.token())
    server(deployment, tmp_path / "a.kit-request", tmp_path / "a.kit-response")
    kit("import", "a.kit-response")
    kit("session", "--mode", "workshop", "--attendee-count", "3", "--play", "film-unknown:4")
    kit("export", "b.kit-request")
    server(deployment, tmp_path / "b.kit-request", tmp_path / "b.kit-response")
    done = subprocess.run(
        [KIT_CLIENT, "import", "b.kit-response"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Reports answered for: 1, still queued: 0. Reports rejected: 1.")


def test_both_command_lines_carry_a_kit_through(deployment: Deployment, kit: Any, tmp_path: Path) -> None:
    token = deployment.token()
    assert kit("export", "early.kit-request", code=1)["file"] is None

    kit("export", "a.kit-request", "--activate", token)
    done = server(deployment, tmp_path / "a.kit-request", tmp_path / "a.kit-response", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["kind"] == "activation"
    assert "secrets" in done.stderr
    for name in ("a.kit-request", "a.kit-response"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    # The deployment's clock stands in March, the PC's does not: the carried answer puts it right.
    assert kit("import", "a.kit-response")["accepted"]

    kit("session", "--mode", "workshop", "--attendee-count", "14", "--play", "film-1:412:completed")
    kit("export", "b.kit-request")
    done = server(deployment, tmp_path / "b.kit-request", tmp_path / "b.kit-response", "--json")
    said = json.loads(done.stdout)
    assert (said["kind"], said["accepted"], said["verdict"]) == ("reports", 1, "active")
    assert kit("import", "b.kit-response")["sent"] == 1

    kit("session", "--mode", "workshop", "--attendee-count", "3")
    (code,) = kit("codes")["codes"]
    (tmp_path / "c.kit-request").write_text(code.partition("#")[2])
    said = json.loads(server(deployment, tmp_path / "c.kit-request", tmp_path / "c.kit-response", "--json").stdout)
    assert kit("confirm", "00000000", code=1) == {"confirmed": False, "queued": 1}
    assert kit("confirm", said["confirmation"][:4], said["confirmation"][4:]) == {"confirmed": True, "queued": 0}
    assert deployment.report()["attendances"] == 17


def test_nothing_is_written_over_and_nothing_is_spent_in_vain(deployment: Deployment, kit: Any, tmp_path: Path) -> None:
    token = deployment.token()
    kit("export", "a.kit-request", "--activate", token)
    response = tmp_path / "a.kit-response"
    response.write_text("mine")

    refused = server(deployment, tmp_path / "a.kit-request", response)
    nowhere = server(deployment, tmp_path / "a.kit-request", tmp_path / "none" / "a.kit-response")

    assert (refused.exit_code, nowhere.exit_code) == (1, 1)
    assert "file_exists" in refused.stderr
    assert response.read_text() == "mine"
    assert deployment.report()["installations"]["activated"] == 0
    assert "cannot be written" in kit("export", "a.kit-request", "--activate", token, code=2)


def test_refusals_and_wrong_usage(deployment: Deployment, kit: Any, tmp_path: Path) -> None:
    request, response = tmp_path / "x.kit-request", tmp_path / "x.kit-response"
    for content in ("not a request", '{"message": "a.b.c"}', "{}", "x" * (2 << 20)):
        request.write_text(content)
        assert server(deployment, request, response).exit_code == 1
        assert not response.exists()
    assert server(deployment, request).exit_code == 2
    assert server(deployment, tmp_path / "none", response).exit_code == 2
    assert "compare every symbol" in kit("export", "y.kit-request", "--activate", "mistyped", code=1)["detail"]
    assert not kit("import", "x.kit-request", code=1)["accepted"]
    assert "cannot be read" in kit("import", "none", code=2)


def test_an_answer_that_no_kit_will_believe_is_not_given_in_silence(
    deployment: Deployment, kit: Any, tmp_path: Path
) -> None:
    kit("export", "a.kit-request", "--activate", deployment.token())
    deployment.environ["LICENCE_SERVER_PUBLIC_URL"] = "https://elsewhere.example"

    done = server(deployment, tmp_path / "a.kit-request", tmp_path / "a.kit-response")

    assert "were published for https://licences.example, but kits are now told https://elsewhere" in done.stderr
    kit("import", "a.kit-response", code=1)


def test_the_settings_of_a_kit_are_all_it_needs_to_be_activated(deployment: Deployment, tmp_path: Path) -> None:
    token = deployment.token()
    settings = json.loads(command(deployment, "kit", "settings", KIT_ID, "1.0").stdout)
    kit = KitClient(**settings, state_dir=tmp_path / "pc")
    (tmp_path / "a.kit-request").write_text(str(kit.export_activation(token)))
    server(deployment, tmp_path / "a.kit-request", tmp_path / "a.kit-response")
    kit.import_response((tmp_path / "a.kit-response").read_text())
    assert kit.check().code == "active"

    organisation = deployment.organisation()
    of_one = command(deployment, "kit", "settings", KIT_ID, "1.0", "--organisation", organisation.id)
    assert json.loads(of_one.stdout) == {**settings, "organisation": str(organisation.id)}
    assert command(deployment, "kit", "settings", "no-such-kit", "1.0").exit_code == 1
