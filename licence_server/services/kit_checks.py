"""`kit verify`: does a folder hold exactly what was built?"""

from dataclasses import dataclass
from pathlib import Path

from licence_server.domain import manifest
from licence_server.domain.errors import Refused
from licence_server.domain.manifest import Differences, Manifest
from licence_server.services import stick_folder
from licence_server.services.stick_folder import SILENT, Progress


@dataclass(frozen=True)
class KitCheck:
    """What a folder was built as, and in what it differs from that."""

    manifest: Manifest
    differences: Differences


def verify(folder: Path, progress: Progress = SILENT) -> KitCheck:
    """Compare every file with the manifest. Raises Refused (no finished kit), Invalid (no manifest of ours)."""
    if (folder / stick_folder.MARKER).exists():
        raise Refused("kit_unfinished", f"The build in {folder} was interrupted; run the same `kit build` again.")
    listed = stick_folder.read_manifest(folder)
    if listed is None:
        raise Refused("manifest_missing", f"There is no {manifest.FILE_NAME} in {folder}, so it is no kit.")
    expected = listed.by_path()
    sizes = {path: stick_folder.size_of(folder / path) for path in stick_folder.files_in(folder)}
    right = {path for path, size in sizes.items() if path in expected and expected[path].size == size}
    progress.begin("Checking", sum(expected[path].size for path in right))
    found = {path: stick_folder.hash_file(folder / path, progress) if path in right else None for path in sorted(sizes)}
    return KitCheck(listed, manifest.compare(listed, found))
