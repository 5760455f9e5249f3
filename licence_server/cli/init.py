"""`init` and `migrate`: what comes before everything else."""

from pathlib import Path

import click

from licence_server import migrate as migrations
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json, print_line
from licence_server.cli.parameters import FILE, json_option, read_passphrase
from licence_server.domain.organisation import email_of
from licence_server.services import initialisation


@click.command
@click.option("--admin-email", metavar="E", help="The first administrator of the console.")
@click.option(
    "--root-passphrase-file",
    type=FILE,
    metavar="F",
    help="Holds the passphrase that will protect the root key. Without it one is made up and printed, once.",
)
@json_option
@click.pass_obj
def init(operator: Operator, admin_email: str | None, root_passphrase_file: Path | None, as_json: bool) -> None:
    """Make database, keys and administrator, once.

    Where they exist already, nothing is changed. The root key is left in DATA_DIR/root-key.pem, encrypted:
    take it away to a safe place, the server runs without it.
    """
    passphrase = None
    if root_passphrase_file is not None:
        passphrase = read_passphrase(root_passphrase_file, "--root-passphrase-file", "")
    done = initialisation.initialise(
        operator.opened,
        now=operator.now,
        actor=operator.actor,
        admin_email=email_of(admin_email),
        passphrase=passphrase,
    )
    if as_json:
        print_json(
            {
                "created": done.created,
                "root": done.root,
                "root_passphrase": done.passphrase,
                "one_time_password": done.one_time_password,
            }
        )
    if not done.created:
        note("This deployment was initialised before. Nothing was changed.")
        return
    note(f"The root key is in {operator.config.root_key_file}, encrypted. Take it away to a safe place.")
    if done.passphrase is not None and not as_json:
        print_line("The root key's passphrase, shown this once; write it down and keep it apart from the key:")
        print_line(f"  {done.passphrase}")
    if done.one_time_password is not None and not as_json:
        print_line("The administrator's one-time password, shown this once and good for a week:")
        print_line(f"  {done.one_time_password}")


@click.command
@json_option
@click.pass_obj
def migrate(operator: Operator, as_json: bool) -> None:
    """Bring the database to the schema of this release."""
    before = migrations.current_revision(operator.opened.database)
    migrations.migrate(operator.opened.database)
    after = migrations.current_revision(operator.opened.database)
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        print_line(f"The database is at revision {after} already. Nothing was changed.")
    else:
        print_line(f"The database went from {before or 'empty'} to revision {after}.")
