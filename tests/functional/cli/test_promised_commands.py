"""Every command and option that outside programs rely on is there, and explains itself."""

import click
import pytest
from click.testing import CliRunner

from licence_server.cli.commands import commands

PROMISED = {
    "init": "--admin-email --root-passphrase-file --json",
    "migrate": "",
    "serve": "",
    "organisations add": "NAME --contact-email --sector --reference --json",
    "organisations import": "FILE.csv --dry-run --json",
    "organisations list": "--json",
    "kits add": "KIT_ID NAME --item --json",
    "kits list": "--json",
    "licences grant": "ORGANISATION_ID KIT_ID --kind --from --trial-days --until --seats --lease-days --grace-days "
    "--check-in-days --json",
    "licences list": "--json",
    "licences show": "LICENCE_ID --json",
    "licences suspend": "LICENCE_ID --reason --json",
    "licences reinstate": "LICENCE_ID --reason --json",
    "licences revoke": "LICENCE_ID --reason --json",
    "licences extend": "LICENCE_ID --until --reason --json",
    "tokens issue": "LICENCE_ID --uses --until --json",
    "tokens revoke": "TOKEN_ID",
    "tokens list": "--json",
    "installations list": "--organisation --quiet-for --json",
    "installations release": "INSTALLATION_ID",
    "installations revoke": "INSTALLATION_ID",
    "people add": "EMAIL --role [viewer|licensing_officer|administrator] --json",
    "people reset": "EMAIL --json",
    "people list": "--json",
    "people remove": "EMAIL --json",
    "report": "--from --to --kit --format text|json|csv|xlsx",
    "usage verify": "--json",
    "usage readmit": "--json",
    "feedback list": "--organisation --kit --item --rating --from --to --json",
    "feedback redact": "FEEDBACK_ID --reason --json",
    "retention show": "--json",
    "retention set": "DAYS --reason --json",
    "retention run": "--dry-run --json",
    "audit verify": "--head --json",
    "audit list": "--json",
    "keys list": "--json",
    "keys rotate": "--root-key --root-passphrase-file --json",
    "keys change-root": "--root-key --root-passphrase-file --json",
    "backup": "FILE --passphrase-file --json",
    "restore": "FILE --passphrase-file --json",
    "exchange": "REQUEST_FILE RESPONSE_FILE --json",
    "kit build": "KIT_ID OUT_DIR --content --organisation --json",
    "kit settings": "KIT_ID VERSION --organisation",
    "kit verify": "DIR --json",
    "kit encoder": "",
    "assets": "",
    "api-keys create": "NAME --scope --json",
    "api-keys list": "--json",
    "api-keys revoke": "KEY_ID",
}


@pytest.mark.parametrize("command", PROMISED)
def test_a_promised_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(commands, [*command.split(), "--help"])

    assert result.exit_code == 0
    assert all(word in result.stdout for word in PROMISED[command].split()), result.stdout


def test_no_command_is_without_a_promise() -> None:
    found = set()
    context = click.Context(commands)
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        if isinstance(command, click.Group):
            found |= {f"{name} {verb}" for verb in command.commands}
        else:
            found.add(name)

    assert found == set(PROMISED)


@pytest.mark.parametrize("noun", sorted({name.split()[0] for name in PROMISED}))
def test_every_word_of_help_fits_a_narrow_terminal(noun: str) -> None:
    result = CliRunner().invoke(commands, [noun, "--help"], terminal_width=80)

    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    assert "..." not in result.stdout.partition("Commands:")[2]
