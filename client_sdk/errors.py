"""The error tree.

* `ClientError` is the root; nothing else leaves this package.
* `InvalidArgument` (also a ValueError) is a mistake in the embedding program; it is the only one a player
  ever sees. A dead network or a full disk never raises: it shows as a warning beside the verdict.
* The others travel inside the package and are turned into verdicts before they reach the player.
"""


class ClientError(Exception):
    """Anything this package raises."""


class InvalidArgument(ClientError, ValueError):
    """A value outside the bounds that the documentation of the called method names."""


class SessionEnded(InvalidArgument):
    """Something was recorded in a session that had already ended."""


class NoAnswer(ClientError):
    """Nothing came back that is certainly our server's answer. retry_after: seconds it asked us to wait."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Forgotten(ClientError):
    """The server answered that it does not know this installation's token."""


class NotTrusted(ClientError):
    """A signed thing is malformed, not signed by the key it must be, or not meant for us."""


class KeysetOutdated(NotTrusted):
    """A keyset of our root, older than the newest one accepted."""


class KeysetExpired(NotTrusted):
    """A keyset of our root that had expired when it was offered."""


class Damaged(ClientError):
    """A state file does not hold what this package writes."""


class Busy(ClientError):
    """Another process held the lock on the state directory for too long."""
