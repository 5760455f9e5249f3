"""`exchange`: a file that a kit wrote, for the file to carry back."""

import errno
from collections import Counter
from pathlib import Path

import click

from licence_server import handover
from licence_server.cli.address import warn_of_address
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_record
from licence_server.cli.parameters import FILE, json_option
from licence_server.domain.errors import Refused
from licence_server.domain.json_text import MAX_SENT
from licence_server.handover import Bringer
from licence_server.schemas.exchange import ActivationCarriedBack
from licence_server.secret_keys import write_private


@click.command
@click.argument("request_file", type=FILE)
@click.argument("response_file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def exchange(operator: Operator, request_file: Path, response_file: Path, as_json: bool) -> None:
    """Take a kit's request, write the response to carry back.

    A request is an activation or a message with usage reports, as a kit without internet writes it. The
    response is never put over another file and can be read by you alone: that of an activation holds secrets.
    A message may be exchanged again; it is counted once and gets the same receipt.

    Where the kit belongs to another organisation the exchange is refused (exit 1), and the response tells the
    kit so: once that is imported, the kit writes a request that can be granted.
    """
    runtime = operator.runtime
    warn_of_address(runtime)
    content = _read(request_file)
    _require_free(response_file)
    document = handover.read_file(content)
    try:
        response = handover.answer(runtime, document, Bringer(operator.now, None))
    except Refused as error:
        refusal = handover.refusal_for_kit(error, document)
        if refusal is not None:
            _write(response_file, handover.write_file(refusal))
            note(
                f"Carry {response_file} back all the same: it lets the kit begin anew for the organisation whose token "
                "it was given. The request that it writes after that can be granted."
            )
        raise
    _write(response_file, handover.write_file(response))
    said: dict[str, object]
    if isinstance(response, ActivationCarriedBack):
        said = {"kind": "activation", "installation_id": response.activation.installation_id}
        note("Both files hold secrets: hand them to nobody else, and delete them once the kit is activated.")
    else:
        said = {"kind": "reports", "confirmation": response.confirmation, **_summary(response.receipt)}
    print_record({"response_file": str(response_file), **said}, as_json=as_json)


def _summary(receipt: str) -> dict[str, object]:
    claims = handover.receipt_claims(receipt)
    statuses = Counter(result["status"] for result in claims["results"])
    return {
        "installation_id": claims["aud"],
        "verdict": claims["verdict"]["code"],
        **{status: statuses[status] for status in ("accepted", "duplicate", "rejected")},
    }


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_SENT + 1)
    if len(content) > MAX_SENT:
        raise Refused("body_too_large", f"{path} is larger than {MAX_SENT} bytes: no kit has written it.")
    return content


def _require_free(path: Path) -> None:
    """Refuse before anything is done rather than after an activation has been spent."""
    if path.exists() or path.is_symlink():
        raise _exists(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such directory", str(path.parent))


def _write(path: Path, content: bytes) -> None:
    try:
        write_private(path, content)
    except FileExistsError:
        raise _exists(path) from None


def _exists(path: Path) -> Refused:
    return Refused("file_exists", f"{path} exists; nothing is put over it.")
