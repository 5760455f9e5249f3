"""What the documentation must not leave out."""

import re
from pathlib import Path

from licence_server.config import PREFIX, SETTINGS
from licence_server.models import Organisation

ROOT = Path(__file__).parents[2]


def test_every_setting_is_documented() -> None:
    operating = (ROOT / "docs/operating.md").read_text()
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", operating, re.MULTILINE))

    assert f"`{PREFIX}`" in operating
    assert table == set(SETTINGS)


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text())) <= targets


def test_every_table_has_its_place_among_several_databases() -> None:
    scaling = (ROOT / "docs/scaling.md").read_text()
    places = re.findall(r"^\| (`[^|]+`) \| (?:distributed|reference|on the coordinator) \|", scaling, re.MULTILINE)
    named = [name for cell in places for name in re.findall(r"`([a-z_]+)`", cell)]

    assert sorted(named) == sorted(Organisation.metadata.tables)
