"""`keys`: the key ceremony. List keys, rotate the signing key, change the root."""

from datetime import datetime
from pathlib import Path

import click

from licence_server.cli import views
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json, print_line, print_list
from licence_server.cli.parameters import FILE, json_option, read_passphrase
from licence_server.secret_keys import make_passphrase
from licence_server.services import keys as services
from licence_server.services.keys import KeyList

root_key_option = click.option(
    "--root-key", type=FILE, metavar="F", help="Where the root key is. Default: DATA_DIR/root-key.pem."
)
passphrase_option = click.option(
    "--root-passphrase-file", type=FILE, metavar="F", help="Holds its passphrase; else you are asked."
)


@click.group
def keys() -> None:
    """The keys that leases and keysets are signed with."""


@keys.command("list")
@json_option
@click.pass_obj
def list_(operator: Operator, as_json: bool) -> None:
    """List the root and every signing key."""
    _print(services.list_keys(operator.runtime), operator.now, as_json)


@keys.command
@root_key_option
@passphrase_option
@json_option
@click.pass_obj
def rotate(operator: Operator, root_key: Path | None, root_passphrase_file: Path | None, as_json: bool) -> None:
    """Put a new signing key in force.

    The root signs a new keyset. Running servers follow at once, kits at their next sync. The old key stays
    in the keyset until the last lease it signed has run out.
    """
    runtime = operator.runtime
    passphrase = read_passphrase(root_passphrase_file, "--root-passphrase-file", "Passphrase of the root key")
    listed = services.rotate(
        runtime, now=operator.now, actor=operator.actor, root_key_file=root_key, passphrase=passphrase
    )
    _print(listed, operator.now, as_json)


@keys.command("change-root")
@click.argument("new_root_key", type=click.Path(dir_okay=False, path_type=Path), metavar="NEW_FILE")
@root_key_option
@passphrase_option
@click.option(
    "--new-root-passphrase-file",
    type=FILE,
    metavar="F",
    help="Holds the new root's passphrase. Without it one is made up and printed, once.",
)
@json_option
@click.pass_obj
def change_root(
    operator: Operator,
    new_root_key: Path,
    root_key: Path | None,
    root_passphrase_file: Path | None,
    new_root_passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """Put a new root key in force, made in NEW_FILE.

    The present root signs it. Kits built with any earlier root follow; build new kits with the new one.
    """
    runtime = operator.runtime
    passphrase = read_passphrase(root_passphrase_file, "--root-passphrase-file", "Passphrase of the present root key")
    made_up = new_passphrase = make_passphrase()
    if new_root_passphrase_file is not None:
        new_passphrase = read_passphrase(new_root_passphrase_file, "--new-root-passphrase-file", "")
    listed = services.change_root(
        runtime,
        now=operator.now,
        actor=operator.actor,
        root_key_file=root_key,
        passphrase=passphrase,
        new_root_key_file=new_root_key,
        new_passphrase=new_passphrase,
    )
    shown = made_up if new_passphrase is made_up else None
    if as_json:
        print_json({**views.keys(listed), "root_passphrase": shown})
        return
    _print(listed, operator.now, as_json)
    if shown is not None:
        print_line("The new root key's passphrase, shown this once:")
        print_line(f"  {shown}")


def _print(listed: KeyList, now: datetime, as_json: bool) -> None:
    document = views.keys(listed)
    if as_json:
        print_json(document)
    else:
        print_line(f"Root {listed.root['kid']}")
        print_line(f"Keyset version {listed.keyset_version}, ends on {listed.expires_at:%Y-%m-%d}")
        print_list(document["signing"], ("kid", "created_at", "retires_at"), as_json=False, empty="No signing keys.")
    if (warning := listed.warning(now)) is not None:
        note(f"Warning: {warning}")
