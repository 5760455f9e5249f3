"""What FAT32 and Windows take."""

import pytest

from licence_server.domain.stick import MAX_FILE_SIZE, fault_of_path, fault_of_size, faults, is_left_by_a_system


@pytest.mark.parametrize("path", ["films/Film 1.webm", "kit/été.js", "a.b.c", "Start here.html", "console.txt"])
def test_plain_paths_are_taken(path: str) -> None:
    assert fault_of_path(path) is None


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/a",
            "a//b",
            "../a",
            "a/./b",
            "a:b",
            "a?",
            'a"b',
            "a\\b",
            "a|b",
            "a*",
            "a<b",
            "a\x01b",
            "a.",
            "a ",
            " a",
        ),
        *("con", "CON.txt", "films/Nul.webm", "com1", "lpt9.x", "x" * 201),
    ],
)
def test_paths_that_a_stick_cannot_hold_are_refused(path: str) -> None:
    assert fault_of_path(path) is not None


def test_names_that_differ_in_case_alone_clash() -> None:
    found = faults(["films/One.webm", "films/one.webm", "Films", "two"])
    assert found == {
        "films/one.webm": "differs from films/One.webm in case alone",
        "Films": "is a file and a folder at once",
    }
    assert faults(["a", "a"]) == {"a": "stands there twice"}
    assert faults(["a", "A/b"]) == {"A/b": "is a file and a folder at once"}


def test_four_gibibytes_are_one_byte_too_many() -> None:
    assert fault_of_size(MAX_FILE_SIZE) is None
    assert "4 GiB" in str(fault_of_size(4 * 1024**3))


@pytest.mark.parametrize(
    "path", ["System Volume Information/x", ".Trashes/501/a", "films/._one.webm", "films/Thumbs.db", "$RECYCLE.BIN/a"]
)
def test_what_systems_leave_does_not_count(path: str) -> None:
    assert is_left_by_a_system(path)


def test_a_film_counts() -> None:
    assert not is_left_by_a_system("films/one.webm")
