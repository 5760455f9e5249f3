"""The errors this software means to raise, as a small tree.

Every error carries a stable `code` for programs and a `detail` sentence for people. The class says what
kind of refusal it is; `web.py` maps classes to HTTP, `cli/` maps them to exit code 1. Anything
outside this tree is a fault of ours and is answered with a bland 500.
"""

from collections.abc import Mapping


class LicenceServerError(Exception):
    """Root of the tree.

    code: stable, snake_case, for programs.
    detail: one sentence, for people; never holds a secret.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class ConfigError(LicenceServerError):
    """A setting is unknown, missing or unusable; the process must not start."""

    def __init__(self, detail: str) -> None:
        super().__init__("config_invalid", detail)


class Malformed(LicenceServerError):
    """The bytes are not what their media type says (HTTP 400)."""


class Unauthenticated(LicenceServerError):
    """No credential, or one we do not know (HTTP 401)."""


class Refused(LicenceServerError):
    """Understood, and the answer is no: a licence rule or a scope forbids it (HTTP 403)."""


class NotFound(LicenceServerError):
    """No such thing, or none that this caller may know of (HTTP 404)."""


class Conflict(LicenceServerError):
    """The state of the thing does not allow it now (HTTP 409)."""


class Stale(LicenceServerError):
    """The caller changed a version that is no longer the newest (HTTP 412)."""


class TooLarge(LicenceServerError):
    """More bytes than we take (HTTP 413)."""


class UnsupportedMedia(LicenceServerError):
    """A media type or content coding we do not read (HTTP 415)."""


class Invalid(LicenceServerError):
    """Well-formed, and of the wrong shape or value (HTTP 422).

    errors: field path to message, every field that is wrong named.
    """

    def __init__(self, code: str, detail: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(code, detail)
        self.errors = dict(errors or {})


class PreconditionRequired(LicenceServerError):
    """The change needs an If-Match header (HTTP 428, RFC 6585)."""


class TooManyRequests(LicenceServerError):
    """Slow down (HTTP 429). retry_after: seconds."""

    def __init__(self, code: str, detail: str, retry_after: int) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class Unavailable(LicenceServerError):
    """We cannot answer now; the same request may succeed later (HTTP 503). retry_after: seconds."""

    def __init__(self, code: str, detail: str, retry_after: int = 5) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


def not_found(noun: str, identifier: object) -> NotFound:
    """The usual NotFound: `not_found("licence", licence_id)`."""
    return NotFound(f"{noun.replace(' ', '_').lower()}_unknown", f"There is no {noun} {identifier}.")
