"""Sealing and opening: right, wrong, damaged, of any size, and as the age library does it."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from licence_server.domain.errors import Refused
from licence_server.services import sealed_files
from licence_server.services.sealed_files import SealedFile, seal, unseal

CHUNK = 2**16
WORD = "quiet wörd"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here does not depend on how long a passphrase takes."""
    monkeypatch.setattr(sealed_files, "COST", 10)


def sealed(content: list[bytes], directory: Path) -> SealedFile:
    with (directory / "file").open("wb") as file:
        seal(content, file, WORD)
    return unseal(directory / "file", WORD)


def changed(file: SealedFile, content: bytes) -> SealedFile:
    path = file.path.with_name("changed")
    path.write_bytes(content)
    return replace(file, path=path)


SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_out(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)

    file = sealed([content[: size // 3], b"", content[size // 3 : size]], tmp_path)

    assert b"".join(file.pieces()) == content[:size]
    assert b"".join(file.pieces()) == content[:size]


@pytest.mark.parametrize("size", SIZES)
def test_the_age_library_opens_it(tmp_path: Path, size: int) -> None:
    file = sealed([b"x" * size], tmp_path)

    assert pyrage.passphrase.decrypt(file.path.read_bytes(), WORD) == b"x" * size


@pytest.mark.parametrize("size", [0, 2 * CHUNK])
def test_what_the_age_library_sealed_is_opened(tmp_path: Path, size: int) -> None:
    path = tmp_path / "theirs"
    path.write_bytes(pyrage.passphrase.encrypt(b"x" * size, WORD))

    assert b"".join(unseal(path, WORD).pieces()) == b"x" * size


@pytest.mark.parametrize("size", [5, 2 * CHUNK, 3 * CHUNK + 5])
def test_any_change_and_any_cut_is_found(tmp_path: Path, size: int) -> None:
    file = sealed([b"x" * size], tmp_path)
    whole = file.path.read_bytes()
    for place in range(file.start, len(whole), max(1, size // 50)):
        with pytest.raises(Refused, match="damaged or cut off"):
            list(changed(file, whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]).pieces())
        with pytest.raises(Refused, match="damaged or cut off"):
            list(changed(file, whole[:place]).pieces())
    with pytest.raises(Refused, match="damaged or cut off"):
        list(changed(file, whole + b"x").pieces())
    with pytest.raises(Refused, match="damaged or cut off"):
        list(changed(file, whole[: -(size % CHUNK or CHUNK) - 16]).pieces())


def test_chunks_cannot_change_places(tmp_path: Path) -> None:
    file = sealed([b"x" * 3 * CHUNK], tmp_path)
    whole = file.path.read_bytes()
    first, second = file.start + 16, file.start + 16 + CHUNK + 16
    swapped = whole[:first] + whole[second : second + CHUNK + 16] + whole[first:second] + whole[second + CHUNK + 16 :]
    with pytest.raises(Refused, match="damaged or cut off"):
        list(changed(file, swapped).pieces())


def test_a_wrong_passphrase_and_a_changed_head_do_not_open(tmp_path: Path) -> None:
    file = sealed([b"x"], tmp_path)
    head = file.path.read_bytes()
    with pytest.raises(Refused, match="does not open"):
        unseal(file.path, "quiet word")
    for place in range(file.start):
        for bit in (1, 2, 4):
            with pytest.raises(Refused):
                unseal(changed(file, head[:place] + bytes([head[place] ^ bit]) + head[place + 1 :]).path, WORD)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"age-encryption.org/v1\n",
        b"\n" * 100_000,
        b"age-encryption.org/v1\n-> scrypt " + b"A" * 22 + b" 40\n" + b"A" * 43 + b"\n--- " + b"A" * 43 + b"\n",
    ],
)
def test_other_files_are_not_taken_for_ours(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(Refused, match="is not a backup"):
        unseal(tmp_path / "other", WORD)


def test_the_same_content_never_looks_the_same() -> None:
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        seal([b"x" * 1000], file, WORD)
    assert files[0].getvalue()[-1016:] != files[1].getvalue()[-1016:]


def test_a_fault_in_what_is_sealed_comes_through(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise LookupError("the database went away")

    with (tmp_path / "out").open("wb") as file, pytest.raises(LookupError, match="went away"):
        seal(broken(), file, WORD)
