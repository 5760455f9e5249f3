"""The folder that becomes a stick: what is in it, and writing into it so that an interruption harms nothing.

Each file is written beside its place, forced to the disk and renamed, so a file under its own name is whole.
While a build is under way a marker says whose folder this is; the manifest comes last and takes its place.
"""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from licence_server.domain import manifest, stick
from licence_server.domain.errors import Invalid, Refused
from licence_server.domain.manifest import Manifest

MARKER = "unfinished-build.json"
PART = ".part"
_CHUNK = 1024 * 1024


class Progress(Protocol):
    """Told how many bytes there are to go through, and how many are done."""

    def begin(self, words: str, total: int) -> None: ...
    def advance(self, done: int) -> None: ...


class _Silent:
    """A Progress that nobody watches."""

    def begin(self, words: str, total: int) -> None:
        """Say nothing."""

    def advance(self, done: int) -> None:
        """Say nothing."""


SILENT: Progress = _Silent()


@dataclass(frozen=True)
class State:
    """What a folder is before a build. expected: paths that builds before this one wrote or may have written."""

    finished: Manifest | None = None
    kit: str | None = None
    organisation: str | None = None
    expected: frozenset[str] = field(default_factory=frozenset)


def state_of(folder: Path) -> State:
    """Read marker and manifest. Raises Invalid where one of them is no word of ours."""
    found = read_manifest(folder)
    marker = folder / MARKER
    if os.path.lexists(marker):
        try:
            written = json.loads(_own_text(marker))
            paths = frozenset(path for path in map(str, written["paths"]) if stick.fault_of_path(path) is None)
            return State(found, written["kit"], written["organisation"], paths | _paths(found))
        except (KeyError, TypeError, ValueError, RecursionError):
            raise Invalid("marker_invalid", f"{marker} is not the note of an unfinished build.") from None
    if found is None:
        return State()
    return State(found, found.kit, found.organisation, _paths(found))


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder, or None. Raises Invalid."""
    try:
        return manifest.parse(_own_text(folder / manifest.FILE_NAME))
    except FileNotFoundError:
        return None
    except ValueError:
        raise Invalid("manifest_invalid", f"{manifest.FILE_NAME} is not the manifest of a kit.") from None


def files_in(folder: Path) -> list[str]:
    """Every file, as a path with forward slashes; what operating systems leave there does not count.

    A link counts as a file even if it leads to a folder: nothing behind it is looked at.
    """
    paths = []
    for directory, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(directory) / name).is_symlink()]
        paths += [(Path(directory) / name).relative_to(folder).as_posix() for name in names + links]
    return sorted(path for path in paths if not stick.is_left_by_a_system(path))


def size_of(path: Path) -> int | None:
    """The size of a plain file; None for a link, a pipe or a device: no stick holds those, and some never end."""
    found = path.lstat()
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def begin(folder: Path, kit: str, organisation: str | None, paths: set[str]) -> None:
    """Mark a build as under way; from here to `finish` the folder is no kit to hand out."""
    words = {"kit": kit, "organisation": organisation, "paths": sorted(paths)}
    write(folder, MARKER, json.dumps(words, indent=1).encode())


def finish(folder: Path, listed: Manifest) -> None:
    """Write the manifest and take the marker away."""
    write(folder, manifest.FILE_NAME, manifest.write(listed).encode())
    (folder / MARKER).unlink(missing_ok=True)


def write(folder: Path, path: str, content: bytes) -> bool:
    """Put a small file in its place; whether that changed anything."""
    target = folder / path
    if target.is_file() and target.read_bytes() == content:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + PART)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    return True


def copy(folder: Path, path: str, origin: Path, sha256: str, progress: Progress) -> None:
    """Copy one film. Raises Refused where it is no longer the file that was checked."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + PART)
    digest = hashlib.sha256()
    with origin.open("rb") as source, draft.open("wb") as file:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
            progress.advance(len(chunk))
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != sha256:
        draft.unlink()
        raise Refused("content_changed", f"{path} was changed while it was being copied.")
    draft.replace(target)


def hash_file(path: Path, progress: Progress) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            progress.advance(len(chunk))
    return digest.hexdigest()


def remove(folder: Path, path: str) -> None:
    """Take away a file of an earlier build, and the folders that it leaves empty."""
    (folder / path).unlink(missing_ok=True)
    for parent in (folder / path).parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


def _own_text(path: Path) -> str:
    """The text of a file that a build wrote. Raises FileNotFoundError, ValueError."""
    if size_of(path) is None:
        raise ValueError("not a plain file")
    return path.read_text(encoding="utf-8")


def _paths(found: Manifest | None) -> frozenset[str]:
    return frozenset() if found is None else frozenset(file.path for file in found.files)
