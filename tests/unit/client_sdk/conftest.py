"""A simulator, and a PC that talks to it."""

from pathlib import Path

import pytest

from tests.support.kits import Pc
from tests.support.simulator import Simulator


@pytest.fixture
def simulator() -> Simulator:
    return Simulator()


@pytest.fixture
def pc(simulator: Simulator, tmp_path: Path) -> Pc:
    return Pc(simulator, tmp_path / "state")
