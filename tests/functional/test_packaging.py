"""Both distributions, built as they would be for an index and installed elsewhere."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_servers_wheel_carries_its_migrations(tmp_path: Path) -> None:
    wheel = _wheel(ROOT, tmp_path)
    names = set(zipfile.ZipFile(wheel).namelist())

    assert "licence_server/migrations/env.py" in names
    assert any(name.startswith("licence_server/migrations/versions/0001") for name in names)
    assert "licence_server/portal/templates/portal/phone.html" in names
    assert "licence_server/portal/static/phone.js" in names
    assert {"licence_server/player/start.html", "licence_server/browser_sdk/kit-client.js"} <= names
    assert not any(name.startswith(("tests/", "client_sdk/")) for name in names)


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
