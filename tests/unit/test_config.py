"""Settings: what is read from where, and one clear line for each that is bad."""

from pathlib import Path

import pytest

from licence_server.config import SETTINGS, load
from licence_server.domain.errors import ConfigError


def fault(environ: dict[str, str], directory: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        load(environ, directory)
    assert "\n" not in refused.value.detail
    return refused.value.detail


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    config = load({}, tmp_path)
    assert config.data_dir == tmp_path / "var"
    assert config.database_url == f"sqlite:///{tmp_path}/var/licence-server.db"
    assert (config.bind, config.public_url) == ("127.0.0.1:8000", "http://127.0.0.1:8000")
    assert (config.timezone, config.trusted_proxies) == (None, 0)
    assert config.root_key_file == tmp_path / "var" / "root-key.pem"


def test_every_setting_is_read(tmp_path: Path) -> None:
    values = {
        "DATABASE_URL": "postgresql://u@h1,h2/db?target_session_attrs=read-write",
        "DATA_DIR": "data",
        "BIND": "[::1]:9100",
        "PUBLIC_URL": "https://licences.example/kits/",
        "TIMEZONE": "Europe/Paris",
        "WORKERS": "3",
        "THREADS": "5",
        "SECRET_KEY_FILE": "/run/secrets/key",
        "SIGNING_KEY_FILE": "keys/signing.pem",
        "TRUSTED_PROXIES": "1",
    }
    assert values.keys() == SETTINGS.keys()
    config = load({f"LICENCE_SERVER_{name}": value for name, value in values.items()}, tmp_path)
    assert config.database_url == values["DATABASE_URL"]
    assert config.public_url == "https://licences.example/kits"
    assert config.timezone is not None
    assert (config.timezone.key, config.workers, config.threads, config.trusted_proxies) == ("Europe/Paris", 3, 5, 1)
    assert (config.data_dir, config.signing_key_file) == (tmp_path / "data", tmp_path / "keys" / "signing.pem")
    assert config.secret_key_file == Path("/run/secrets/key")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("DATABASE_URL", ["mysql://h/db", "licence.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "host=h"]),
        ("BIND", ["8000", ":8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "h:eighty", "h:٨"]),
        ("PUBLIC_URL", ["licences.example", "ftp://h", "http://", "https://h/?a=b", "https://h/#x", "http://h:port"]),
        ("TIMEZONE", ["Europe/Lodnon", "../etc/passwd", "/etc/localtime", "CEST+1"]),
        ("WORKERS", ["0", "-1", "257", "two", "1.5", "٣", "9" * 5000]),
        ("THREADS", ["0", "257", "x"]),
        ("TRUSTED_PROXIES", ["-1", "17", "yes"]),
    ],
)
def test_a_bad_value_is_named_in_one_line(tmp_path: Path, name: str, values: list[str]) -> None:
    for value in values:
        assert f"LICENCE_SERVER_{name}" in fault({f"LICENCE_SERVER_{name}": value}, tmp_path), value


def test_a_password_is_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in fault({"LICENCE_SERVER_DATABASE_URL": "mysql://u:hunter2@h/db"}, tmp_path)


def test_an_unknown_setting_is_named_with_what_was_perhaps_meant(tmp_path: Path) -> None:
    assert fault({"LICENCE_SERVER_WORKER": "2"}, tmp_path) == (
        "LICENCE_SERVER_WORKER is not a setting. Did you mean LICENCE_SERVER_WORKERS?"
    )
    assert fault({"LICENCE_SERVER_QQQ": ""}, tmp_path) == "LICENCE_SERVER_QQQ is not a setting."


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LICENCE_SERVER_WORKERS=7\nLICENCE_SERVER_THREADS='6'\nOTHER=1\n# no\n")
    config = load({"LICENCE_SERVER_WORKERS": "3", "PATH": "/bin"}, tmp_path)
    assert (config.workers, config.threads) == (3, 6)


def test_the_file_is_held_to_the_same_rules(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LICENCE_SERVER_WORKRES=7\n")
    assert "LICENCE_SERVER_WORKRES" in fault({}, tmp_path)
    (tmp_path / ".env").write_bytes(b"LICENCE_SERVER_WORKERS=\xff\n")
    assert ".env cannot be read" in fault({}, tmp_path)


def test_an_empty_value_is_none(tmp_path: Path) -> None:
    assert load({"LICENCE_SERVER_WORKERS": "", "LICENCE_SERVER_TIMEZONE": ""}, tmp_path).timezone is None


def test_a_value_with_a_dollar_is_taken_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LICENCE_SERVER_DATABASE_URL='postgresql://u:${HOME}@h/db'\n")
    assert load({}, tmp_path).database_url == "postgresql://u:${HOME}@h/db"
