"""Keys: made once, rotated while the server runs, and trusted by whoever knows the root alone."""

import json
import urllib.request
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import jwt
import pytest
from joserfc import jwt as other_library
from joserfc.jwk import ECKey, KeySet

from licence_server.config import load
from licence_server.domain.errors import Refused
from licence_server.domain.licence import LicenceTerms
from licence_server.private_keys import read_root_key
from licence_server.services import audit, initialisation, keys
from licence_server.services.runtime import open_runtime
from tests.support.acts import json_of, rotate, verdict
from tests.support.databases import DatabaseServer
from tests.support.deployment import ACTOR, PASSPHRASE, Deployment, Installed
from tests.support.field import activate, behind
from tests.support.nursery import CONTEXT
from tests.support.server import Server


def verified(token: str, jwk: dict[str, Any], audience: str) -> dict[str, Any]:
    return dict(jwt.decode(token, jwt.PyJWK(jwk), ["ES256"], audience=audience, options={"verify_exp": False}))


def keyset(deployment: Deployment, root: dict[str, Any]) -> dict[str, Any]:
    """The keyset in force, as a kit that knows this root reads it."""
    claims = verified(json_of(deployment.client.get("/api/v1/keyset"))["keyset"], root, "kit-keyset")
    served = json_of(deployment.client.get("/.well-known/jwks.json"))["keys"]
    assert {key["kid"] for key in served} <= {key["kid"] for key in claims["keys"]}
    assert all("d" not in key for key in claims["keys"] + served)
    return claims


def kids(claims: dict[str, Any]) -> list[str]:
    return [key["kid"] for key in claims["keys"]]


def lease_of(kit: Installed) -> str:
    answer = kit.sync()
    assert verdict(answer) == "active"
    return str(json_of(answer)["lease"])


def _init(url: str, directory: str, barrier: Any, results: Any) -> None:
    environ = {"LICENCE_SERVER_DATABASE_URL": url, "LICENCE_SERVER_DATA_DIR": f"{directory}/data"}
    runtime = open_runtime(load(environ, Path(directory)))
    barrier.wait(60)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    done = initialisation.initialise(runtime, now=now, actor=ACTOR, admin_email=None, passphrase=None)
    results.put((done.created, done.root["kid"], done.passphrase))
    runtime.database.close()


def test_of_several_processes_that_initialise_at_once_one_does(database_server: DatabaseServer, tmp_path: Path) -> None:
    barrier, results = CONTEXT.Barrier(3), CONTEXT.Queue()
    arguments = (database_server.empty(), str(tmp_path), barrier, results)
    processes = [CONTEXT.Process(target=_init, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    found = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)

    assert sorted(created for created, _, _ in found) == [False, False, True]
    [passphrase] = [passphrase for _, _, passphrase in found if passphrase is not None]
    root = read_root_key(tmp_path / "data" / "root-key.pem", passphrase)
    assert {kid for _, kid, _ in found} == {root.kid}
    assert not [path for path in (tmp_path / "data").iterdir() if "unused" in path.name]


def test_key_files_are_for_their_owner_alone(deployment: Deployment) -> None:
    config = deployment.runtime.config
    for path in (config.secret_key_file, config.signing_key_file, config.root_key_file):
        assert path.stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in config.root_key_file.read_bytes()
    rotate(deployment)
    assert config.signing_key_file.stat().st_mode & 0o777 == 0o600


def test_a_rotated_key_stays_until_the_last_lease_it_signed_has_run_out(deployment: Deployment) -> None:
    terms = LicenceTerms(lease_days=10, grace_days=5)
    kit = deployment.installation(deployment.token(deployment.licence(terms=terms, trial_days=200)))
    root = dict(keys.list_keys(deployment.runtime).root)
    first = keyset(deployment, root)
    deployment.clock.advance(days=1)
    old_lease = lease_of(kit)

    second_kid = rotate(deployment).signing[-1].kid
    second = keyset(deployment, root)
    assert (first["version"], second["version"]) == (1, 2)
    assert kids(second) == [*kids(first), second_kid]
    assert jwt.get_unverified_header(lease_of(kit))["kid"] == second_kid

    deployment.clock.advance(days=15, seconds=-1)
    rotate(deployment)
    third = keyset(deployment, root)
    assert kids(third)[:2] == kids(second)
    verified(old_lease, third["keys"][0], "prevent-for-business")

    deployment.clock.advance(seconds=1)
    rotate(deployment)
    fourth = keyset(deployment, root)
    assert kids(first)[0] not in kids(fourth)
    assert fourth["version"] == 4
    assert fourth["exp"] - fourth["iat"] >= 2 * 365 * 86_400


def test_shorter_terms_do_not_drop_the_key_of_a_longer_lease(deployment: Deployment) -> None:
    from tests.support.acts import change

    licence = deployment.licence(terms=LicenceTerms(lease_days=50, grace_days=0))
    deployment.installation(deployment.token(licence))
    change(deployment, "change_terms", licence, changes={"lease_days": 1})
    [retires_at] = [key.retires_at for key in rotate(deployment).signing if key.retires_at is not None]
    assert (retires_at - deployment.clock()).days == 50


def test_a_change_of_root_can_be_followed_from_any_earlier_one(deployment: Deployment, tmp_path: Path) -> None:
    root = dict(keys.list_keys(deployment.runtime).root)
    files = [deployment.runtime.config.root_key_file, tmp_path / "second.pem", tmp_path / "third.pem"]
    for old, new in pairwise(files):
        keys.change_root(
            deployment.runtime,
            now=deployment.clock(),
            actor=ACTOR,
            root_key_file=old,
            passphrase=PASSPHRASE,
            new_root_key_file=new,
            new_passphrase=PASSPHRASE,
        )
    answer = json_of(deployment.client.get("/api/v1/keyset"))
    assert len(answer["roots"]) == 2
    for version, change in enumerate(answer["roots"], start=2):
        assert jwt.get_unverified_header(change) == {"alg": "ES256", "typ": "kit-root+jwt", "kid": root["kid"]}
        claims = verified(change, root, "kit-root")
        assert claims["version"] == version
        root = claims["root"]
    assert keyset(deployment, root)["version"] == 3
    with pytest.raises(Refused):
        rotate(deployment)
    assert audit.verify(deployment.runtime).faults == []


@pytest.mark.parametrize(
    ("passphrase", "file", "code"),
    [("wrong", None, "root_key_locked"), (PASSPHRASE, "nowhere.pem", "root_key_missing")],
)
def test_without_the_root_nothing_is_rotated(
    deployment: Deployment, tmp_path: Path, passphrase: str, file: str | None, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        keys.rotate(
            deployment.runtime,
            now=deployment.clock(),
            actor=ACTOR,
            root_key_file=tmp_path / file if file else None,
            passphrase=passphrase,
        )
    assert refused.value.code == code
    assert len(keys.list_keys(deployment.runtime).signing) == 1


def test_a_rotation_makes_up_for_a_lost_signing_key_file(deployment: Deployment) -> None:
    kit = deployment.installation()
    deployment.runtime.config.signing_key_file.unlink()
    rotate(deployment)
    deployment.clock.advance(minutes=1)
    assert verdict(kit.sync()) == "active"


def test_a_running_server_picks_up_a_rotation_and_another_library_verifies_its_leases(server: Server) -> None:
    deployment = behind(server)
    token = deployment.token()
    leases = []
    for turn in range(3):
        status, body = activate(server, token, f"0196f1a0-0000-7000-8000-00000000000{turn}")
        assert status == 201
        leases.append(body["lease"])
        deployment.clock.now = datetime.now(UTC)
        rotate(deployment)
    with urllib.request.urlopen(f"{server.url}/.well-known/jwks.json", timeout=10) as response:
        jwks = json.load(response)
    deployment.close()

    assert len({jwt.get_unverified_header(lease)["kid"] for lease in leases}) == 3
    found = KeySet([ECKey.import_key(key) for key in jwks["keys"]])
    registry = other_library.JWTClaimsRegistry(
        aud={"essential": True, "value": "prevent-for-business"}, iss={"essential": True, "value": server.url}
    )
    for turn, lease in enumerate(leases):
        read = other_library.decode(lease, found, algorithms=["ES256"])
        registry.validate(read.claims)
        assert read.header["typ"] == "kit-lease+jwt"
        assert read.claims["sub"].endswith(str(turn))
