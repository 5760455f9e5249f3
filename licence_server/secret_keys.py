"""The deployment's secret and the keys derived from it.

* SECRET_KEY_FILE holds one secret a line, each at least 32 characters; the newest stands last. To change
  the secret, append a line: older ones are kept, since messages made under them may still be on their way.
* Every use has its own key, derived with HKDF-SHA256 (RFC 5869) under its own label.
* Keyed hashes (contact details, learners, removed ids, seals) are for ever, so they use the first line.
"""

import errno
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from licence_server.domain.errors import ConfigError

MINIMUM = 32


class SecretKeys:
    """The secrets of a file, oldest first."""

    def __init__(self, lines: list[str]) -> None:
        if not lines or any(len(line) < MINIMUM for line in lines):
            raise ConfigError(f"The secret key file needs lines of at least {MINIMUM} characters.")
        self._lines = lines

    @classmethod
    def load(cls, path: Path) -> "SecretKeys":
        """Read the file. Raises ConfigError."""
        try:
            return cls([line.strip() for line in path.read_text().splitlines() if line.strip()])
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"The secret key file {path} cannot be read ({error.__class__.__name__}).") from None

    @staticmethod
    def create(path: Path) -> None:
        """Make a secret, where there is none yet."""
        write_private(path, (secrets.token_urlsafe(48) + "\n").encode())

    @cached_property
    def message_secrets(self) -> dict[str, bytes]:
        """message_kid to secret, the newest last."""
        return {
            sha256(f"message-kid:{line}".encode()).hexdigest()[:12]: _derived(line, "message") for line in self._lines
        }

    @property
    def message_kid(self) -> str:
        return list(self.message_secrets)[-1]

    def message_key(self, kid: str, installation_id: str) -> bytes:
        """32 bytes, the same for ever for one installation and one secret."""
        return hmac.digest(self.message_secrets[kid], installation_id.encode(), "sha256")

    @property
    def cursor_key(self) -> bytes:
        """Authenticates the cursors of the API's lists."""
        return _derived(self._lines[-1], "cursor")

    @property
    def cookie_keys(self) -> list[bytes]:
        """Authenticate the console's cookies; the first signs, all verify."""
        return [_derived(line, "cookie") for line in reversed(self._lines)]

    @cached_property
    def _sealer(self) -> MultiFernet:
        return MultiFernet([Fernet(urlsafe_b64encode(_derived(line, "seal"))) for line in reversed(self._lines)])

    def seal(self, content: bytes) -> bytes:
        """What the database may hold but not read: encrypted and authenticated (Fernet)."""
        return self._sealer.encrypt(content)

    def unseal(self, sealed: bytes) -> bytes:
        """Raises ConfigError where no line of the secret file opens it."""
        try:
            return self._sealer.decrypt(sealed)
        except InvalidToken:
            raise ConfigError("The secret key file lacks the line under which this was sealed.") from None

    def hash_attempt(self, name: str) -> bytes:
        """Whose attempts are counted, 32 bytes."""
        return hmac.digest(_derived(self._lines[-1], "attempt"), name.encode("utf-8", "surrogatepass"), "sha256")

    def hash_contact(self, text: str) -> str:
        """A contact detail as the audit log keeps it."""
        return "hmac-sha256:" + hmac.digest(_derived(self._lines[0], "contact"), text.encode(), "sha256").hex()

    def hash_learner(self, kit_id: str, learner: str) -> bytes:
        """An opaque learner of one kit as the database keeps it, 32 bytes."""
        return hmac.digest(_derived(self._lines[0], "learner"), f"{kit_id}\n{learner}".encode(), "sha256")

    def hash_id(self, kind: str, value: bytes) -> bytes:
        """An id that is recognised when it comes again and otherwise tells nothing, 16 bytes."""
        return hmac.digest(_derived(self._lines[0], "removed id"), kind.encode() + b"\n" + value, "sha256")[:16]

    def hash_totals(self, text: str) -> str:
        """What shows later that sealed totals are as they were: 64 hexadecimal digits."""
        return hmac.digest(_derived(self._lines[0], "sealed totals"), text.encode(), "sha256").hex()


def hash_secret(secret: str) -> bytes:
    """How tokens and keys are kept: they carry over 128 random bits, so one plain hash is enough."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def make_passphrase() -> str:
    """192 random bits in a form that can be written down."""
    return "-".join(secrets.token_hex(4) for _ in range(6))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, wholly or not at all, never over another."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _place(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _place(draft: Path, path: Path) -> None:
    """Give a finished draft its name. Raises FileExistsError."""
    try:
        os.link(draft, path)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        # FAT, as USB sticks have it, knows no second name for a file.
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        draft.rename(path)


@lru_cache(maxsize=64)
def _derived(secret: str, label: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"licence-server {label}".encode()).derive(secret.encode())
