"""`kit encoder` with the real npm, against a registry on this computer."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from client_sdk import Response
from licence_server.cli.commands import commands
from licence_server.cli.operator import Operator
from licence_server.services import qr_encoder
from licence_server.services.qr_encoder import PACKAGE, VERSION
from tests.support import browsers
from tests.support.portal import Answer, Portal, Visit, portal

TARBALL = f"/{PACKAGE}/-/{PACKAGE}-{VERSION}.tgz"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A stand-in, known by its hash like the encoder: the set-up of this checkout may not have fetched that one."""
    stand_in = b"window.qrcode = () => null;\n"
    monkeypatch.setattr(qr_encoder, "SHA256", hashlib.sha256(stand_in).hexdigest())
    return stand_in


@pytest.fixture
def registry(script: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Portal]:
    """A registry that knows one package, the one that npm is told to ask."""
    browsers.npm()
    with portal() as served:
        served.answer = _registry(served.url, _package(script))
        monkeypatch.setenv("npm_config_registry", served.url)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
        monkeypatch.setenv("npm_config_noproxy", "127.0.0.1")
        monkeypatch.setenv("npm_config_update_notifier", "false")
        yield served


def test_the_encoder_is_fetched_once(
    registry: Portal, script: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "share" / "licence-server" / "encoder.js"
    monkeypatch.setattr(qr_encoder, "location", lambda: place)

    first = _kit_encoder(tmp_path)
    assert first == f"{PACKAGE} {VERSION}: {place}\n"
    assert place.read_bytes() == script
    assert [path.name for path in place.parent.iterdir()] == ["encoder.js"]
    asked = [visit.target for visit in registry.visits]
    assert (asked[0], asked[-1]) == (f"/{PACKAGE}", TARBALL)

    assert _kit_encoder(tmp_path) == first
    assert len(registry.visits) == len(asked), "what is there is not fetched again"


def _kit_encoder(folder: Path) -> str:
    done = CliRunner().invoke(commands, ["kit", "encoder"], obj=Operator({}, folder))
    assert done.exit_code == 0, done.output
    return done.stdout


def _registry(url: str, package: bytes) -> Answer:
    version = {"name": PACKAGE, "version": VERSION, "dist": {"tarball": url + TARBALL}}
    document = {"name": PACKAGE, "dist-tags": {"latest": VERSION}, "versions": {VERSION: version}}

    def answer(visit: Visit) -> None:
        path = visit.target.partition("?")[0]
        if path == TARBALL:
            visit.answer(Response(200, {"Content-Type": "application/octet-stream"}, package))
        elif path == f"/{PACKAGE}":
            visit.answer(Response(200, {"Content-Type": "application/json"}, json.dumps(document).encode()))
        else:
            visit.answer(Response(404, {"Content-Type": "application/json"}, b"{}"))

    return answer


def _package(script: bytes) -> bytes:
    """A package as npm publishes it."""
    packed = io.BytesIO()
    files = {"package.json": json.dumps({"name": PACKAGE, "version": VERSION}).encode(), "dist/qrcode.js": script}
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()
