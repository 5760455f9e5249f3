"""The manifest of a kit."""

import json
from typing import Any

import pytest

from licence_server.domain.errors import Invalid
from licence_server.domain.manifest import Differences, Manifest, ManifestFile, compare, parse, write

ONE = ManifestFile("films/one.webm", 3, "a" * 64)
TWO = ManifestFile("README.txt", 5, "b" * 64)
MANIFEST = Manifest("kit", "1.0", "2026-03-02T09:00:00Z", None, (TWO, ONE))


def test_what_is_written_is_read_again() -> None:
    assert parse(write(MANIFEST)) == MANIFEST


def test_differences_are_named() -> None:
    found = {"README.txt": "c" * 64, "films/new.webm": None, "manifest.json": None}
    assert compare(MANIFEST, found) == Differences(["films/one.webm"], ["README.txt"], ["films/new.webm"])
    assert not compare(MANIFEST, {"films/one.webm": "a" * 64, "README.txt": "b" * 64})


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"kit": 5},
        {"organisation": 5},
        {"files": [{"path": "../a", "size": 1, "sha256": "a" * 64}]},
        {"files": [{"path": "a", "size": -1, "sha256": "a" * 64}]},
        {"files": [{"path": "a", "size": True, "sha256": "a" * 64}]},
        {"files": [{"path": "a", "size": 1, "sha256": "A" * 64}]},
        {"files": [{"path": 1, "size": 1, "sha256": "a" * 64}]},
        {"files": 5},
    ],
)
def test_a_manifest_of_somebody_else_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        parse(json.dumps(json.loads(write(MANIFEST)) | change))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[" * 100_000])
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)
