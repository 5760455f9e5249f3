"""What a USB stick takes: file names and sizes that FAT32 and every PC can hold.

* A path is relative, of parts joined by '/', without '.' or '..' parts.
* No part holds one of `\\ : * ? " < > |` or a control character, ends in a dot or a space, or has a name
  that Windows keeps for devices (con, nul, com1 …), whatever its ending.
* Two paths that differ in case alone are the same file, also where one of them is a folder of the other.
* A file is at most 4 GiB less one byte.
* What an operating system leaves on a stick by itself is not ours and never counts.
"""

import re
import unicodedata
from collections.abc import Iterable

MAX_FILE_SIZE = 4 * 1024**3 - 1
MAX_PART = 200

_FORBIDDEN = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_LEFT_BY_SYSTEMS = {
    "system volume information",
    "$recycle.bin",
    "desktop.ini",
    "thumbs.db",
    "lost+found",
    ".trashes",
    ".trash-0",
    ".trash-1000",
    ".spotlight-v100",
    ".fseventsd",
    ".temporaryitems",
    ".ds_store",
}


def fault_of_path(path: str) -> str | None:
    """Why a stick cannot hold this path, or None."""
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return "is not a plain relative path"
        if _FORBIDDEN.search(part) or any(unicodedata.category(character) == "Cs" for character in part):
            return "holds a character that FAT32 forbids"
        if part.endswith((".", " ")) or part.startswith(" "):
            return "begins with a space, or ends in a dot or a space"
        if _DEVICE.fullmatch(part):
            return "is a name that Windows keeps for itself"
        if len(part.encode("utf-16-le")) // 2 > MAX_PART:
            return f"is longer than {MAX_PART} characters"
    return None


def fault_of_size(size: int) -> str | None:
    """Why a stick cannot hold a file of this size, or None."""
    return None if size <= MAX_FILE_SIZE else "is larger than 4 GiB, the limit of FAT32"


def faults(paths: Iterable[str]) -> dict[str, str]:
    """Every path that a stick cannot hold, with the reason, clashes between paths included."""
    found: dict[str, str] = {}
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        fault = fault_of_path(path)
        key = fold(path)
        if fault is None and key in files:
            fault = "stands there twice" if files[key] == path else f"differs from {files[key]} in case alone"
        parents = [key[:end] for end in range(len(key)) if key[end] == "/"]
        if fault is None and (key in folders or any(parent in files for parent in parents)):
            fault = "is a file and a folder at once"
        if fault is not None:
            found[path] = fault
            continue
        files[key] = path
        folders.update(dict.fromkeys(parents, path))
    return found


def fold(path: str) -> str:
    """The path as FAT32 compares it."""
    return unicodedata.normalize("NFC", path).casefold()


def is_left_by_a_system(path: str) -> bool:
    """Whether an operating system puts this on sticks by itself."""
    first, last = path.split("/")[0].lower(), path.split("/")[-1]
    return first in _LEFT_BY_SYSTEMS or last.startswith("._") or last.lower() in _LEFT_BY_SYSTEMS
