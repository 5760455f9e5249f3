"""Every file says what the report says, and nothing in it is read as a program."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import fromstring

import openpyxl
import pytest

from licence_server import documents
from licence_server.documents.charts import NAMESPACE, chart
from licence_server.documents.csv_file import lines
from licence_server.documents.formats import file_name
from licence_server.documents.pdf_file import contents
from licence_server.domain import method_note
from licence_server.domain.committee_report import Fact, Report, Row, Table
from licence_server.domain.series import By

COLUMNS = (("attendances", "Attendances"), ("sessions", "Sessions"))
SECTORS = Table(
    "sectors",
    "By sector",
    "Sectors as recorded.",
    "Sector",
    COLUMNS,
    (
        Row("Retail", "Retail", (1230, 60)),
        Row("=1+1", "=1+1", ("fewer than 5", "fewer than 5")),
        Row("x", "@SUM(A1) <script>#let x = 1 $x$ *bold* \\ é", (40, 5)),
        Row("", "Sector not given", ("not shown", None)),
    ),
    Row("", "Total", (1285, 70)),
    charted="attendances",
)
REPORT = Report(
    form="published",
    title="Use of the training kit",
    period="March 2026",
    first="2026-03-01",
    last="2026-03-31",
    kit="kit",
    kit_name='=HYPERLINK("http://example.org")',
    generated_at="2026-04-02T09:00:00Z",
    facts=(Fact("attendances", "Attendances", 1285, "Not people."), Fact("mean", "Mean", 4.5, "Of 5.")),
    range=(Fact("upper", "Could be up to", 2000, "If."),),
    coverage=(Fact("last", "Last report", None, "None yet."),),
    tables=(SECTORS,),
    method=method_note.paragraphs("published", "Europe/London"),
)


def test_the_csv_holds_every_cell_and_no_formula() -> None:
    text = documents.render(REPORT, "csv").decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text)))[1:]
    written = list(lines(REPORT))
    assert len(read) == len(written)
    for back, line in zip(read, written, strict=True):
        plain = ["" if value is None else str(value) for value in line]
        assert [cell.removeprefix("'") if cell[1:2] in ("=", "@") else cell for cell in back] == plain
        assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") for cell in back)
    assert ["sectors", "'=1+1", "'=1+1", "attendances", "Attendances", "fewer than 5"] in read
    assert ["sectors", "total", "Total", "attendances", "Attendances", "1285"] in read


def test_the_json_holds_the_same() -> None:
    document = json.loads(documents.render(REPORT, "json"))
    assert document["tables"][0]["rows"][0] == {
        "key": "Retail",
        "title": "Retail",
        "cells": {"attendances": 1230, "sessions": 60},
    }
    assert document["tables"][0]["total"]["cells"] == {"attendances": 1285, "sessions": 70}
    assert document["facts"][0]["value"] == 1285
    assert document["period"] == {"title": "March 2026", "from": "2026-03-01", "to": "2026-03-31"}


def test_the_workbook_holds_the_same_as_text_and_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(documents.render(REPORT, "xlsx")))
    assert book.sheetnames == ["Summary", "By sector", "Method"]
    cells = [[cell.value for cell in row] for row in book["By sector"].iter_rows(min_row=4)]
    assert cells == [[row.title, *row.cells] for row in SECTORS.all_rows]
    every = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in every} == {"s", "n"}
    summary = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True)}
    assert (summary["Attendances"], summary["Mean"], summary["Could be up to"]) == (1285, 4.5, 2000)


@pytest.mark.parametrize(("title", "standard"), [("Æther café – “x” #let y = 1 $z$ *b*", True), ("日本", False)])
def test_the_pdf_is_tagged_and_always_the_same(title: str, standard: bool) -> None:
    rows = (*SECTORS.rows, Row("x", title, (1, 2)))
    report = replace(REPORT, tables=(replace(SECTORS, rows=rows),))
    first, second = (documents.render(report, "pdf") for _ in range(2))
    assert first == second
    assert b"/StructTreeRoot" in first
    # A letter that the fonts do not have must not cost the report; it costs the claim to the standard alone.
    assert (b"pdfuaid:part" in first) is standard


def test_the_pdf_writes_days_as_people_do() -> None:
    said = [("a", "2026-03-01"), ("b", "2026-04-02T09:00:00.123456Z"), ("c", "fewer than 5"), ("d", None), ("e", 1285)]
    report = replace(REPORT, coverage=tuple(Fact(key, "Last report received", value, "") for key, value in said))
    document = contents(report)
    assert [fact["value"] for fact in document["coverage"]] == [
        "1 March 2026",
        "2 April 2026, 09:00 UTC",
        "fewer than 5",
        "–",
        "1,285",
    ]
    assert document["generated_at"] == "2 April 2026, 09:00 UTC"
    assert documents.render(report, "pdf").startswith(b"%PDF-")
    # Programs read the other files.
    assert json.loads(documents.render(report, "json"))["generated_at"] == "2026-04-02T09:00:00Z"


def pages(report: Report) -> int:
    return len(re.findall(rb"/Type ?/Page\b", documents.render(report, "pdf")))


def as_published(sectors: int, months: int) -> Report:
    """As much as a month of so many sectors has (months: 0), or a trial of so many months."""
    facts = tuple(
        Fact(f"f{number}", "Organisations with a licence", 1285, "Whether they use it.") for number in range(7)
    )
    rows = tuple(Row(f"s{number}", f"Arts and recreation {number}", ("fewer than 5", 40)) for number in range(sectors))
    films = replace(SECTORS, key="items", columns=COLUMNS[:1], rows=tuple(replace(row, cells=(5,)) for row in rows[:8]))
    tables = [replace(SECTORS, rows=rows), replace(films, total=None)]
    if months:
        columns = tuple((f"m{number}", f"Mar {2000 + number}") for number in range(months))
        crossed = tuple(replace(row, cells=("fewer than 5",) * months) for row in rows)
        tables += [replace(SECTORS, key="months", rows=rows[:months], by=By.MONTH)]
        tables += [replace(SECTORS, key="crossed", columns=columns, rows=crossed, total=None, charted=None)]
    return replace(REPORT, facts=facts, coverage=facts, range=facts[:2], tables=tuple(tables))


@pytest.mark.parametrize("sectors", [9, 20])
def test_a_published_month_is_one_page_with_its_method(sectors: int) -> None:
    assert pages(as_published(sectors, 0)) == 1


def test_a_published_trial_is_one_page_and_one_of_method() -> None:
    assert pages(as_published(15, 6)) == 2


def test_a_trial_of_years_fits_on_paper() -> None:
    columns = tuple((f"m{number}", f"Mar {2000 + number}") for number in range(40))
    rows = tuple(Row(f"s{number}", f"Sector {number}", (12345,) * 40) for number in range(30))
    wide = replace(SECTORS, columns=columns, rows=rows, total=None, charted=None)
    assert documents.render(replace(REPORT, tables=(wide,)), "pdf").startswith(b"%PDF-")


@pytest.mark.parametrize("name", list(documents.FORMATS))
def test_a_report_without_rows_is_a_file_too(name: str) -> None:
    empty = replace(REPORT, tables=(replace(SECTORS, rows=(), total=None),), first=None, last=None)
    assert documents.render(empty, name)
    assert file_name(empty, name) == f"use-published-all-time.{name}"
    assert file_name(REPORT, name) == f"use-published-2026-03-01-2026-03-31.{name}"


@pytest.mark.parametrize("key", ["sectors", "months"])
def test_a_chart_is_picture_alone(key: str) -> None:
    table = replace(SECTORS, key=key)
    svg = chart(table)
    assert chart(table) == svg
    drawn = fromstring(svg)
    names = {element.tag.removeprefix(f"{{{NAMESPACE}}}") for element in drawn.iter()}
    assert names <= {"svg", "title", "desc", "g", "rect", "path", "text", "line", "circle"}
    attributes = {attribute for element in drawn.iter() for attribute in element.attrib}
    assert not attributes & {"style", "class", "id", "href", "onload"}
    # The one address in it is the name of the format.
    assert re.findall(rb"https?://[^\"<]+", svg) == [NAMESPACE.encode()]
    assert [drawn[0].text, drawn.get("role")] == ["Attendances, by sector", "img"]
    assert "Retail: 1230; =1+1: fewer than 5" in str(drawn[1].text)
    assert str(drawn[1].text).endswith("What is not a number is not drawn.")
    shown = [element.text for element in drawn.iter(f"{{{NAMESPACE}}}text")]
    assert {"Retail", "1,230", "40"} <= set(shown)
    assert "1,285" not in shown


def test_what_xml_forbids_and_was_stored_before_costs_no_file() -> None:
    rows = tuple(Row(text, f"Retail{text}", (12, 1)) for text in ("\ufffe", "\uffff", "\x0c"))
    report = replace(REPORT, tables=(replace(SECTORS, rows=rows),), kit_name="Kit \ufffe")
    assert "Retail\N{REPLACEMENT CHARACTER}" in [element.text for element in fromstring(chart(report.tables[0])).iter()]
    for name in documents.FORMATS:
        assert documents.render(report, name)
    book = openpyxl.load_workbook(io.BytesIO(documents.render(report, "xlsx")))
    assert book["By sector"]["B4"].value == 12


def test_a_chart_is_grey() -> None:
    colours = set(re.findall(rb"#([0-9a-f]{6})", chart(SECTORS)))
    assert all(len({colour[place : place + 2] for place in (0, 2, 4)}) == 1 for colour in colours)


def test_many_weeks_stand_under_a_monday_here_and_there() -> None:
    weeks = list(By.WEEK.between(date(2026, 3, 4), date(2026, 8, 30)))
    rows = tuple(Row(By.WEEK.key(week), "A week", (1234, 0)) for week in weeks)
    drawn = fromstring(chart(replace(SECTORS, by=By.WEEK, rows=rows)))
    said = [text.text for text in drawn.iter(f"{{{NAMESPACE}}}text") if text.text]
    assert [each for each in said if "Mar" in each] == ["2 Mar 2026", "16 Mar 2026", "30 Mar 2026"]
    assert (len(weeks), sum("2026" in each for each in said), said.count("1,234")) == (26, 13, 0)


@pytest.mark.parametrize(("by", "extent"), [(By.MONTH, "width"), (None, "height")])
def test_a_single_bar_is_still_a_bar(by: By | None, extent: str) -> None:
    drawn = fromstring(chart(replace(SECTORS, by=by, rows=SECTORS.rows[:1])))
    bars = [bar for bar in drawn.iter(f"{{{NAMESPACE}}}rect") if bar.get("fill") != "#ffffff"]
    assert [float(bar.get(extent, "0")) <= 80 for bar in bars] == [True]


def test_charts_of_nothing_and_of_zeros() -> None:
    assert chart(replace(SECTORS, rows=()))
    assert chart(replace(SECTORS, rows=(Row("a", "A", (0, 0)),)))
    assert chart(replace(SECTORS, rows=(Row("a", "A", ("fewer than 5", 0)),)))
