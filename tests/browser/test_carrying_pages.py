"""The phone's page and the page for files in a real browser, against a real server."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from client_sdk import KitClient
from tests.support.axe import violations, waits_in
from tests.support.carried import NoNetwork
from tests.support.databases import SqliteServer
from tests.support.server import Server, running

KIT = "prevent-for-business"
PHONE = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("server")
    with running(directory, SqliteServer(directory).empty(), workers=1) as started:
        yield started


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    organisation = server.json("organisations", "add", "Baker & Sons")["id"]
    server.json("kits", "add", KIT, "Kit", "--item", "film-1=The first film")
    licence = server.json("licences", "grant", organisation, KIT)["id"]
    return str(server.json("tokens", "issue", licence)["activation_token"])


@pytest.fixture
def kit(server: Server, token: str, tmp_path: Path) -> KitClient:
    """A kit on a PC without a network, to be activated by file."""
    root = server.json("keys", "list")["root"]
    return KitClient(
        server=server.url, kit_id=KIT, kit_version="1.0", root_key=root, state_dir=tmp_path, transport=NoNetwork()
    )


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of a phone, in which nothing may go wrong unseen."""
    context = browser.new_context(viewport=PHONE)
    yield quiet(context)
    context.close()


def quiet(context: BrowserContext) -> Page:
    page = context.new_page()

    def complain(message: ConsoleMessage) -> None:
        # A refused or interrupted request is logged by the browser itself.
        if message.type == "error" and "Failed to load resource" not in message.text:
            raise AssertionError(message.text)

    page.on("console", complain)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def activate(kit: KitClient, server: Server, token: str, page: Page) -> None:
    request = json.loads(kit.export_activation(token) or "")
    answer = page.request.post(f"{server.url}/api/v1/exchange", data=request)
    assert kit.import_response(answer.text()).valid


def shown(page: Page) -> str:
    page.wait_for_selector("#arrived:not([hidden])")
    return page.inner_text("#symbols").replace("\n", "").replace(" ", "")


def attendances(server: Server) -> int:
    done = server.run("report", "--format", "json")
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout)["attendances"])


def test_a_code_is_handed_in_and_confirmed(server: Server, token: str, kit: KitClient, phone: Page) -> None:
    activate(kit, server, token, phone)
    before = attendances(server)
    kit.record_session(mode="workshop", attendee_count=14, plays=[("film-1", 412, True)])
    (code,) = kit.export_codes()

    phone.goto(code)
    symbols = shown(phone)

    assert phone.inner_text("#count") == "1 session has arrived."
    assert [len(part) for part in phone.locator("#symbols span").all_inner_texts()] == [4, 4]
    assert phone.url == f"{server.url}/r", "the report is not left in the phone's history"
    assert phone.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    phone.goto(code)
    assert shown(phone) == symbols, "read twice"
    assert kit.confirm(symbols)
    assert kit.status().queued == 0
    assert attendances(server) == before + 14
    message = code.partition("#")[2]
    log = (server.directory / "server.log").read_text()
    assert '"route": "/r"' in log
    assert message[-40:] not in log


def test_several_codes_one_after_the_other_in_one_page(server: Server, token: str, kit: KitClient, phone: Page) -> None:
    activate(kit, server, token, phone)
    for count in range(1, 9):
        kit.record_session(mode="workshop", attendee_count=count, plays=[("film-1", 412, True)])
    codes = kit.export_codes()
    assert len(codes) > 1

    phone.goto(codes[0])
    for code in codes:
        with phone.expect_response("**/api/v1/exchange"):
            phone.evaluate("address => { location.href = address; }", code)
        # Not by a script: the page's policy evaluates none.
        expect(phone).to_have_url(re.compile(r"/r#?$"))
        assert kit.confirm(shown(phone))
    assert kit.status().queued == 0


def test_without_a_network_the_report_waits_in_the_page(
    server: Server, token: str, kit: KitClient, phone: Page
) -> None:
    activate(kit, server, token, phone)
    kit.record_session(mode="workshop", attendee_count=2)
    (code,) = kit.export_codes()
    phone.route("**/api/v1/exchange", lambda route: route.abort())

    phone.goto(code)
    phone.wait_for_selector("#failed:not([hidden])")

    assert "could not be reached" in phone.inner_text("#why")
    assert phone.url == code, "a reload would try again"
    assert phone.evaluate("document.activeElement.id") == "failed"
    assert violations(phone) == []
    phone.unroute("**/api/v1/exchange")
    phone.get_by_role("button", name="Try again").click()
    assert kit.confirm(shown(phone))


@pytest.mark.parametrize(
    ("status", "kind", "body", "told", "may_retry"),
    [
        (200, "text/html", "<html>Please log in</html>", "could not be reached", True),
        (200, "application/json", "{}", "cannot take the report just now", True),
        (503, "application/problem+json", '{"code": "database_busy"}', "cannot take the report just now", True),
        (404, "application/problem+json", '{"code": "installation_unknown"}', "activated again", False),
    ],
)
def test_answers_that_are_no_receipt(
    server: Server, phone: Page, status: int, kind: str, body: str, told: str, may_retry: bool
) -> None:
    phone.route(
        "**/api/v1/exchange", lambda route: route.fulfill(status=status, headers={"Content-Type": kind}, body=body)
    )

    phone.goto(f"{server.url}/r#a.b.c")
    phone.wait_for_selector("#failed:not([hidden])")

    assert told in phone.inner_text("#why")
    assert phone.get_by_role("button", name="Try again").is_visible() == may_retry


def test_a_code_that_was_not_read_whole_and_an_address_without_one(server: Server, phone: Page) -> None:
    phone.goto(f"{server.url}/r#a.b.c")
    phone.wait_for_selector("#failed:not([hidden])")
    assert "Read it again" in phone.inner_text("#why")
    assert phone.inner_text("#code") == "message_refused"

    phone.goto("about:blank")
    phone.goto(f"{server.url}/r")
    assert "no report in this address" in phone.inner_text("#why")
    assert violations(phone) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_files_are_exchanged_without_scripts(
    server: Server, token: str, kit: KitClient, browser: Browser, tmp_path: Path, scheme: Any
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, color_scheme=scheme)
    page = context.new_page()
    request = tmp_path / "reception.kit-request"
    request.write_text(kit.export_activation(token) or "")
    page.goto(f"{server.url}/exchange")
    page.get_by_label("File of the kit").set_input_files(request)
    with page.expect_download() as download:
        page.get_by_role("button", name="Get the answer").click()

    assert download.value.suggested_filename == "reception.kit-response"
    assert kit.import_response(download.value.path().read_text()).valid

    request.write_text("something else")
    page.get_by_label("File of the kit").set_input_files(request)
    page.get_by_role("button", name="Get the answer").click()
    assert "not a file that a kit has written" in page.get_by_role("alert").inner_text()
    page.goto(f"{server.url}/r")
    assert "needs JavaScript" in page.inner_text("main")
    context.close()


def test_the_page_says_what_became_of_a_file(
    server: Server, token: str, kit: KitClient, phone: Page, tmp_path: Path
) -> None:
    activate(kit, server, token, phone)
    kit.record_session(mode="workshop", attendee_count=14)
    request = tmp_path / "reception.kit-request"
    request.write_text("something else")
    phone.goto(f"{server.url}/exchange")
    button = phone.get_by_role("button", name="Get the answer")
    phone.get_by_label("File of the kit").set_input_files(request)
    button.click()
    expect(phone.get_by_role("alert")).to_contain_text("not a file that a kit has written")
    expect(phone.get_by_role("alert")).to_be_focused()
    assert phone.title().startswith("Error: ")

    request.write_text(kit.export_message() or "")
    phone.get_by_label("File of the kit").set_input_files(request)
    with phone.expect_download() as download:
        button.click()
    expect(phone.get_by_role("status")).to_have_text(
        "1 report has arrived. The answer was saved as reception.kit-response. "
        "Carry it back to the kit and choose it there."
    )
    expect(phone.get_by_role("alert")).to_have_count(0)
    assert not phone.title().startswith("Error")
    assert violations(phone) == []
    assert download.value.suggested_filename == "reception.kit-response"
    assert kit.import_response(download.value.path().read_text()).sent == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(server: Server, browser: Browser, tmp_path: Path, scheme: Any) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = quiet(context)
    waits_in(page)
    page.goto(f"{server.url}/exchange")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wrong = tmp_path / "wrong.kit-request"
    wrong.write_text("{}")
    page.get_by_label("File of the kit").set_input_files(wrong)
    page.get_by_role("button", name="Get the answer").click()
    page.wait_for_selector("#error")
    assert violations(page) == []
    page.goto(f"{server.url}/r#a.b.c")
    page.wait_for_selector("#failed:not([hidden])")
    assert violations(page) == []
    context.close()
