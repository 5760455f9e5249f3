"""`kit-client`: the SDK for kits of any kind, one command a step.

* Exit 0: done, and for `activate`, `status`, `sync` the kit may be used; 1: it may not, or was refused;
  2: wrong usage. Not reaching the server alone is no reason for 1.
* `--json` prints one JSON document on stdout; without it, lines for people. Complaints go to stderr.
"""

import json
import os
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from client_sdk import settings
from client_sdk.client import KitClient
from client_sdk.context import VERSION
from client_sdk.errors import InvalidArgument
from client_sdk.verdict import NO_ANSWER, SyncResult, Verdict

Outcome = tuple[dict[str, Any], str, bool]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    options = _parser().parse_args(argv)
    run: Callable[[KitClient, Namespace], Outcome] = options.run
    try:
        document, text, good = run(KitClient(**settings.gather(vars(options), os.environ)), options)
    except InvalidArgument as error:
        sys.stderr.write(f"kit-client: {error}\n")
        return 2
    sys.stdout.write((json.dumps(document, indent=2) if getattr(options, "json", False) else text) + "\n")
    return 0 if good else 1


def _activate(kit: KitClient, options: Namespace) -> Outcome:
    typed = sys.stdin.readline() if options.token == "-" else options.token  # noqa: S105 - a dash, no secret
    verdict = kit.activate(typed)
    return _verdict(verdict)


def _status(kit: KitClient, options: Namespace) -> Outcome:
    status = kit.status()
    document = asdict(status)
    lines = [_sentence(status.verdict)]
    lines += [f"  {name}: {value}" for name, value in document.items() if name != "verdict" and value not in (None, ())]
    return document, "\n".join(lines), status.verdict.valid


def _session(kit: KitClient, options: Namespace) -> Outcome:
    kit.record_session(
        mode=options.mode,
        attendee_count=options.attendee_count,
        duration_seconds=options.duration_seconds,
        plays=options.play,
    )
    return _recorded(kit)


def _feedback(kit: KitClient, options: Namespace) -> Outcome:
    kit.give_feedback(rating=options.rating, item=options.item, comment=options.comment)
    return _recorded(kit)


def _sync(kit: KitClient, options: Namespace) -> Outcome:
    if options.usage_reporting:
        kit.usage_reporting = options.usage_reporting
    result: SyncResult = kit.sync(automatic=options.automatic)
    reached = "The server answered." if result.reachable else "The server was not reached."
    text = f"{reached} Reports sent: {result.sent}, still queued: {result.remaining}."
    for name, number in (("rejected", result.rejected), ("set aside", result.set_aside)):
        text += f" Reports {name}: {number}." if number else ""
    return asdict(result), f"{text}\n{_sentence(result.verdict)}", result.verdict.valid


def _release(kit: KitClient, options: Namespace) -> Outcome:
    verdict = kit.release()
    document, text, _ = _verdict(verdict)
    return document, text, verdict.code == "installation_released" and NO_ANSWER not in verdict.warnings


def _verdict(verdict: Verdict) -> Outcome:
    return asdict(verdict), _sentence(verdict), verdict.valid


def _recorded(kit: KitClient) -> Outcome:
    status = kit.status()
    document = {"queued": status.queued, "storage": status.storage, "usage_reporting": status.usage_reporting}
    if status.usage_reporting == "off":
        return document, "Not recorded: usage reporting is off.", True
    if status.storage == "memory":
        return document, f"Not recorded: nothing can be written to {status.state_dir}.", False
    return document, f"Recorded. Reports queued: {status.queued}.", True


def _sentence(verdict: Verdict) -> str:
    warnings = f" (warning: {', '.join(verdict.warnings)})" if verdict.warnings else ""
    return f"{verdict.code}: {verdict.detail}{warnings}"


def _play(text: str) -> tuple[str, float, bool]:
    """ITEM:SECONDS or ITEM:SECONDS:completed; an item id may hold colons itself."""
    rest, _, last = text.rpartition(":")
    completed = last == "completed"
    item, _, seconds = (rest if completed else text).rpartition(":")
    try:
        return item, float(seconds), completed
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not ITEM:SECONDS[:completed]") from None


def _parser() -> ArgumentParser:
    # The same flags before and after the subcommand: SUPPRESS keeps the later parser from resetting them.
    common = ArgumentParser(add_help=False, argument_default=SUPPRESS)
    kit = common.add_argument_group("kit", "else from KIT_CLIENT_SERVER and so on, else from kit.json")
    kit.add_argument("--config", metavar="FILE", help="where kit.json is")
    kit.add_argument("--server", metavar="ADDRESS")
    kit.add_argument("--kit-id", metavar="ID")
    kit.add_argument("--kit-version", metavar="VERSION")
    kit.add_argument("--root-key", metavar="FILE|JWK", help="the root key the kit was built with")
    kit.add_argument("--organisation", metavar="ID", help="keep the state of this organisation's kit apart")
    kit.add_argument("--state-dir", metavar="DIR", help="where state is kept")
    common.add_argument("--json", action="store_true", help="print one JSON document")

    parser = ArgumentParser("kit-client", description="Licence and usage counts of a training kit.", parents=[common])
    parser.add_argument("--version", action="version", version=f"kit-client {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[KitClient, Namespace], Outcome], text: str) -> ArgumentParser:
        added = commands.add_parser(name, help=text, description=text, parents=[common])
        added.set_defaults(run=run)
        return added

    activate = command("activate", _activate, "activate with a token")
    activate.add_argument("token", help="as typed; - reads it from stdin, where no other user sees it")
    command("status", _status, "whether the kit may be used, offline")
    session = command("session", _session, "record a session that has just ended")
    session.add_argument("--mode", choices=["workshop", "individual"], required=True)
    session.add_argument("--attendee-count", type=int, metavar="N", help="people in the room, 1 to 5000")
    session.add_argument("--duration-seconds", type=float, default=0, metavar="SECONDS")
    session.add_argument("--play", type=_play, action="append", default=[], metavar="ITEM:SECONDS[:completed]")
    feedback = command("feedback", _feedback, "record an opinion; please name nobody")
    feedback.add_argument("--rating", type=int, required=True, metavar="1-5")
    feedback.add_argument("--item", metavar="ID")
    feedback.add_argument("--comment", metavar="TEXT")
    sync = command("sync", _sync, "send what is queued, take verdict and lease")
    sync.add_argument("--automatic", action="store_true", help="for timers: keep to the back-off after failures")
    sync.add_argument("--usage-reporting", choices=["on", "off"], help="off: the user objects to usage reporting")
    command("release", _release, "give the seat back")
    return parser


if __name__ == "__main__":
    sys.exit(main())
