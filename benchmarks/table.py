"""The table that `make bench` prints."""

from dataclasses import dataclass

HEAD = ("what", "ours", "baseline", "ratio", "goal", "note")


@dataclass(frozen=True)
class Row:
    """One figure beside its baseline."""

    what: str
    ours: str
    bare: str
    ratio: float
    goal: str
    note: str = ""


def printed(rows: list[Row]) -> str:
    """As Markdown, in columns."""
    lines = [HEAD, *((row.what, row.ours, row.bare, f"{row.ratio:.2f}×", row.goal, row.note) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]

    def written(line: tuple[str, ...]) -> str:
        return "| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([written(lines[0]), rule, *map(written, lines[1:])])
