"""A browser profile that nobody has used, in whichever browser: the little that a story told in all of them needs.

What only one browser is asked to do, a test does with that browser's own tools.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE = 30_000
_UNTIL = f"""new Promise((resolve, reject) => {{
    const late = performance.now() + {PATIENCE};
    (async function look() {{
        if (await (CONDITION)()) resolve();
        else if (performance.now() > late) reject(new Error((CONDITION) + " in: " + document.body.innerText));
        else setTimeout(look, 20);
    }})();
}})"""


class Tab(Protocol):
    """A page that is open."""

    def evaluate(self, script: str, argument: Any = None) -> Any:
        """The value, as JSON, of an expression, or of the function it is; awaited, and as if a person had acted."""

    def saves(self, script: str) -> str:
        """The text of the file that the page saves when the script has run."""

    def chooses(self, file: Path, field: str) -> None:
        """Choose a file in the field of this id."""

    def close(self) -> None: ...


class Profile(Protocol):
    """A browser's storage and its network. name: chromium or firefox."""

    name: str

    def open(self, page: Path) -> Tab:
        """Double-click a page."""

    def set_offline(self, offline: bool) -> None: ...


def until(tab: Tab, condition: str) -> None:
    """Wait until a function of the page says yes, or promises it."""
    tab.evaluate(_UNTIL.replace("CONDITION", condition))


class ChromiumTab:
    def __init__(self, page: Page) -> None:
        self._page = page

    def evaluate(self, script: str, argument: Any = None) -> Any:
        return self._page.evaluate(script, argument)

    def saves(self, script: str) -> str:
        with self._page.expect_download() as download:
            self._page.evaluate(script)
        return Path(download.value.path()).read_text()

    def chooses(self, file: Path, field: str) -> None:
        self._page.set_input_files(f"#{field}", file)

    def close(self) -> None:
        self._page.close()


class ChromiumProfile:
    name = "chromium"

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self.faults: list[str] = []
        context.on("weberror", lambda error: self.faults.append(str(error.error)))

    def open(self, page: Path) -> Tab:
        opened = self._context.new_page()
        opened.goto(page.as_uri())
        return ChromiumTab(opened)

    def set_offline(self, offline: bool) -> None:
        self._context.set_offline(offline)


@contextmanager
def chromium(browser: Browser) -> Iterator[Profile]:
    """A profile of Chromium; whatever was done in it, no script failed."""
    context = browser.new_context(accept_downloads=True)
    profile = ChromiumProfile(context)
    yield profile
    context.close()
    assert profile.faults == [], profile.faults
