"""KitClient: what a kit's player calls.

* `check` never touches the network; `activate`, `sync` and `release` alone do.
* No fault of network or disk raises: it shows as a warning beside the verdict. A mistake of the program
  (a headcount of 0, an unknown mode) raises InvalidArgument, a ValueError.
* Whether the kit may run is decided once, before a session; a session itself never asks again, and what
  happened is recorded whatever the verdict was.
* What only the network or a carried file needs is imported when it is used: most starts of a kit need neither.
* Time comes from `clock`, chance from `random_bytes` and `jitter`, the network from `transport`.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from client_sdk import ids, paths, recorder, report, trust
from client_sdk.context import Context
from client_sdk.errors import InvalidArgument, NotTrusted
from client_sdk.outgoing import Outgoing
from client_sdk.session import Session
from client_sdk.store import Store
from client_sdk.verdict import ImportResult, SyncResult, Verdict

if TYPE_CHECKING:
    from client_sdk.activation import Activation
    from client_sdk.status import Status
    from client_sdk.transport import Transport


class KitClient:
    """One kit on one computer."""

    def __init__(
        self,
        *,
        server: str,
        kit_id: str,
        kit_version: str,
        root_key: Mapping[str, Any],
        state_dir: str | os.PathLike[str] | None = None,
        organisation: str | None = None,
        transport: "Transport | None" = None,
        clock: Callable[[], float] | None = None,
        monotonic: Callable[[], float] | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        """Open the state of a kit; never touches the network.

        server: its address, as in the lease's `iss`. root_key: the public root key, a JWK. state_dir: where
        state is kept (default: the system's place for it). organisation: keeps the state of a kit made for
        one organisation apart. clock: seconds since 1970, may be wrong; monotonic: seconds, for durations
        (default: the system's, or `clock` if that is given). jitter: 0 to 1. Raises InvalidArgument.
        """
        address = _address(server)
        try:
            anchor = trust.anchor(root_key, address)
        except NotTrusted as error:
            raise InvalidArgument(f"root_key: {error}") from error
        wall = clock or (lambda: time.time())
        base = paths.default_base() if state_dir is None else Path(state_dir)
        directory = paths.kit_directory(base, address, _text("kit_id", kit_id), organisation)
        self._context = Context(
            server=address,
            kit_id=kit_id,
            kit_version=_text("kit_version", kit_version),
            anchor=anchor,
            store=Store(directory, lambda: ids.uuid7(wall(), random_bytes)),
            transport=transport,
            clock=wall,
            monotonic=monotonic or clock or (lambda: time.monotonic()),
            random_bytes=random_bytes,
            jitter=jitter or (lambda: int.from_bytes(random_bytes(7), "big") / (1 << 56)),
        )
        self._activation: Activation | None = None
        self._outgoing = Outgoing(directory)
        recorder.recover(self._context)

    def activate(self, activation_token: str, *, label: str | None = None) -> Verdict:
        """Activate with a typed token. A refusal comes back with the server's code and ends nothing.

        label: what the team's console calls this installation; never a person's name.
        """
        from client_sdk.activation import Activation

        if not isinstance(activation_token, str):
            raise InvalidArgument("activation_token is a text")
        self._activation = self._activation or Activation(self._context)
        return self._activation.activate(activation_token, label)

    def check(self) -> Verdict:
        """Whether the kit may run, offline."""
        return self._context.standing()

    def session(self, *, mode: str, attendee_count: int | None = None) -> Session:
        """Begin a session; use it in a `with` statement, or call its `end`.

        mode: `workshop` with a headcount (1 to 5000), or `individual`. Raises InvalidArgument.
        """
        count = report.check_attendee_count(attendee_count, report.check_mode(mode))
        return Session(mode, count, recorder.begin(self._context, mode, count))

    def record_session(
        self,
        *,
        mode: str,
        attendee_count: int | None = None,
        duration_seconds: float = 0,
        plays: Iterable[tuple[str, float, bool]] = (),
    ) -> None:
        """Record a session that has just ended, for a player that tells everything at once.

        plays: (item, seconds, completed). duration_seconds: 0 to 86400, and never less than was played.
        Raises InvalidArgument.
        """
        count = report.check_attendee_count(attendee_count, report.check_mode(mode))
        played = report.plays(plays)
        duration = max(report.check_seconds("duration_seconds", duration_seconds), report.total(played))
        recorder.past(self._context, mode, count, played, duration)

    def give_feedback(self, *, rating: int, item: str | None = None, comment: str | None = None) -> None:
        """Record an opinion: rating 1 to 5, comment up to 2000 characters, naming nobody. Raises InvalidArgument."""
        recorder.feedback(self._context, rating, item, comment)

    def sync(self, *, automatic: bool = False) -> SyncResult:
        """Send what is queued, take the verdict and a fresh lease.

        automatic: for a timer's call, which keeps to the back-off after failures. Every call keeps to a wait
        the server asked for.
        """
        from client_sdk.checkin import sync

        return sync(self._context, automatic=automatic)

    def release(self) -> Verdict:
        """Give the seat back, after sending what is queued."""
        from client_sdk.release import release

        return release(self._context)

    def export_activation(self, activation_token: str) -> str | None:
        """A request to activate, to be carried to the server by hand; it holds the token.

        None where the token is mistyped. The answer comes back through `import_response`.
        """
        from client_sdk.export import export_activation

        return export_activation(self._context, self._outgoing, activation_token)

    def export_message(self) -> str | None:
        """What is queued, signed, to be carried to the server by hand; None before the first activation.

        It all stays queued until a receipt or a confirmation says that it arrived. One message is of one installation:
        what an earlier one holds, of another organisation, goes once nothing of this one waits.
        """
        from client_sdk.export import export_message

        return export_message(self._context, self._outgoing)

    def export_codes(self) -> list[str]:
        """Addresses for a phone to open, each to be shown as a QR code (version 20, correction M, holds any).

        They carry the queued sessions, of earlier installations too, without learners; feedback waits for a file or
        the network.
        """
        from client_sdk.export import export_codes

        return export_codes(self._context, self._outgoing)

    def import_response(self, text: str) -> ImportResult:
        """Take what was carried back. What is no response to this installation changes nothing."""
        from client_sdk.incoming import import_response

        return import_response(self._context, self._outgoing, text)

    def confirm(self, symbols: str) -> bool:
        """Whether the symbols that a phone showed confirm a message; then its reports leave the outbox."""
        from client_sdk.incoming import confirm

        return confirm(self._context, self._outgoing, symbols)

    @property
    def usage_reporting(self) -> str:
        """`on`, or `off` once the user objected: nothing is recorded or sent then, the lease is still refreshed."""
        return self._context.store.load().usage_reporting or "on"

    @usage_reporting.setter
    def usage_reporting(self, choice: str) -> None:
        if choice not in ("on", "off"):
            raise InvalidArgument(f"usage_reporting is 'on' or 'off', not {choice!r}")
        self._context.store.update(lambda saved: saved._replace(usage_reporting=choice))

    def status(self) -> "Status":
        """Everything worth showing to a person, offline."""
        from client_sdk.status import read_status

        return read_status(self._context)


def _address(server: str) -> str:
    parts = urlsplit(_text("server", server))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidArgument(f"server is an http or https address, not {server!r}")
    return server.rstrip("/")


def _text(name: str, value: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidArgument(f"{name} is a text")
    return value
