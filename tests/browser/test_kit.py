"""A kit's page, opened from file:// in a real browser, against a real server. The team's figures decide."""

import contextlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, Playwright, Route

from tests.browser.conftest import Stick
from tests.support import browsers

COUNTED_ONCE = {"workshops": 1, "attendances": 14, "duplicates": 0}


def activate(page: Page, stick: Stick) -> None:
    assert page.evaluate("token => kit.activate(token)", stick.token)["code"] == "active"


def sync(page: Page) -> tuple[int, int, bool, str]:
    done = page.evaluate("kit.sync()")
    return done["sent"], done["remaining"], done["reachable"], done["verdict"]["code"]


def code(page: Page) -> str:
    return str(page.evaluate("kit.check()")["code"])


def test_a_workshop_is_counted(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    assert code(page) == "unlicensed"
    activate(page, stick)
    page.evaluate("workshop(14)")

    assert sync(page) == (1, 0, True, "active")
    assert stick.figures() == COUNTED_ONCE
    assert page.evaluate("kit.status()")["storage"] == "indexeddb"
    assert code(stick.open(context)) == "active"


def test_a_mistyped_token_meets_no_network(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    wrong = ("1" if stick.token[0] != "1" else "2") + stick.token[1:]

    assert page.evaluate("token => kit.activate(token)", wrong)["code"] == "token_mistyped"
    assert requests == []


def test_offline_for_the_whole_of_it_and_synced_later(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    context.set_offline(True)
    page = stick.open(context)
    assert code(page) == "active"
    page.evaluate("workshop(14)")
    assert sync(page) == (0, 1, False, "active")
    page.close()
    context.set_offline(False)

    assert sync(stick.open(context)) == (1, 0, True, "active")
    assert stick.figures() == COUNTED_ONCE


def test_revoked_and_what_happened_still_counts(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    page.evaluate("workshop(14)")
    stick.revoke()
    assert code(page) == "active"

    assert sync(page) == (1, 0, True, "licence_revoked")
    assert code(stick.open(context)) == "licence_revoked"
    assert stick.figures() == COUNTED_ONCE


def test_the_clock_moved_on_and_back(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    now = datetime.now(UTC)
    seen = []
    for days in (29, 31, 61, 2, 0):
        page.clock.set_fixed_time(now + timedelta(days=days, minutes=1))
        seen.append(code(page))
    page.evaluate("workshop(14)")

    assert seen == ["active", "in_grace", "lease_expired", "clock_suspect", "clock_suspect"]
    assert sync(page) == (1, 0, True, "active")
    assert stick.figures() == COUNTED_ONCE
    assert stick.report()["reports"]["dated_on_receipt"] == 0


def test_a_page_killed_in_the_middle(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    page.evaluate("""async () => {
        const session = await kit.startSession({mode: "workshop", attendeeCount: 14});
        await session.play("film-1", {seconds: 412, completed: true});
        await session.play("film-2", {seconds: 30});
    }""")
    other = stick.open(context)
    assert sync(other) == (0, 0, True, "active")
    kill(page)

    other.wait_for_function("kit.status().then(({queued}) => queued === 1)")
    assert sync(other) == (1, 0, True, "active")
    assert stick.figures() == COUNTED_ONCE
    items = {item["id"]: (item["plays"], item["completions"], item["seconds"]) for item in stick.report()["items"]}
    assert items == {"film-1": (1, 1, 412), "film-2": (1, 0, 30)}


def test_killed_at_any_instant_loses_nothing(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    recorded: list[int] = []
    page.expose_function("recorded", lambda count: recorded.append(count))
    page.evaluate("""() => {
        (async () => {
            for (let count = 1; ; count++) {
                await workshop(count);
                recorded(count);
            }
        })();
    }""")
    while len(recorded) < 20:
        page.wait_for_timeout(1)
    kill(page)
    sent, remaining, *_ = sync(stick.open(context))

    assert remaining == 0
    # What was being recorded when it was killed may have been saved as well.
    assert sent in (len(recorded), len(recorded) + 1)
    figures = stick.figures()
    assert figures["workshops"] == sent
    assert figures["attendances"] == sent * (sent + 1) // 2


def test_two_tabs_neither_lose_nor_count_twice(context: BrowserContext, stick: Stick) -> None:
    one, other = stick.open(context), stick.open(context)
    activate(one, stick)
    for page in (one, other):
        page.evaluate("""() => {
            window.done = Promise.all([workshop(14), workshop(3), workshop(1), kit.sync(), workshop(2), kit.sync()]);
        }""")
    for page in (one, other):
        page.evaluate("done")
        page.evaluate("kit.sync()")

    assert stick.figures() == {"workshops": 8, "attendances": 40, "duplicates": 0}


def test_a_stick_copied_to_another_path(context: BrowserContext, stick: Stick, tmp_path: Path) -> None:
    page = stick.open(context)
    activate(page, stick)
    page.evaluate("workshop(10)")
    elsewhere = tmp_path / "a copy, ü & more"
    shutil.copytree(stick.directory, elsewhere)
    copy = stick.open(context, elsewhere)
    assert code(copy) == "active"
    copy.evaluate("workshop(4)")

    assert sync(copy) == (2, 0, True, "active")
    assert stick.figures() == {"workshops": 2, "attendances": 14, "duplicates": 0}
    assert stick.report()["installations"]["activated"] == 1


def test_an_objection_is_heard(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    page.evaluate("kit.setUsageReporting('off')")
    page.evaluate("workshop(14)")

    assert sync(page) == (0, 0, True, "active")
    assert stick.figures() == {"workshops": 0, "attendances": 0, "duplicates": 0}
    assert stick.report()["installations"]["declined"] == 1


def test_a_portal_is_no_answer(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    page.evaluate("workshop(14)")
    context.route("**/api/v1/**", portal)
    assert sync(page) == (0, 1, False, "active")
    assert "no_answer" in page.evaluate("kit.release()")["warnings"]
    context.unroute("**/api/v1/**")

    assert sync(page) == (1, 0, True, "active")
    assert stick.figures() == COUNTED_ONCE


def test_an_answer_cut_short_is_asked_for_again(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    page.evaluate("workshop(14)")
    context.route("**/api/v1/sync", cut_short)
    assert sync(page) == (0, 1, False, "active")
    context.unroute("**/api/v1/sync")

    assert sync(page) == (1, 0, True, "active")
    assert stick.figures() == {**COUNTED_ONCE, "duplicates": 1}


def test_without_storage_the_session_still_counts(playwright: Playwright, stick: Stick, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    denied = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Default" / "Preferences").write_text(json.dumps(denied))
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=browsers.whole_chromium(), args=browsers.CHROMIUM_FLAGS
    )
    try:
        page = stick.open(context)
        activate(page, stick)
        verdict = page.evaluate("kit.check()")
        page.evaluate("workshop(14)")

        assert (verdict["valid"], verdict["warnings"]) == (True, ["no_storage"])
        assert sync(page) == (1, 0, True, "active")
        assert stick.figures() == COUNTED_ONCE
    finally:
        context.close()


def test_no_indexed_db_means_local_storage(context: BrowserContext, stick: Stick) -> None:
    context.add_init_script("Object.defineProperty(window, 'indexedDB', {get() { throw new Error('denied'); }})")
    page = stick.open(context)
    activate(page, stick)
    page.evaluate("workshop(14)")
    page = stick.open(context)

    assert page.evaluate("kit.status()")["storage"] == "localstorage"
    assert sync(page) == (1, 0, True, "active")
    assert stick.figures() == COUNTED_ONCE


def test_indexed_db_that_fails_for_once_is_no_other_kit(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    page.close()
    page = context.new_page()
    page.add_init_script("Object.defineProperty(window, 'indexedDB', {get() { throw new Error('for once'); }})")
    page.goto((stick.directory / "index.html").as_uri())

    assert page.evaluate("kit.check()")["warnings"] == ["no_storage"]
    assert page.evaluate("kit.status()")["storage"] == "memory"
    page.close()
    assert code(stick.open(context)) == "active"


def test_storage_that_never_answers_blocks_nothing(context: BrowserContext, stick: Stick) -> None:
    context.add_init_script("IDBFactory.prototype.open = () => ({})")
    page = stick.open(context)
    page.evaluate("token => kit.activate(token)", stick.token)
    page.evaluate("workshop(14)")

    assert page.evaluate("kit.check()")["warnings"] == ["no_storage"]
    assert sync(page) == (1, 0, True, "active")
    assert stick.figures() == COUNTED_ONCE


def test_released_and_activated_again(context: BrowserContext, stick: Stick) -> None:
    page = stick.open(context)
    activate(page, stick)
    page.evaluate("workshop(14)")

    assert page.evaluate("kit.release()")["code"] == "installation_released"
    assert code(page) == "installation_released"
    activate(page, stick)
    assert stick.figures() == COUNTED_ONCE


def portal(route: Route) -> None:
    headers = {"Access-Control-Allow-Origin": "*"}
    route.fulfill(
        status=200, content_type="text/html", body="<html>Welcome to our wireless network</html>", headers=headers
    )


def cut_short(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text()[:-20])


def kill(page: Page) -> None:
    """End the page's process, as a power cut does."""
    with page.expect_event("crash"), contextlib.suppress(Error):
        page.goto("chrome://crash")
