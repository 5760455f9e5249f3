"""A table's column as a picture: plain SVG that every policy lets through.

pygal lays it out. What it adds for the web (a script, styles, ids that differ each time, a date) is taken away,
and what it would have styled is written onto each shape: so the picture needs no script, no style sheet, no font
and no network, looks the same in a page, a file and a PDF, and the same table makes the same picture. One dark
grey on white, so that a copier keeps it. A count that is not shown as a number is left out and said so.
"""

import sys
from math import ceil
from typing import Any
from xml.etree.ElementTree import Element, fromstring, register_namespace, tostring

from licence_server.domain.committee_report import Table
from licence_server.domain.series import By
from licence_server.domain.text import for_xml

NAMESPACE = "http://www.w3.org/2000/svg"
_FONT = "Libertinus Sans, Liberation Sans, Arial, sans-serif"
_INK, _BAR, _LINE = "#1a1a1a", "#4d4d4d", "#c4c4c4"
_LABEL = 36
# The one bar of a first month, as wide as the picture, would look broken.
_WIDEST_BAR = 80
# As many upright bars have a number above and a word below without running into each other.
_MOST_NUMBERS, _MOST_WORDS = 20, 16


def chart(table: Table, column: str | None = None) -> bytes:
    """A column of a table as SVG, its rows as bars; the one that is charted where none is named. The total is not
    drawn."""
    place = [key for key, _ in table.columns].index(str(column or table.charted))
    measure = table.columns[place][1]
    values = [row.cells[place] for row in table.rows]
    numbers = [value if isinstance(value, int | float) else None for value in values]
    title = f"{measure}, {table.title[:1].lower()}{table.title[1:]}"
    described = "; ".join(f"{row.title}: {value}" for row, value in zip(table.rows, values, strict=True))
    left_out = "" if None not in numbers else " What is not a number is not drawn."
    upright = table.by is not None
    drawn = _draw([for_xml(label) for label in _labels(table)], numbers, upright=upright)
    return _finished(drawn, title, f"{described}.{left_out}", upright=upright)


def _labels(table: Table) -> list[str]:
    """What stands at each bar: the row's title; of weeks, which are many, their Mondays and not at every one."""
    if table.by is not By.WEEK:
        return [row.title for row in table.rows]
    every = ceil(len(table.rows) / _MOST_WORDS)
    mondays = [By.WEEK.short(By.WEEK.parse(row.key)) for row in table.rows]
    return [monday if number % every == 0 else "" for number, monday in enumerate(mondays)]


def _draw(labels: list[str], numbers: list[int | float | None], *, upright: bool) -> str:
    pygal = _pygal()
    kind = pygal.Bar if upright else pygal.HorizontalBar
    # A horizontal chart counts from the bottom.
    order = slice(None) if upright else slice(None, None, -1)
    whole = max([number for number in numbers if number is not None], default=0)
    drawing = kind(
        css=[],
        js=[],
        width=760,
        height=300 if upright else max(120, 60 + 26 * len(labels)),
        show_legend=False,
        print_values=not upright or len(labels) <= _MOST_NUMBERS,
        print_values_position="top",
        value_formatter=lambda number: f"{number:,.0f}",
        range=(0, max(whole * (1 if upright else 1.1), 4)),
        no_data_text="",
        truncate_label=_LABEL,
        show_minor_x_labels=True,
        x_label_rotation=30 if upright and len(labels) > 8 else 0,
        disable_xml_declaration=True,
        margin=12,
    )
    drawing.x_labels = labels[order]
    drawing.add("", numbers[order])
    return str(drawing.render(is_unicode=True))


def _pygal() -> Any:
    """pygal, imported when it is needed, without the import hook it leaves behind for its plug-ins.

    The hook speaks a protocol that Python has given up: every later import in the process would warn of it.
    """
    import pygal

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def _finished(svg: str, title: str, described: str, *, upright: bool) -> bytes:
    drawn = fromstring(svg)  # noqa: S314 (of our own making)
    drawn.attrib = {"viewBox": drawn.attrib["viewBox"], "role": "img", "font-family": _FONT}
    _strip(drawn)
    _paint(drawn, frozenset(() if upright else ("horizontal",)))
    for number, (name, text) in enumerate((("title", title), ("desc", described))):
        element = Element(f"{{{NAMESPACE}}}{name}")
        element.text = for_xml(text)
        drawn.insert(number, element)
    register_namespace("", NAMESPACE)
    return bytes(tostring(drawn))


def _strip(element: Any) -> None:
    """Take away what is not picture."""
    for child in list(element):
        name = str(child.tag).rpartition("}")[2]
        classes = child.get("class", "").split()
        if (
            name in ("script", "style", "defs", "desc", "title")
            or "tooltip" in classes
            or not isinstance(child.tag, str)
        ):
            element.remove(child)
        else:
            _strip(child)


def _paint(element: Any, within: frozenset[str]) -> None:
    """Write onto each shape what pygal leaves to a style sheet, by the classes it stands in."""
    classes = within | set(element.get("class", "").split())
    name = element.tag.rpartition("}")[2]
    if name == "rect":
        element.set("fill", "#ffffff" if "background" in classes else _BAR)
        if "background" not in classes:
            _narrow(element, *(("y", "height") if "horizontal" in classes else ("x", "width")))
    elif name == "path":
        element.set("fill", "none")
        element.set("stroke", _LINE if "guide" in classes or "guides" in classes else _INK)
    elif name == "text":
        element.set("fill", _INK)
        element.set("font-size", "12")
        if "value" in classes:
            element.set("text-anchor", "start" if "horizontal" in classes else "middle")
        elif "y" in classes and "axis" in classes:
            element.set("text-anchor", "end")
        elif "x" in classes and "axis" in classes and not element.get("transform"):
            element.set("text-anchor", "middle")
    for child in element:
        _paint(child, classes)
    for attribute in ("class", "style", "id"):
        element.attrib.pop(attribute, None)


def _narrow(bar: Any, start: str, extent: str) -> None:
    """Make a bar no wider than looks like one, about its middle."""
    spare = float(bar.get(extent)) - _WIDEST_BAR
    if spare > 0:
        bar.set(start, f"{float(bar.get(start)) + spare / 2:g}")
        bar.set(extent, str(_WIDEST_BAR))
