"""What every operation of one kit shares: who it is, what it trusts, what it remembers, what time it is.

* Trust and lease are read from the saved state once and again only when the state changes: a signature that
  verified does not stop verifying.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from client_sdk import lease, standing, trust
from client_sdk.clock import Reckoning
from client_sdk.errors import NotTrusted
from client_sdk.lease import Lease
from client_sdk.saved import Saved
from client_sdk.store import Store
from client_sdk.trust import Trust
from client_sdk.verdict import NO_STORAGE, Verdict

if TYPE_CHECKING:
    from client_sdk.transport import Response, Transport

VERSION = "0.1.0"


@dataclass
class Context:
    """One kit. clock and monotonic: seconds; jitter: 0 to 1."""

    server: str
    kit_id: str
    kit_version: str
    anchor: Trust
    store: Store
    transport: "Transport | None"
    clock: Callable[[], float]
    monotonic: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    jitter: Callable[[], float]
    _read_from: Saved | None = field(default=None, init=False)
    _trust: Trust | None = field(default=None, init=False)
    _held: Lease | NotTrusted | None = field(default=None, init=False)

    def reckon(self, saved: Saved) -> Reckoning:
        """The time now."""
        noted = self.store.highest_time.get(saved.syncs)
        return Reckoning(self.clock(), saved.offset, max(saved.highest, noted))

    def trusted(self, saved: Saved) -> Trust:
        """The keys that may sign; the root's alone where the saved keyset is none of its."""
        self._understand(saved)
        return self._trust or self.anchor

    def held(self, saved: Saved) -> Lease | NotTrusted | None:
        """The saved lease, why it does not verify, or None."""
        self._understand(saved)
        return self._held

    def standing(self) -> Verdict:
        """What the kit says of itself now; remembers the time."""
        saved = self.store.load()
        held, time = self.held(saved), self.reckon(saved)
        verdict = standing.decide(held, said=saved.said, forgotten=saved.forgotten, now=time.now, highest=time.highest)
        if time.is_trusted and held is not None:
            self.store.highest_time.note(time.now, saved.syncs)
        return verdict.warn(NO_STORAGE) if self.store.in_memory else verdict

    def send(self, method: str, path: str, body: bytes | None, token: str | None = None) -> "Response":
        """One exchange, over the standard library's HTTP unless another transport was given. Raises NoAnswer."""
        from client_sdk.transport import Request, UrllibTransport

        self.transport = self.transport or UrllibTransport()
        headers = {"Accept": "application/json", "User-Agent": f"kit-client-python/{VERSION}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.transport.send(Request(method, f"{self.server}/api/v1{path}", headers, body))

    def read_lease(self, text: Any, trusted: Trust, installation_id: str, newest_iat: int) -> Lease:
        """The verified claims of an offered lease. Raises NotTrusted."""
        return lease.read(text, trusted, kit_id=self.kit_id, installation_id=installation_id, newest_iat=newest_iat)

    def _understand(self, saved: Saved) -> None:
        if saved is self._read_from:
            return
        trusted: Trust | None = None
        held: Lease | NotTrusted | None
        try:
            trusted = trust.restore(trust.follow(self.anchor, saved.roots), (), saved.keyset)
            held = (
                None
                if saved.lease is None
                else self.read_lease(saved.lease, trusted, saved.installation_id, saved.newest_iat)
            )
        except NotTrusted as error:
            held = error if saved.lease is not None else None
        self._trust, self._held, self._read_from = trusted, held, saved
