"""The deployment's secret: lines, keys derived from them, files for their owner alone."""

from pathlib import Path

import pytest

from licence_server.domain.errors import ConfigError
from licence_server.secret_keys import SecretKeys, hash_secret, write_private

OLD, NEW = "o" * 32, "a secret of several words, long enough"
INSTALLATION = "0196f1a0-0000-7000-8000-000000000001"


def test_older_secrets_are_kept_and_the_newest_is_used(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{OLD}\n")
    before = SecretKeys.load(path)
    path.write_text(f"{OLD}\r\n\n  {NEW}  \n")
    after = SecretKeys.load(path)

    assert before.message_kid != after.message_kid
    assert list(after.message_secrets) == [before.message_kid, after.message_kid]
    kid = before.message_kid
    assert before.message_key(kid, INSTALLATION) == after.message_key(kid, INSTALLATION)
    assert after.message_key(after.message_kid, INSTALLATION) != after.message_key(kid, INSTALLATION)
    # Hashes that are for ever stay the same.
    assert before.hash_contact("ann@example.org") == after.hash_contact("ann@example.org")
    assert before.hash_learner("kit", "learner") == after.hash_learner("kit", "learner")


def test_each_use_has_its_own_key() -> None:
    keys = SecretKeys([OLD])
    assert len(keys.message_key(keys.message_kid, INSTALLATION)) == 32
    assert keys.hash_learner("kit-a", "x") != keys.hash_learner("kit-b", "x")
    assert keys.hash_contact("x").removeprefix("hmac-sha256:") != keys.hash_learner("", "x").hex()


@pytest.mark.parametrize("content", [b"", b"\n", b"short\n", OLD.encode() + b"\nshort\n", b"\xff" * 40])
def test_an_unusable_file_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        SecretKeys.load(tmp_path / "secret")
    assert "short" not in refused.value.detail.replace("shorter", "")


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        SecretKeys.load(tmp_path / "nowhere")


def test_a_made_secret_is_usable_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret"
    SecretKeys.create(path)
    made = path.read_bytes()
    assert SecretKeys.load(path).message_kid
    with pytest.raises(FileExistsError):
        write_private(path, b"other")
    assert path.read_bytes() == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["secret"]


def test_any_text_can_be_looked_up_as_a_token() -> None:
    assert len(hash_secret("\ud800 é \x00")) == 32
