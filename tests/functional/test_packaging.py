"""Both distributions, built as they would be for an index and installed elsewhere."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.support.content import KIT_ID, small_content
from tests.support.databases import SqliteServer
from tests.support.deployment import Deployment

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def servers_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _wheel(ROOT, tmp_path_factory.mktemp("server"))


def test_the_servers_wheel_carries_its_migrations(servers_wheel: Path) -> None:
    names = set(zipfile.ZipFile(servers_wheel).namelist())

    assert "licence_server/migrations/env.py" in names
    assert any(name.startswith("licence_server/migrations/versions/0001") for name in names)
    assert "licence_server/portal/templates/portal/phone.html" in names
    assert "licence_server/portal/static/phone.js" in names
    assert {"licence_server/player/start.html", "licence_server/browser_sdk/kit-client.js"} <= names
    assert not any(name.startswith(("tests/", "client_sdk/")) for name in names)


def test_an_installed_server_builds_a_stick_far_from_any_checkout(servers_wheel: Path, tmp_path: Path) -> None:
    deployment = Deployment(tmp_path, SqliteServer(tmp_path).migrated())
    deployment.kit(KIT_ID, {"film-1": "One", "film-2": "Two", "handbook": "Handbook"})
    deployment.close()
    command = [_install(servers_wheel, tmp_path / "venv"), "kit", "build", KIT_ID, "stick", "--content"]
    done = subprocess.run(
        [*command, small_content(tmp_path / "content")],
        cwd=tmp_path,
        env=deployment.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    player = {path.name: path.read_bytes() for path in (ROOT / "licence_server/player").iterdir()}
    on_the_stick = {path.name: path.read_bytes() for path in (tmp_path / "stick/kit").iterdir()}
    assert on_the_stick.pop("kit-client.js") == (ROOT / "client_sdk/browser/kit-client.js").read_bytes()
    assert (tmp_path / "stick/Start here.html").read_bytes() == player.pop("start.html")
    assert next((tmp_path / "venv").rglob("licence_server/browser_sdk/kit-client.js")).is_file()
    assert player.items() <= on_the_stick.items()
    assert on_the_stick.keys() - player.keys() == {"config.js", "qrcode.js"}


def test_the_sdk_needs_nothing_of_the_server(tmp_path: Path) -> None:
    wheel = _wheel(ROOT / "client_sdk", tmp_path)
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
        requires = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()

    script = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); import client_sdk; "
        "heavy = {'licence_server', 'flask', 'sqlalchemy', 'click', 'msgspec'} & set(sys.modules); "
        "print(client_sdk.__file__, heavy)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.stdout.strip() == f"{installed / 'client_sdk' / '__init__.py'} set()"
    assert [line for line in requires.splitlines() if line.startswith("Requires-Dist")] == [
        "Requires-Dist: pyjwt[crypto]>=2.10"
    ]


def _install(wheel: Path, folder: Path) -> Path:
    """Install into an environment of its own; what the wheel depends on is lent to it. The command."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    # A path in a .pth file brings packages, but not the .pth files there, by which a checkout is installed.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    python = folder / "bin" / "python"
    arguments = ["install", "--quiet", "--no-deps", "--no-index", "--no-compile", wheel]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *arguments], check=True)
    return folder / "bin" / "licence-server"


def _wheel(source: Path, target: Path) -> Path:
    """Build a wheel in a copy, so that nothing is left in the source."""
    copy = target / "source"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "."], cwd=source, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, tracked):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((source / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", target, copy],
        check=True,
    )
    return next(target.glob("*.whl"))
