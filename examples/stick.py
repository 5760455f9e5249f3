"""The sample stick that `make run` leaves ready to open: films made up once, then the real `kit build`."""

import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from examples import make_films
from examples.team import KIT

COMMAND = str(Path(sys.executable).with_name("licence-server"))


class SampleStick:
    """Its films are made in the background, while the demonstration plays."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "sample-stick"
        self._pool = ThreadPoolExecutor(1)
        self._content: Future[Path] = self._pool.submit(make_films.make, data_dir / "sample-content")

    def build(self) -> Path | None:
        """Build the stick; the page to open, or None where the command refused and said why."""
        content = self._content.result()
        self._pool.shutdown()
        command = [COMMAND, "kit", "build", KIT["id"], str(self._folder), "--content", str(content), "--json"]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
        return Path(json.loads(done.stdout)["start_page"]) if done.returncode == 0 else None
