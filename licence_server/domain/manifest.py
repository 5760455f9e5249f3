"""The manifest of a built kit: every file with its size and SHA-256, and how a folder differs from it.

The manifest names neither itself nor what an operating system leaves on sticks. It proves that copying went
well; it is not signed, and no defence against somebody who changes files and manifest together.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from licence_server.domain import stick
from licence_server.domain.errors import Invalid

FILE_NAME = "manifest.json"
FORMAT = 1

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ManifestFile:
    """One file. path: relative, with forward slashes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """organisation: the id of the one whose own stick it is."""

    kit: str
    version: str
    built_at: str
    organisation: str | None
    files: tuple[ManifestFile, ...]

    def by_path(self) -> dict[str, ManifestFile]:
        return {file.path: file for file in self.files}


@dataclass(frozen=True)
class Differences:
    """How a folder differs: paths, sorted."""

    missing: list[str]
    changed: list[str]
    extra: list[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.changed or self.extra)


def write(manifest: Manifest) -> str:
    """The manifest as its file holds it."""
    files = [vars(file) for file in sorted(manifest.files, key=lambda file: file.path)]
    return json.dumps({"format": FORMAT, **vars(manifest), "files": files}, indent=1, ensure_ascii=False) + "\n"


def parse(text: str) -> Manifest:
    """Read a manifest. Raises Invalid."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise Invalid("manifest_invalid", f"{FILE_NAME} is of a format this release does not know.")
        files = tuple(_file(row) for row in document["files"])
        names = {name: _text(document[name]) for name in ("kit", "version", "built_at")}
        organisation = document["organisation"]
        return Manifest(**names, organisation=None if organisation is None else _text(organisation), files=files)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Invalid("manifest_invalid", f"{FILE_NAME} is not the manifest of a kit.") from None


def compare(manifest: Manifest, found: Mapping[str, str | None]) -> Differences:
    """found: every file that counts, by path: its SHA-256, or None where it cannot be the one listed."""
    listed = manifest.by_path()
    return Differences(
        missing=sorted(listed.keys() - found.keys()),
        changed=sorted(path for path in listed.keys() & found.keys() if listed[path].sha256 != found[path]),
        extra=sorted(found.keys() - listed.keys() - {FILE_NAME}),
    )


def _file(row: Any) -> ManifestFile:
    path, size, sha256 = row["path"], row["size"], row["sha256"]
    if not isinstance(size, int) or isinstance(size, bool) or size < 0 or not _SHA256.fullmatch(sha256):
        raise ValueError
    if stick.fault_of_path(_text(path)) is not None:
        raise ValueError
    return ManifestFile(path, size, sha256)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value
