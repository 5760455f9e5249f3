"""`kit-client export`, `import`, `codes`, `confirm`: for computers that never see a network.

* Files are written whole, for their owner alone, and never over another file: a request to activate holds
  the token, its answer the installation's secrets.
* A file on a USB stick can be removed as soon as the answer is there; what it reported stays queued until
  then.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from client_sdk import files
from client_sdk.client import KitClient
from client_sdk.errors import InvalidArgument
from client_sdk.verdict import TOKEN_MISTYPED

Outcome = tuple[dict[str, Any], str, bool]
Command = Callable[[str, Callable[[KitClient, Namespace], Outcome], str], ArgumentParser]

UNLICENSED = "This kit has not been activated yet: export an activation first, with --activate TOKEN."


def add(command: Command) -> None:
    """Add the commands to the parser."""
    export = command("export", _export, "write a request file, to be carried to the server's page /exchange")
    export.add_argument("file", metavar="FILE", help="to be made; by custom it ends in .kit-request")
    export.add_argument("--activate", metavar="TOKEN", help="ask for activation instead; - reads it from stdin")
    taken = command("import", _import, "take the answer file that was carried back")
    taken.add_argument("file", metavar="FILE", help="as the server gave it; by custom it ends in .kit-response")
    command("codes", _codes, "print addresses for a phone, one for each QR code")
    confirm = command("confirm", _confirm, "type in the eight symbols that a phone showed")
    confirm.add_argument("symbols", nargs="+", metavar="SYMBOLS")


def _export(kit: KitClient, options: Namespace) -> Outcome:
    if options.activate is None:
        text = kit.export_message()
    else:
        typed = sys.stdin.readline() if options.activate == "-" else options.activate
        text = kit.export_activation(typed)
    if text is None:
        refusal = UNLICENSED if options.activate is None else TOKEN_MISTYPED.detail
        return {"file": None, "detail": refusal}, refusal, False
    _write(Path(options.file), text)
    queued = kit.status().queued
    document = {"file": options.file, "kind": "reports" if options.activate is None else "activation", "queued": queued}
    hint = "Carry it to the server's page /exchange, and bring the answer back."
    if options.activate is not None:
        hint += " It holds the activation token: delete it afterwards."
    return document, f"Written: {options.file}. {hint}", True


def _import(kit: KitClient, options: Namespace) -> Outcome:
    from client_sdk.incoming import MAX_TEXT

    try:
        # No more than an answer may have, lest somebody name a film.
        with Path(options.file).open(encoding="utf-8-sig") as file:
            text = file.read(MAX_TEXT + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgument(f"{options.file} cannot be read: {error}") from error
    result = kit.import_response(text)
    verdict = result.verdict
    if not result.accepted:
        said = "This is not an answer to this kit, or it was damaged on the way. Nothing was changed."
    else:
        said = f"Reports answered for: {result.sent}, still queued: {result.remaining}."
        if result.rejected:
            said += f" Reports rejected: {result.rejected}."
        if result.sent and result.remaining:
            said += " Export again for what is left."
    return asdict(result), f"{said}\n{verdict.code}: {verdict.detail}", result.accepted and verdict.valid


def _codes(kit: KitClient, options: Namespace) -> Outcome:
    codes = kit.export_codes()
    if not codes:
        return {"codes": []}, "There is no session to carry.", True
    return {"codes": codes}, "\n".join(codes), True


def _confirm(kit: KitClient, options: Namespace) -> Outcome:
    confirmed = kit.confirm("".join(options.symbols))
    remaining = kit.status().queued
    if confirmed:
        said = f"Confirmed. Reports still queued: {remaining}."
    else:
        said = "These are not the symbols of a report of this kit: please compare every one."
    return {"confirmed": confirmed, "queued": remaining}, said, confirmed


def _write(path: Path, text: str) -> None:
    """Write a file that was not there. Raises InvalidArgument."""
    try:
        # Claimed first, so that nothing is written over even if it appears meanwhile.
        os.close(files.open_for_lines(path))
        try:
            files.replace_durably(path, text.encode())
        except OSError:
            path.unlink()
            raise
    except OSError as error:
        raise InvalidArgument(f"{path} cannot be written: {error.strerror}") from error
