"""Settings: one frozen Config, read once, passed in.

Environment variables with the prefix LICENCE_SERVER_ beat a `.env` file in the working directory. An
unknown name or an unusable value raises ConfigError with one clear line. No secret has a default.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from licence_server.domain.errors import ConfigError

PREFIX = "LICENCE_SERVER_"
SETTINGS = {
    "DATABASE_URL": "SQLite in the data directory, or postgresql://… as libpq writes it",
    "DATA_DIR": "where keys and the embedded database live",
    "BIND": "HOST:PORT to listen on",
    "PUBLIC_URL": "the address kits and people reach, also the issuer of everything signed",
    "TIMEZONE": "whose days reports are counted in; fixed at init",
    "WORKERS": "worker processes",
    "THREADS": "threads of each worker",
    "SECRET_KEY_FILE": "the deployment's secret, one per line, the newest last",
    "SIGNING_KEY_FILE": "the private signing keys, PEM",
    "TRUSTED_PROXIES": "how many reverse proxies stand in front",
}


@dataclass(frozen=True)
class Config:
    """Everything that can be set. Paths are absolute; `public_url` has no trailing slash."""

    database_url: str
    data_dir: Path
    bind: str
    public_url: str
    timezone: ZoneInfo | None
    workers: int
    threads: int
    secret_key_file: Path
    signing_key_file: Path
    trusted_proxies: int

    @property
    def root_key_file(self) -> Path:
        return self.data_dir / "root-key.pem"


def load(environ: Mapping[str, str], directory: Path) -> Config:
    """Read settings from the environment and from `.env` in a directory.

    Raises ConfigError naming the setting.
    """
    settings = {**_dotenv(directory / ".env"), **{k: v for k, v in environ.items() if k.startswith(PREFIX)}}
    values = {name.removeprefix(PREFIX): value for name, value in settings.items()}
    for name in values:
        if name not in SETTINGS:
            close = difflib.get_close_matches(name, SETTINGS, n=1)
            hint = f" Did you mean {PREFIX}{close[0]}?" if close else ""
            raise ConfigError(f"{PREFIX}{name} is not a setting.{hint}")
    values = {name: value for name, value in values.items() if value != ""}
    data_dir = (directory / values.get("DATA_DIR", "var")).resolve()
    bind = _bind(values.get("BIND", "127.0.0.1:8000"))
    return Config(
        database_url=_database_url(values.get("DATABASE_URL", f"sqlite:///{data_dir / 'licence-server.db'}")),
        data_dir=data_dir,
        bind=bind,
        public_url=_public_url(values.get("PUBLIC_URL", f"http://{bind}")),
        timezone=_timezone(values["TIMEZONE"]) if "TIMEZONE" in values else None,
        workers=_whole("WORKERS", values.get("WORKERS", "2"), 1, 256),
        threads=_whole("THREADS", values.get("THREADS", "4"), 1, 256),
        secret_key_file=(directory / values.get("SECRET_KEY_FILE", data_dir / "secret-key.txt")).resolve(),
        signing_key_file=(directory / values.get("SIGNING_KEY_FILE", data_dir / "signing-keys.pem")).resolve(),
        trusted_proxies=_whole("TRUSTED_PROXIES", values.get("TRUSTED_PROXIES", "0"), 0, 16),
    )


def _dotenv(path: Path) -> dict[str, str]:
    try:
        values = dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error.__class__.__name__}).") from None
    return {name: value or "" for name, value in values.items() if name.startswith(PREFIX)}


def _whole(name: str, text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high or len(text) > 9:
        raise ConfigError(f"{PREFIX}{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def _bind(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65536:
        raise ConfigError(f"{PREFIX}BIND must be HOST:PORT, not {text!r}.")
    return text


def _public_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(f"{PREFIX}PUBLIC_URL must be an http(s) address, not {text!r}.")
    return text.rstrip("/")


def _database_url(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ConfigError(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql://.")
    if text == "sqlite:///" or ":memory:" in text or "mode=memory" in text:
        raise ConfigError(f"{PREFIX}DATABASE_URL must name a file: several processes share the database.")
    return text


def _timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"{PREFIX}TIMEZONE is not a known time zone: {text!r}.") from None
