"""`kit`: build a stick, verify it, print the settings of a kit, fetch the QR encoder that sticks carry."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from licence_server.cli.address import warn_of_address
from licence_server.cli.operator import Operator
from licence_server.cli.output import note, print_json, print_line, print_record
from licence_server.cli.parameters import IDENTIFIER, SLUG, json_option
from licence_server.services import kit_builds, kit_checks, kit_settings, qr_encoder

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


@click.group
def kit() -> None:
    """The stick that a business is handed: build it, verify it."""


@kit.command
@click.argument("kit_id", type=SLUG)
@click.argument("out_dir", type=click.Path(path_type=Path))
@click.option(
    "--content", "content", type=FOLDER, required=True, metavar="DIR", help="Holds kit.toml and the files it names."
)
@click.option("--organisation", "organisation_id", type=IDENTIFIER, help="Whose own stick it is; gets a token for it.")
@json_option
@click.pass_obj
def build(
    operator: Operator, kit_id: str, out_dir: Path, content: Path, organisation_id: UUID | None, as_json: bool
) -> None:
    """Build a stick folder, ready to be handed out.

    It holds player, films, documents, settings, manifest and README.

    After an interruption the same command copies what is missing or changed. docs/kits.md describes kit.toml.
    """
    warn_of_address(operator.runtime)
    with _bar() as bar:
        built = kit_builds.build(
            operator.runtime,
            kit_id,
            out_dir,
            content,
            now=operator.now,
            actor=operator.actor,
            organisation_id=organisation_id,
            progress=bar,
        )
    if built.left_out:
        note(f"Items of the kit that this description leaves out: {', '.join(built.left_out)}")
    if not built.by_phone:
        note("Without the QR encoder this stick cannot report by phone: run `licence-server kit encoder`, build again.")
    server = operator.runtime.config.public_url
    if urlsplit(server).hostname in THIS_COMPUTER and not as_json:
        note(
            f"The stick reports to {server}, which no other computer reaches: "
            "set LICENCE_SERVER_PUBLIC_URL before `init`."
        )
    listed = built.manifest
    record = {
        "id": listed.kit,
        "version": listed.version,
        "organisation": listed.organisation,
        "server": server,
        "folder": str(built.folder),
        "start_page": str(built.start_page),
        "files": len(listed.files),
        "bytes": sum(file.size for file in listed.files),
        "copied": len(built.copied),
        "unchanged": len(built.unchanged),
        "removed": len(built.removed),
        "token_issued": built.token_issued,
        "report_by_phone": built.by_phone,
    }
    print_record(record, as_json=as_json)


@kit.command
@click.argument("kit_id", type=SLUG)
@click.argument("version")
@click.option("--organisation", "organisation_id", type=IDENTIFIER, help="The one that it is made for.")
@click.pass_obj
def settings(operator: Operator, kit_id: str, version: str, organisation_id: UUID | None) -> None:
    """Print the kit.json of a kit that uses an SDK by itself.

    It names server, kit and root key, and no secret. docs/embedding.md says what becomes of it.
    """
    warn_of_address(operator.runtime)
    print_json(kit_settings.of(operator.runtime, kit_id, version, organisation_id))


@kit.command
@click.argument("directory", type=FOLDER, metavar="DIR")
@json_option
@click.pass_context
def verify(context: click.Context, directory: Path, as_json: bool) -> None:
    """Compare every file of a stick with its manifest.

    Exit 1 and name each that differs.
    """
    with _bar() as bar:
        check = kit_checks.verify(directory, bar)
    found = check.differences
    if as_json:
        counts = {"id": check.manifest.kit, "version": check.manifest.version, "files": len(check.manifest.files)}
        print_json({**counts, "missing": found.missing, "changed": found.changed, "extra": found.extra})
    else:
        for word, paths in vars(found).items():
            for path in paths:
                shown = path.replace("\n", "\N{REPLACEMENT CHARACTER}")
                print_line(f"{word:<8} {shown}")
        if not found:
            files = len(check.manifest.files)
            print_line(f"{check.manifest.kit} {check.manifest.version}: {files} files, all as they were built.")
    if found:
        context.exit(1)


@kit.command
def encoder() -> None:
    """Fetch the QR encoder for sticks that report by phone. Once; needs npm and the internet."""
    print_line(f"{qr_encoder.PACKAGE} {qr_encoder.VERSION}: {qr_encoder.fetch()}")


class _Bar:
    """The services' Progress, drawn by rich."""

    def __init__(self, drawn: Progress) -> None:
        self._drawn = drawn
        self._task = drawn.add_task("", total=None)

    def begin(self, words: str, total: int) -> None:
        self._drawn.reset(self._task, description=words, total=total)

    def advance(self, done: int) -> None:
        self._drawn.advance(self._task, done)


@contextmanager
def _bar() -> Iterator[_Bar]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as drawn:
        yield _Bar(drawn)
