"""WebVTT as kits take it."""

import pytest

from licence_server.domain.captions import Cue, parse
from licence_server.domain.errors import Invalid


def test_cues_are_read_without_markup() -> None:
    text = (
        "\ufeffWEBVTT - a film\r\n\r\nNOTE nothing\r\n\r\n1\r\n00:01.000 --> 00:02.500 align:start\r\n"
        "<v Ann>Hello &amp; <i>welcome</i>\r\nto it\r\n\r\n01:00:00.000 --> 01:00:01.000\r\nBye\r\n"
    )
    assert parse(text, "a.vtt") == [Cue(1.0, 2.5, "Hello & welcome\nto it"), Cue(3600.0, 3601.0, "Bye")]


def test_a_long_row_of_brackets_takes_no_time() -> None:
    row = "<" * 1_000_000
    assert parse(f"WEBVTT\n\n00:00.000 --> 00:01.000\n1 < 2 <i>so</i> {row}", "a.vtt") == [Cue(0, 1, f"1 < 2 so {row}")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1\n00:00.000 --> 00:01.000\nHello", 1),
        ("WEBVTT\n\n00:00,000 --> 00:01,000\nHello", 3),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nHello", 3),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", 5),
        (f"WEBVTT\n\n00:01.000 --> {5000 * '9'}:00:02.000\nHello", 3),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Invalid, match=rf"a\.vtt, line {line}: "):
        parse(text, "a.vtt")
