"""A kit on somebody's PC: the SDK over the simulator, with a clock that tests set."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from client_sdk import KitClient
from tests.support.simulator import DAY, KIT, SERVER, TOKEN, Simulator

HOUR = 3600


@dataclass
class Pc:
    """A computer: where state is kept, and how far its clock is off (seconds)."""

    simulator: Simulator
    state_dir: Path
    wrong_by: float = 0.0
    random: Random = field(default_factory=lambda: Random(7))

    def kit(self, **changes: Any) -> KitClient:
        """A fresh start of the kit, as after a reboot."""
        arguments: dict[str, Any] = {
            "server": SERVER,
            "kit_id": KIT,
            "kit_version": "1.0",
            "root_key": self.simulator.root_key,
            "state_dir": self.state_dir,
            "transport": self.simulator,
            "clock": lambda: self.simulator.time + self.wrong_by,
            "random_bytes": self.random.randbytes,
            "jitter": lambda: 1.0,
        }
        return KitClient(**arguments | changes)

    def activated(self, **changes: Any) -> KitClient:
        kit = self.kit(**changes)
        assert kit.activate(TOKEN).code == "active"
        return kit

    def days_pass(self, days: float) -> None:
        self.simulator.time += days * DAY


def workshop(kit: KitClient, attendee_count: int = 14, item: str = "film-1", seconds: int = 412) -> None:
    """Hold one."""
    with kit.session(mode="workshop", attendee_count=attendee_count) as session:
        session.play(item, seconds=seconds, completed=True)
