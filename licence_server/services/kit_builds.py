"""`kit build`: a description and a folder of films become a stick folder.

Run again after an interruption, it copies what is missing or changed. Run again with other films, it becomes
the newer kit: what no longer belongs goes first, for a stick rarely has room for both. A folder that holds anything
else is refused, links and devices included.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from licence_server.domain import dates, manifest, stick
from licence_server.domain.errors import Refused
from licence_server.domain.kit_description import KitDescription
from licence_server.domain.manifest import Manifest, ManifestFile
from licence_server.models import Organisation
from licence_server.services import (
    keys,
    kit_sources,
    kit_texts,
    kit_tokens,
    kits,
    organisations,
    qr_encoder,
    stick_folder,
)
from licence_server.services.kit_sources import CONFIG, PLAYER_FOLDER, README, Content
from licence_server.services.kit_texts import Particulars
from licence_server.services.runtime import Runtime
from licence_server.services.stick_folder import SILENT, Progress, State

QR_SCRIPT = f"{PLAYER_FOLDER}/qrcode.js"
_NO_ENCODER = b"// No QR encoder was at hand when this kit was built, so reporting by phone is left out.\n"


@dataclass(frozen=True)
class Built:
    """left_out: items that the server knows and the description does not name."""

    manifest: Manifest
    folder: Path
    start_page: Path
    copied: list[str]
    unchanged: list[str]
    removed: list[str]
    left_out: list[str]
    token_issued: bool
    by_phone: bool


def build(
    runtime: Runtime,
    kit_id: str,
    folder: Path,
    content_folder: Path,
    *,
    now: datetime,
    actor: str,
    organisation_id: UUID | None = None,
    progress: Progress = SILENT,
) -> Built:
    """Build a stick. Raises NotFound, Invalid (description), Refused: all before anything is written."""
    content = kit_sources.read_content(content_folder)
    left_out = _require_known(runtime, kit_id, content.description)
    organisation = organisations.get(runtime, organisation_id) if organisation_id is not None else None
    licence = kit_tokens.usable_licence(runtime, organisation.id, kit_id, now=now) if organisation else None
    root, encoder, small = keys.list_keys(runtime).root, qr_encoder.read(), kit_sources.player_files()
    small[QR_SCRIPT] = encoder or _NO_ENCODER
    films = {source.path for source in content.sources}
    planned = films | small.keys() | {CONFIG, README}
    state = _require_ours(folder, content_folder, kit_id, organisation, planned)
    hashes = _hash_sources(content, progress)

    stick_folder.begin(folder, kit_id, _id(organisation), planned | state.expected)
    removed = _remove_stale(folder, planned)
    copied = _copy_films(folder, content, hashes, progress)
    token, issued = _token(runtime, folder, state, licence, now=now, actor=actor)
    particulars = Particulars(content, runtime.config.public_url, root, organisation, token, encoder is not None)
    small |= {CONFIG: kit_texts.config_script(particulars), README: kit_texts.readme(particulars)}
    copied += [path for path, words in small.items() if stick_folder.write(folder, path, words)]
    listed = _manifest(folder, content.description, organisation, planned, hashes, now, state.finished)
    stick_folder.finish(folder, listed)
    return Built(
        manifest=listed,
        folder=folder,
        start_page=folder / kit_sources.START_PAGE,
        copied=sorted(copied),
        unchanged=sorted(planned - set(copied)),
        removed=removed,
        left_out=left_out,
        token_issued=issued,
        by_phone=encoder is not None,
    )


def _require_known(runtime: Runtime, kit_id: str, description: KitDescription) -> list[str]:
    if description.id != kit_id:
        raise Refused("kit_mismatch", f"The content describes the kit {description.id}, not {kit_id}.")
    known = [item.item_id for item in kits.get(runtime, kit_id).items]
    named = [item.id for item in description.items]
    unknown = [item_id for item_id in named if item_id not in known]
    if unknown:
        raise Refused(
            "items_unknown",
            f"The server does not know these items of {kit_id}, so their use could not be counted: "
            f"{', '.join(unknown)}. Add them with `licence-server kits add`.",
        )
    return [item_id for item_id in known if item_id not in named]


def _require_ours(
    folder: Path, content_folder: Path, kit_id: str, organisation: Organisation | None, planned: set[str]
) -> State:
    """Raises Refused where the folder holds something that no build of this stick wrote."""
    if folder.exists() and not folder.is_dir():
        raise Refused("folder_unfit", f"{folder} is not a folder.")
    here, there = folder.resolve(), content_folder.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise Refused("folder_unfit", "OUT_DIR and the content must lie apart, neither inside the other.")
    state = stick_folder.state_of(folder)
    if state.kit not in (None, kit_id) or (state.kit is not None and state.organisation != _id(organisation)):
        whose = f"organisation {state.organisation}" if state.organisation else "no organisation in particular"
        raise Refused("folder_taken", f"{folder} holds a stick of the kit {state.kit} for {whose}; choose another.")
    ours = {stick.fold(path) for path in state.expected | {manifest.FILE_NAME, stick_folder.MARKER}}
    ours |= {f"{path}{stick_folder.PART}" for path in ours}
    found = stick_folder.files_in(folder)
    foreign = [one for one in found if stick.fold(one) not in ours or stick_folder.size_of(folder / one) is None]
    if foreign:
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        raise Refused("folder_taken", f"{folder} holds something else: {', '.join(foreign[:3])}{more}.")
    return state


def _hash_sources(content: Content, progress: Progress) -> dict[str, str]:
    progress.begin("Checking the content", sum(source.size for source in content.sources))
    hashes = {source.path: stick_folder.hash_file(source.origin, progress) for source in content.sources}
    changed = [source.path for source in content.sources if source.pinned not in (None, hashes[source.path])]
    if changed:
        raise Refused("content_changed", f"Not the files that the description pins: {', '.join(changed)}.")
    return hashes


def _copy_films(folder: Path, content: Content, hashes: dict[str, str], progress: Progress) -> list[str]:
    """Copy what is not there yet, whole and the same."""
    progress.begin("Copying", sum(source.size for source in content.sources))
    copied = []
    for source in content.sources:
        target = folder / source.path
        if target.is_file() and target.stat().st_size == source.size:
            if stick_folder.hash_file(target, progress) == hashes[source.path]:
                continue
            progress.advance(-source.size)
        stick_folder.copy(folder, source.path, source.origin, hashes[source.path], progress)
        copied.append(source.path)
    return copied


def _token(
    runtime: Runtime, folder: Path, state: State, licence_id: UUID | None, *, now: datetime, actor: str
) -> tuple[str | None, bool]:
    """The token for the stick, and whether it is new: a stick that has a good one keeps it."""
    if licence_id is None:
        return None, False
    path = folder / CONFIG
    if CONFIG in state.expected and path.is_file():
        written = kit_texts.settings_in(path.read_bytes()).get("activationToken")
        if isinstance(written, str) and kit_tokens.still_good(runtime, written, licence_id, now=now):
            return written, False
    return kit_tokens.issue(runtime, licence_id, now=now, actor=actor), True


def _remove_stale(folder: Path, planned: set[str]) -> list[str]:
    kept = {stick.fold(path) for path in planned | {manifest.FILE_NAME, stick_folder.MARKER}}
    stale = [path for path in stick_folder.files_in(folder) if stick.fold(path) not in kept]
    for path in stale:
        stick_folder.remove(folder, path)
    return stale


def _manifest(
    folder: Path,
    description: KitDescription,
    organisation: Organisation | None,
    planned: set[str],
    hashes: dict[str, str],
    now: datetime,
    before: Manifest | None,
) -> Manifest:
    """The manifest of what lies there now; an earlier one that still fits stays, its moment included."""
    files = tuple(
        ManifestFile(
            path, (folder / path).stat().st_size, hashes.get(path) or stick_folder.hash_file(folder / path, SILENT)
        )
        for path in sorted(planned)
    )
    moment = dates.written(now, "seconds")
    listed = Manifest(description.id, description.version, moment, _id(organisation), files)
    if before is not None and vars(before) == {**vars(listed), "built_at": before.built_at}:
        return before
    return listed


def _id(organisation: Organisation | None) -> str | None:
    return None if organisation is None else str(organisation.id)
