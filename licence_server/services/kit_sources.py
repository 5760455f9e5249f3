"""What goes onto a stick: the films and documents of a description, and the player's own files."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from licence_server.domain import captions, kit_description, manifest, stick
from licence_server.domain.captions import Cue
from licence_server.domain.errors import Invalid, Refused
from licence_server.domain.kit_description import KitDescription
from licence_server.services import stick_folder

START_PAGE = "Start here.html"
README = "README.txt"
PLAYER_FOLDER = "kit"
CONFIG = f"{PLAYER_FOLDER}/config.js"
RESERVED = (START_PAGE, README, manifest.FILE_NAME, stick_folder.MARKER)
_SDK = "kit-client.js"


@dataclass(frozen=True)
class Source:
    """A file of the content. path: where it lies in the content, and on the stick."""

    path: str
    origin: Path
    size: int
    pinned: str | None = None


@dataclass(frozen=True)
class Content:
    """A description, and all that it names."""

    description: KitDescription
    sources: list[Source]
    captions: dict[str, list[Cue]]


def read_content(folder: Path) -> Content:
    """Read a description and look at every file that it names.

    Raises Invalid (description, captions), Refused, naming every file that is missing or that a stick cannot hold.
    """
    try:
        text = (folder / kit_description.FILE_NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refused("description_missing", f"There is no {kit_description.FILE_NAME} in {folder}.") from None
    except UnicodeDecodeError:
        raise Invalid("description_invalid", f"{kit_description.FILE_NAME} is not UTF-8.") from None
    description = kit_description.parse(text)
    pins = {item.file: item.sha256 for item in description.items}
    paths = [*(item.file for item in description.items), *description.also]
    faults = stick.faults([*RESERVED, *paths])
    sources = []
    for path in paths:
        if path not in faults:
            size, fault = _look_at(folder / path)
            if fault is None:
                sources.append(Source(path, folder / path, size, pins.get(path)))
            else:
                faults[path] = fault
        if fault := _fault_of_place(path):
            faults[path] = fault
    named = [item.captions for item in description.items if item.captions is not None]
    faults |= {path: fault for path in named if (fault := stick.fault_of_path(path) or _look_at(folder / path)[1])}
    if faults:
        raise Refused("content_unfit", "; ".join(f"{path} {fault}" for path, fault in faults.items()) + ".")
    return Content(description, sources, _captions(folder, description))


def player_files() -> dict[str, bytes]:
    """The page, its styles and scripts, by their path on the stick. Raises Refused without the browser SDK."""
    folder = files("licence_server") / "player"
    found = {f"{PLAYER_FOLDER}/{file.name}": file.read_bytes() for file in folder.iterdir() if file.name[0] != "."}
    found[START_PAGE] = found.pop(f"{PLAYER_FOLDER}/start.html")
    found[f"{PLAYER_FOLDER}/{_SDK}"] = _sdk().read_bytes()
    return found


def _sdk() -> Path:
    """The browser SDK: inside an installed package, or beside it in a checkout."""
    package = Path(str(files("licence_server")))
    for path in (package / "browser_sdk" / _SDK, package.parent / "client_sdk" / "browser" / _SDK):
        if path.is_file():
            return path
    raise Refused("browser_sdk_missing", f"This installation lacks {_SDK}; install licence-server again.")


def _look_at(path: Path) -> tuple[int, str | None]:
    if not path.exists():
        return 0, "is missing"
    if not path.is_file():
        return 0, "is not a file"
    size = path.stat().st_size
    return size, "is empty" if size == 0 else stick.fault_of_size(size)


def _fault_of_place(path: str) -> str | None:
    """Why a stick has no room for content at this path, or None."""
    parts = path.casefold().split("/")
    if parts[0] == PLAYER_FOLDER:
        return f"lies in {PLAYER_FOLDER}/, where the player goes"
    if any(part.endswith(stick_folder.PART) for part in parts):
        return f"ends in {stick_folder.PART}, as what is copied in part does"
    return "has a name that operating systems use themselves" if stick.is_left_by_a_system(path) else None


def _captions(folder: Path, description: KitDescription) -> dict[str, list[Cue]]:
    named = {item.id: item.captions for item in description.items if item.captions is not None}
    return {item_id: captions.parse(_text(folder / path, path), path) for item_id, path in named.items()}


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Invalid("captions_invalid", f"{name} is not UTF-8.", {name: "is not UTF-8"}) from None
