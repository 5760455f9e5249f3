"""How a count looks when it leaves the team.

* 0 stays 0: that nobody came is no secret.
* 1 to 4 is "fewer than 5".
* From 5 on, the nearest multiple of 5; between two multiples of 5 there is no whole number halfway, so no
  rule for ties is needed. 3 and 4 are "fewer than 5", so the published 5 stands for 5, 6 and 7.
* "not shown" is any count from 1 on: withheld, because with the rest of the table it would tell a small one.

Threshold and rounding follow the Government Statistical Service's guidance on tables from administrative
sources, which the Office for National Statistics keeps; see docs/decisions/0010-figures-and-suppression.md.
"""

from dataclasses import dataclass

THRESHOLD = 5
BASE = 5

Shown = int | str


@dataclass(frozen=True)
class Form:
    """What is shown, and the counts it stands for. highest: None where there is no limit."""

    shown: Shown
    lowest: int
    highest: int | None

    @property
    def is_protected(self) -> bool:
        """Whether its count must not be found out."""
        return isinstance(self.shown, str)

    @property
    def at_least(self) -> int:
        """What its count is not below, as round as what is shown."""
        return max(self.lowest // BASE * BASE, min(self.lowest, 1))

    def admits(self, count: int) -> bool:
        return self.lowest <= count and (self.highest is None or count <= self.highest)


SMALL = Form(f"fewer than {THRESHOLD}", 1, THRESHOLD - 1)
WITHHELD = Form("not shown", 1, None)


def form_of(count: int) -> Form:
    """The published form of a count that need not be withheld."""
    if count == 0:
        return Form(0, 0, 0)
    if count < THRESHOLD:
        return SMALL
    nearest = (count + BASE // 2) // BASE * BASE
    return Form(nearest, max(nearest - BASE // 2, THRESHOLD), nearest + BASE // 2)
