"""Captions: WebVTT, read once when a kit is built.

A page opened from file:// may not load a <track>, so the cues travel inside the kit's own script and the page
adds them itself. Kept of a cue: start, end and its text, without markup; place and style are the page's.
"""

import html
import re
from dataclasses import dataclass

from licence_server.domain.errors import Invalid

# WebVTT takes any number of hours; a number of thousands of digits is more than Python reads.
_TIME = r"(?:([0-9]{2,9}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
# Not "<[^>]*>", which takes hours over a long row of "<".
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Cue:
    """A line of captions. start, end: seconds."""

    start: float
    end: float
    text: str


def parse(text: str, name: str) -> list[Cue]:
    """Read WebVTT. Raises Invalid, naming the file and the line."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise _invalid(name, 1, "the first line must be WEBVTT")
    cues: list[Cue] = []
    number = 0
    while number < len(lines):
        if "-->" not in lines[number]:
            number += 1
            continue
        start, end = _times(name, number + 1, lines[number])
        first = number = number + 1
        while number < len(lines) and lines[number].strip():
            number += 1
        words = html.unescape(_TAG.sub("", "\n".join(lines[first:number]))).strip()
        if words:
            cues.append(Cue(start, end, words))
    if not cues:
        raise _invalid(name, len(lines), "it holds no captions")
    return cues


def _times(name: str, number: int, line: str) -> tuple[float, float]:
    match = _TIMING.fullmatch(line.strip())
    if match is None:
        raise _invalid(name, number, "this is no timing like 00:01.000 --> 00:04.000")
    groups = match.groups()
    start, end = _seconds(groups[:4]), _seconds(groups[4:])
    if end <= start:
        raise _invalid(name, number, "a caption must end after its start")
    return start, end


def _seconds(groups: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(group or 0) for group in groups)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _invalid(name: str, number: int, fault: str) -> Invalid:
    return Invalid("captions_invalid", f"{name}, line {number}: {fault}.", {name: fault})
