"""The Firefox that is installed, driven by the WebDriver BiDi it has built in.

Playwright drives its own builds of Firefox, and asks the long-term release for commands that it does not know yet.
The preferences that WebDriver recommends are refused: they relax what this is here to test, the rules of file://.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support.profiles import PATIENCE, Profile, Tab

PREFERENCES = {
    "remote.prefs.recommended": False,
    # Nothing may call home.
    "app.normandy.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.region.network.url": "",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}
# A value that is a function is called; JSON, because BiDi's own form of values is another one.
_CALL = """async (argument) => {
    const value = await (SCRIPT);
    return JSON.stringify(await (typeof value === "function" ? value(JSON.parse(argument)) : value)) ?? "null";
}"""


class Firefox:
    """A running Firefox, one request at a time. faults: errors that no script caught."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self.faults: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What a command answers; a refusal fails the test."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._connection.recv(timeout=2 * PATIENCE / 1000))
            if said["type"] == "event":
                self._note(said["params"])
            elif said["id"] == self._number:
                assert said["type"] == "success", f"{method}: {said['error']}: {said['message']}"
                return dict(said["result"])

    def _note(self, entry: dict[str, Any]) -> None:
        # A request that came to nothing is logged like an error, by the browser itself.
        by_browser = str(entry["text"]).startswith("Cross-Origin Request Blocked")
        if entry["type"] == "javascript" and entry["level"] == "error" and not by_browser:
            self.faults.append(entry["text"])


class FirefoxTab:
    def __init__(self, firefox: Firefox, context: str, downloads: Path) -> None:
        self._firefox, self._context, self._downloads = firefox, context, downloads

    def evaluate(self, script: str, argument: Any = None) -> Any:
        answer = self._call(_CALL.replace("SCRIPT", script), json.dumps(argument))
        return json.loads(answer["value"])

    def saves(self, script: str) -> str:
        before = set(self._downloads.iterdir())
        self.evaluate(script)
        late = monotonic() + PATIENCE / 1000
        while not (saved := [path for path in set(self._downloads.iterdir()) - before if _is_whole(path)]):
            assert monotonic() < late, "nothing was saved"
            sleep(0.02)
        return saved[0].read_text()

    def chooses(self, file: Path, field: str) -> None:
        element = self._call("(id) => document.getElementById(id)", field)
        self._firefox.send(
            "input.setFiles", context=self._context, element={"sharedId": element["sharedId"]}, files=[str(file)]
        )

    def close(self) -> None:
        self._firefox.send("browsingContext.close", context=self._context)

    def _call(self, function: str, argument: str) -> dict[str, Any]:
        answer = self._firefox.send(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": argument}],
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return dict(answer["result"])


class FirefoxProfile:
    name = "firefox"

    def __init__(self, firefox: Firefox, downloads: Path) -> None:
        self._firefox, self._downloads = firefox, downloads
        self.id = firefox.send("browser.createUserContext")["userContext"]
        allowed = {"type": "allowed", "destinationFolder": str(downloads)}
        firefox.send("browser.setDownloadBehavior", downloadBehavior=allowed, userContexts=[self.id])

    def open(self, page: Path) -> Tab:
        context = self._firefox.send("browsingContext.create", type="tab", userContext=self.id)["context"]
        self._firefox.send("browsingContext.navigate", context=context, url=page.as_uri(), wait="complete")
        return FirefoxTab(self._firefox, context, self._downloads)

    def set_offline(self, offline: bool) -> None:
        conditions = {"type": "offline"} if offline else None
        self._firefox.send("emulation.setNetworkConditions", networkConditions=conditions, userContexts=[self.id])


@contextmanager
def profile(firefox: Firefox, downloads: Path) -> Iterator[Profile]:
    """A profile of its own; whatever was done in it, no script failed."""
    downloads.mkdir()
    firefox.faults.clear()
    fresh = FirefoxProfile(firefox, downloads)
    yield fresh
    firefox.send("browser.removeUserContext", userContext=fresh.id)
    assert firefox.faults == [], firefox.faults


@contextmanager
def started(path: str, folder: Path) -> Iterator[Firefox]:
    """A Firefox without a screen, its own profile in the folder."""
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (folder / "user.js").write_text("".join(lines))
    log = folder / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=written,
        )
    try:
        with connect(_address(process, log) + "/session", max_size=None, proxy=None) as connection:
            yield Firefox(connection)
            # An orderly end takes seconds, and saves what nobody will read.
            process.kill()
    finally:
        process.kill()
        process.wait()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Where it listens, which it says in its log."""
    late = monotonic() + PATIENCE / 1000
    while (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text())) is None:
        assert process.poll() is None, log.read_text()
        assert monotonic() < late, log.read_text()
        sleep(0.02)
    return found[1]


def _is_whole(path: Path) -> bool:
    """Firefox writes into a file beside it, and holds the name with an empty one."""
    return path.suffix != ".part" and path.stat().st_size > 0
