"""What the use cases work with: the database, the keys, the time zone of this deployment."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from licence_server.config import Config
from licence_server.database import Database
from licence_server.domain.errors import ConfigError, Unavailable
from licence_server.models import Setting
from licence_server.secret_keys import SecretKeys
from licence_server.services.remembered import Remembered
from licence_server.services.rounds import Rounds
from licence_server.signing import SigningKeys

NOT_INITIALISED = Unavailable("not_initialised", "This server has no keys yet: run `licence-server init`.", 30)


@dataclass(frozen=True)
class Runtime:
    """One deployment, opened."""

    config: Config
    database: Database

    @cached_property
    def secret_keys(self) -> SecretKeys:
        """Raises Unavailable before `init`, ConfigError where the file is unusable."""
        if not self.config.secret_key_file.exists():
            raise NOT_INITIALISED
        return SecretKeys.load(self.config.secret_key_file)

    @cached_property
    def signing_keys(self) -> SigningKeys:
        return SigningKeys(self.config.signing_key_file)

    @cached_property
    def remembered(self) -> Remembered:
        return Remembered()

    @cached_property
    def rounds(self) -> Rounds:
        return Rounds(self, self.database)

    @cached_property
    def timezone(self) -> ZoneInfo:
        """The zone fixed at `init`. Raises Unavailable before it, ConfigError where TIMEZONE differs."""
        with self.database.reading() as session:
            setting = session.get(Setting, "timezone")
        if setting is None:
            raise NOT_INITIALISED
        if self.config.timezone is not None and self.config.timezone.key != setting.value:
            raise ConfigError(
                f"LICENCE_SERVER_TIMEZONE is {self.config.timezone.key}, but days have been counted in "
                f"{setting.value} since init; it cannot be changed."
            )
        return ZoneInfo(setting.value)


def open_runtime(config: Config) -> Runtime:
    """Open a deployment. Raises ConfigError, Unavailable."""
    if config.database_url.startswith("sqlite:"):
        try:
            config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"LICENCE_SERVER_DATA_DIR cannot be made: {config.data_dir} ({error.__class__.__name__})."
            ) from None
    return Runtime(config, Database(config.database_url))
