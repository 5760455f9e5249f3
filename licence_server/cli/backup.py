"""`backup` and `restore`."""

from pathlib import Path

import click

from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json, print_line
from licence_server.cli.parameters import FILE, json_option, read_passphrase
from licence_server.services import backups, restores

passphrase_option = click.option(
    "--passphrase-file", type=FILE, metavar="F", help="Holds the backup's passphrase; else you are asked."
)


@click.command
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
@json_option
@click.pass_obj
def backup(operator: Operator, file: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Back everything up into FILE, sealed under a passphrase.

    It holds one moment of the database, the signing keys and the secrets; the root key is not in it. The
    server may go on running. Note the audit head that is printed: it shows later whether the log was cut.
    """
    runtime = operator.runtime
    passphrase = read_passphrase(passphrase_file, "--passphrase-file", "Passphrase for the backup", confirm=True)
    done = backups.back_up(runtime, file, passphrase=passphrase, now=operator.now, actor=operator.actor)
    if as_json:
        print_json({"file": file, "size": done.size, "audit_head": str(done.head)})
    else:
        print_line(f"{file}: {done.size} bytes")
        print_line(f"Audit head: {done.head}")


@click.command
@click.argument("file", type=FILE)
@passphrase_option
@json_option
@click.pass_obj
def restore(operator: Operator, file: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Restore a backup into an empty database and a fresh DATA_DIR.

    The database may be of the other kind than the one the backup came from. The file is checked wholly
    before anything is written; an interrupted restore can be run again.
    """
    passphrase = read_passphrase(passphrase_file, "--passphrase-file", "Passphrase of the backup")
    done = restores.restore(operator.opened, file, passphrase=passphrase)
    if as_json:
        print_json(
            {
                "file": file,
                "rows": done.rows,
                "made_at": done.manifest.made_at,
                "release": done.manifest.release,
                "audit_head": str(done.head),
            }
        )
    else:
        print_line(f"{done.rows} rows restored, as of {done.manifest.made_at:%Y-%m-%d %H:%M} UTC.")
        print_line(f"Audit head: {done.head}")
    if done.manifest.public_url != operator.config.public_url:
        note(
            f"Warning: PUBLIC_URL is {operator.config.public_url}, but kits in the field know "
            f"{done.manifest.public_url} and take leases from nobody else."
        )
