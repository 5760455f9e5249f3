"""Sealing and opening: right, wrong, damaged, and with pieces of any size."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from licence_server.domain.errors import Refused
from licence_server.services.sealed_files import SealedFile, seal, unseal

CONTENT = [b"", b"a" * 5, b"b" * 200_000, b"", b"c"]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> SealedFile:
    path = tmp_path_factory.mktemp("sealed") / "file"
    with path.open("wb") as file:
        seal(CONTENT, file, "quiet word")
    return unseal(path, "quiet word")


def read(sealed: SealedFile) -> bytes:
    pieces: list[bytes] = []
    sealed.read_into(pieces.append)
    return b"".join(pieces)


def damaged(sealed: SealedFile, content: bytes, directory: Path) -> SealedFile:
    path = directory / "damaged"
    path.write_bytes(content)
    return SealedFile(path, sealed._start, sealed._identity)


def test_what_was_sealed_comes_out(sealed: SealedFile) -> None:
    assert read(sealed) == b"".join(CONTENT)
    assert read(sealed) == b"".join(CONTENT)


@pytest.mark.parametrize("place", [-1, -100, -70_000, -200_000])
def test_any_change_and_any_cut_is_found(sealed: SealedFile, tmp_path: Path, place: int) -> None:
    whole = sealed._path.read_bytes()
    changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[len(whole) + place + 1 :]
    for content in (changed, whole[:place], whole + b"x"):
        with pytest.raises(Refused, match="damaged or cut off"):
            read(damaged(sealed, content, tmp_path))


def test_a_file_cut_at_its_head_is_found(sealed: SealedFile, tmp_path: Path) -> None:
    whole = sealed._path.read_bytes()
    with pytest.raises(Refused, match="damaged or cut off"):
        read(damaged(sealed, whole[: sealed._start], tmp_path))


@pytest.mark.parametrize("content", [b"", b"PK", b"-----BEGIN AGE ENCRYPTED FILE-----\n", b"\n" * 100_000])
def test_other_files_are_not_taken_for_ours(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(Refused, match="not a backup"):
        unseal(tmp_path / "other", "quiet word")


def test_faults_on_either_side_keep_their_name(sealed: SealedFile, tmp_path: Path) -> None:
    def full(_piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    def broken() -> Iterator[bytes]:
        yield b"a"
        raise LookupError("the database went away")

    with pytest.raises(OSError, match="No space left"):
        sealed.read_into(full)
    with (tmp_path / "out").open("wb") as file, pytest.raises(LookupError, match="went away"):
        seal(broken(), file, "quiet word")
    with Path("/dev/full").open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        seal([b"a" * 10_000_000], file, "quiet word")
