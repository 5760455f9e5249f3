"""Every command line in the documentation is one that the command takes."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from client_sdk import command as kit_client
from licence_server.cli.commands import commands

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPOKEN = re.compile(r"`([^`\n]*(?:\n[^`\n]+)?)`")
# The last one of a line: before it may stand as whom it is given.
SERVER = re.compile(r"(?:^|.*[ =/])licence-server (?P<words>.+)")
CLIENT = re.compile(r"(?:^|[ /])kit-client (?P<words>.+)")
# What a shell does with a line beyond the command itself.
AFTER = re.compile(r"\s+#\s.*|;.*")


def typed(pattern: re.Pattern[str]) -> Iterator[tuple[str, list[str]]]:
    """Lines that a page shows being typed, or written into a unit file."""
    for page in PAGES:
        for block in FENCED.findall(page.read_text()):
            for line in block.replace("\\\n", " ").splitlines():
                found = pattern.search(line)
                if found and (line.startswith("$ ") or "ExecStart=" in line) and "docker build" not in line:
                    yield page.name, shlex.split(AFTER.sub("", found["words"]))


def spoken() -> Iterator[tuple[str, list[str]]]:
    """Commands named in a sentence, which may leave out what they are given."""
    for page in PAGES:
        for words in SPOKEN.findall(FENCED.sub("", page.read_text())):
            if words.startswith("licence-server "):
                yield page.name, [word for word in shlex.split(words)[1:] if word != "…"]


def parse(words: list[str]) -> tuple[click.Command, dict[str, object], list[str]]:
    """The command, what it is given, and what is left over. Raises UsageError."""
    context = click.Context(commands, info_name="licence-server")
    command: click.Command = commands
    while isinstance(command, click.Group) and words and (named := command.get_command(context, words[0])):
        command = named
        context, words = click.Context(command, context, words[0]), words[1:]
    given, left, _ = command.make_parser(context).parse_args(list(words))
    return command, given, left


@pytest.mark.parametrize(("page", "words"), list(typed(SERVER)))
def test_a_line_to_type_is_whole(page: str, words: list[str]) -> None:
    command, given, left = parse(words)

    assert not isinstance(command, click.Group), f"{page}: {words}"
    assert left == []
    missing = [param.name for param in command.params if param.required and not given.get(param.name or "")]
    assert missing == []


@pytest.mark.parametrize(("page", "words"), list(spoken()))
def test_a_command_that_is_spoken_of_exists_with_its_options(page: str, words: list[str]) -> None:
    try:
        command, _, left = parse(words)
    except click.BadOptionUsage:
        # An option may be spoken of without its value.
        command, _, left = parse([*words, "VALUE"])

    assert left == [], f"{page}: {words}"
    assert not isinstance(command, click.Group) or words in ([], ["--help"])


@pytest.mark.parametrize(("page", "words"), list(typed(CLIENT)))
def test_a_line_for_a_trainers_pc_is_whole(page: str, words: list[str]) -> None:
    kit_client._parser().parse_args(words)


def test_a_line_that_is_none_would_be_found() -> None:
    with pytest.raises(click.NoSuchOption):
        parse(["keys", "change-root", "--root-key", "OLD", "--new-root-key", "NEW"])
    assert parse(["licences", "grant", "id", "kit", "surplus"])[2] == ["surplus"]
    assert sum(1 for _ in typed(SERVER)) > 10
