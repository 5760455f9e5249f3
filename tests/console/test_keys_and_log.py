"""API keys, signing keys and the audit log in a real browser, with scripts and without."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from licence_server.domain.roles import Role
from licence_server.services import api_keys, keys, organisations
from licence_server.services.runtime import Runtime
from tests.support import axe
from tests.support.server import PASSPHRASE

Sit = Callable[..., Page]


def test_a_key_from_its_creation_to_its_end(at_desk: Sit, console_runtime: Runtime, scripts: bool) -> None:
    page = at_desk(Role.ADMINISTRATOR, scripts)
    name = f"Dashboard {scripts}"
    page.goto("/console/")
    page.get_by_role("link", name="Log and settings").click()
    page.get_by_role("link", name="API keys").click()
    page.get_by_role("button", name="Create an API key").click()
    page.get_by_role("button", name="Create the key").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a name")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Read usage figures").check()
    page.get_by_role("button", name="Create the key").dblclick()
    secret = page.locator(".console-secret").inner_text()
    assert [key.name for key in api_keys.list_all(console_runtime)].count(name) == 1
    assert api_keys.authenticate(console_runtime, secret).name == name

    page.get_by_role("link", name="Back to API keys").click()
    expect(page.locator("body")).not_to_contain_text(secret)
    page.get_by_role("link", name=f"Revoke {name}").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_role("row", name=name)).to_contain_text("Revoked on")
    page.go_back()
    page.reload()
    expect(page.locator("main")).to_contain_text("It was revoked on")
    page.goto("/console/api-keys")
    page.get_by_role("link", name="What programs can ask for").click()
    expect(page).to_have_title("API of the licence and usage server")


def test_a_new_signing_key_with_the_root_key_from_a_stick(
    at_desk: Sit, console_runtime: Runtime, tmp_path: Path, scripts: bool
) -> None:
    stick = tmp_path / "root-key.pem"
    stick.write_bytes(console_runtime.config.root_key_file.read_bytes())
    version = keys.list_keys(console_runtime).keyset_version
    page = at_desk(Role.ADMINISTRATOR, scripts)
    page.goto("/console/signing-keys")
    expect(page.locator("main")).to_contain_text("The root key still lies on this server")
    page.get_by_role("button", name="Put a new signing key in force").click()
    page.get_by_label("The root key").set_input_files(stick)
    page.get_by_label("Its passphrase").fill("not this one")
    page.get_by_role("button", name="Put a new signing key in force").click()
    expect(page.get_by_role("alert")).to_contain_text("does not open the root key")
    page.get_by_label("The root key").set_input_files(stick)
    page.get_by_label("Its passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Put a new signing key in force").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signing keys")
    expect(page.locator("main")).to_contain_text(f"Version {version + 1}")
    expect(page.get_by_role("row", name="Signs now")).to_have_count(1)


def test_the_log_is_filtered_exported_and_verified(at_desk: Sit, console_runtime: Runtime, scripts: bool) -> None:
    name = f"Cooper {scripts} Ltd"
    organisations.add(console_runtime, now=datetime.now(UTC), actor="cli:jo", name=name)
    page = at_desk(Role.VIEWER, scripts)
    page.goto("/console/audit")
    page.get_by_label("What").select_option("Organisation added")
    page.get_by_label("About (a name, or an id)").fill(f"cooper {scripts}".lower())
    page.get_by_role("button", name="Show").click()
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("jo, at the command line")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download these as CSV").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    [line] = csv.DictReader(io.StringIO(text, newline=""))
    assert (line["About"], line["What"]) == (name, "Organisation added")

    page.get_by_role("link", name="Verify the log").click()
    head = page.locator(".console-secret").inner_text()
    page.get_by_label("Compare with a head").fill(head)
    page.get_by_role("button", name="Verify now").click()
    expect(page.locator("main")).to_contain_text("The log still holds the head you entered")
    page.get_by_label("Compare with a head").fill("1:" + "0" * 64)
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("alert")).to_contain_text("is not in the log")


@pytest.mark.long
def test_axe_finds_nothing_and_nothing_is_cut_off(at_desk: Sit, console_runtime: Runtime) -> None:
    created: Any = api_keys.create(console_runtime, now=datetime.now(UTC), actor="test", name="A key", scopes=[])
    found = axe.faults_of_pages(
        at_desk(Role.ADMINISTRATOR),
        ("/console/audit",),
        ("/console/audit?about=nobody+of+that+name",),
        ("/console/audit?since=yesterday",),
        ("/console/audit?cursor=x",),
        ("/console/audit/chain",),
        ("/console/audit/chain", "Verify now"),
        ("/console/api-keys",),
        ("/console/api-keys/create",),
        ("/console/api-keys/create", "Create the key"),
        (f"/console/api-keys/{created.key.id}/revoke",),
        ("/console/signing-keys",),
        ("/console/signing-keys/rotate",),
        ("/console/signing-keys/rotate", "Put a new signing key in force"),
    )
    assert found == []
