"""The same page from file:// in each browser that the machine has, against a real server and its figures."""

import json
import shutil
import urllib.request
from pathlib import Path

from tests.browser.conftest import HOME, SCRIPT, Stick
from tests.support.profiles import Profile, Tab, until

VECTORS = HOME.parent / "contract" / "vectors"
# Which browser has storage for all of file://, and which has one for each folder.
ELSEWHERE = {"chromium": "active", "firefox": "unlicensed"}


def test_workshops_online_and_carried_by_file(profile: Profile, stick: Stick, tmp_path: Path) -> None:
    page = profile.open(stick.directory / "index.html")
    assert page.evaluate("token => kit.activate(token)", stick.token)["code"] == "active"
    page.evaluate("workshop(14)")
    assert _synced(page) == (1, 0, True)

    profile.set_offline(True)
    page.evaluate("workshop(9)")
    assert _synced(page) == (0, 1, False)
    page.close()
    page = profile.open(stick.directory / "index.html")
    answer = _carried(stick, page.evaluate("kit.exportMessage()"))
    taken = page.evaluate("text => kit.importResponse(text)", answer)
    assert (taken["code"], taken["sent"], taken["remaining"]) == ("active", 1, 0)

    assert page.evaluate("kit.status()")["storage"] == "indexeddb"
    shutil.copytree(stick.directory, tmp_path / "a copy, ü & more")
    copy = profile.open(tmp_path / "a copy, ü & more" / "index.html")
    assert copy.evaluate("kit.check()")["code"] == ELSEWHERE[profile.name]
    assert stick.figures() == {"workshops": 2, "attendances": 23, "duplicates": 0}


def test_a_window_closed_in_the_middle(profile: Profile, stick: Stick) -> None:
    page = profile.open(stick.directory / "index.html")
    page.evaluate("token => kit.activate(token)", stick.token)
    page.evaluate("""async () => {
        const session = await kit.startSession({mode: "workshop", attendeeCount: 14});
        await session.play("film-1", {seconds: 412, completed: true});
    }""")
    other = profile.open(stick.directory / "index.html")
    assert _synced(other) == (0, 0, True), "it is still alive"
    page.close()
    until(other, "() => kit.status().then(({queued}) => queued === 1)")

    assert _synced(other) == (1, 0, True)
    assert stick.figures() == {"workshops": 1, "attendances": 14, "duplicates": 0}


def test_the_vectors_of_the_contract(profile: Profile, tmp_path: Path) -> None:
    for script in (SCRIPT, HOME / "vectors.js"):
        shutil.copy(script, tmp_path)
    (tmp_path / "index.html").write_text(
        "<!doctype html><script src='kit-client.js'></script><script src='vectors.js'></script>"
    )
    page = profile.open(tmp_path / "index.html")
    files = {path.name: json.loads(path.read_text()) for path in VECTORS.glob("*.json")}

    done = page.evaluate("files => runVectors(KitClient.rules, files)", files)

    assert done["failures"] == []
    assert done["cases"] >= sum(len(content["cases"]) for name, content in files.items() if name != "messages.json")
    assert page.evaluate("fetch('vectors.js').then(() => 'read', () => 'refused')") == "refused", "a rule of file://"


def _synced(page: Tab) -> tuple[int, int, bool]:
    done = page.evaluate("kit.sync()")
    return done["sent"], done["remaining"], done["reachable"]


def _carried(stick: Stick, request: str) -> str:
    """What the server makes of a file, on another computer."""
    address = json.loads((stick.directory / "settings.js").read_text().split("=", 1)[1].strip(" ;\n"))["server"]
    post = urllib.request.Request(f"{address}/api/v1/exchange", request.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(post, timeout=60) as response:
        return str(response.read().decode())
