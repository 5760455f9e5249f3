"""What the SDK answers: a verdict, the result of a sync.

* `valid` alone decides whether the kit may run; `code` is for programs, `detail` for people.
* `warnings` never change `valid`: `no_answer` (the server was not reached), `no_storage` (nothing can be
  written, the state lives in memory), `reactivation_needed` (the server no longer knows this
  installation; the lease is kept and still counts).
"""

from dataclasses import dataclass, replace

NO_ANSWER = "no_answer"
NO_STORAGE = "no_storage"
REACTIVATION_NEEDED = "reactivation_needed"


@dataclass(frozen=True)
class Verdict:
    """Whether the kit may run, and why."""

    valid: bool
    code: str
    detail: str
    warnings: tuple[str, ...] = ()

    def warn(self, *codes: str) -> "Verdict":
        """The same verdict with further warnings, each once."""
        added = tuple(code for code in codes if code not in self.warnings)
        return replace(self, warnings=self.warnings + added) if added else self


@dataclass(frozen=True)
class SyncResult:
    """One check-in.

    sent: reports the server answered for (counted, known already, or rejected). remaining: reports still
    queued. reachable: the server itself was heard. rejected: those of `sent` it will not count; they are
    kept aside. set_aside: reports of batches it refused to read; kept aside too.
    """

    sent: int
    remaining: int
    verdict: Verdict
    reachable: bool
    rejected: int = 0
    set_aside: int = 0


UNLICENSED = Verdict(False, "unlicensed", "This kit has not been activated yet.")
TOKEN_MISTYPED = Verdict(False, "token_mistyped", "The activation token is mistyped: please compare every symbol.")
REACTIVATION = Verdict(
    False, REACTIVATION_NEEDED, "The server does not know this installation any more: please activate it again."
)
CLOCK_SUSPECT = Verdict(
    False, "clock_suspect", "This computer's clock has been put back: please correct it, or connect once."
)
RELEASED = Verdict(False, "installation_released", "This installation has given its seat back.")


def lease_invalid(reason: str) -> Verdict:
    """The verdict on a lease that is not ours or not for us."""
    return Verdict(False, "lease_invalid", f"The stored licence cannot be verified ({reason}).")
