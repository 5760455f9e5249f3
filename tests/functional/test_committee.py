"""The committee's report, counted by hand beside it, in both of its forms."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from licence_server.domain.committee_report import Report, Table
from licence_server.domain.errors import Conflict, Invalid, LicenceServerError, NotFound
from licence_server.domain.months import PublishablePeriod
from licence_server.domain.period import Period
from licence_server.domain.series import By
from licence_server.domain.suppression import NOT_PUBLISHABLE, Publication
from licence_server.services import committee
from tests.support.deployment import Deployment, feedback, workshop
from tests.support.trial import KIT_ID, MONTHS, headcounts, three_months

SECTORS = {name: name or "Sector not given" for name in ("=Care", "Hospitality", "Retail", "Transport", None)}


def table(report: Report, key: str) -> Table:
    return next(table for table in report.tables if table.key == key)


def rows(report: Report, key: str) -> dict[str, list[object]]:
    return {row.title: list(row.cells) for row in table(report, key).all_rows}


def facts(report: Report) -> dict[str, object]:
    return {fact.key: fact.value for fact in (*report.facts, *report.range, *report.coverage)}


def published(deployment: Deployment, month: date | None = None) -> Report:
    return committee.published(deployment.runtime, PublishablePeriod(month), now=deployment.clock())


def test_the_teams_form_counts_to_the_last_one(deployment: Deployment) -> None:
    three_months(deployment)
    report = committee.staff(deployment.runtime, Period(), now=deployment.clock(), kit_id=KIT_ID)
    months = rows(report, "months")
    every = ("Hospitality", "Retail", "Transport", "=Care", None)
    for place, name in enumerate(("March 2026", "April 2026", "May 2026")):
        held = [people for sector in every for people in headcounts(sector, place)]
        assert months[name][:2] == [sum(held), len(held)]
    assert months["June 2026 (so far)"][:2] == [0, 0]
    sectors = rows(report, "sectors")
    assert list(sectors) == ["=Care", "Hospitality", "Retail", "Transport", "Sector not given", "Total"]
    # Attendances, workshops, alone, organisations, feedback, mean; installations, silent.
    assert sectors["Hospitality"] == [72, 6, 0, 2, 4, 4.0, 2, 1]
    assert sectors["Sector not given"] == [13, 3, 0, 1, 3, 4.0, 1, 0]
    assert sectors["=Care"] == [0, 0, 0, 0, 0, None, 1, 1]
    assert sectors["Total"] == [*months["Total"][:6], 7, 3]
    assert rows(report, "sectors_by_month")["Retail"] == [3, 93, 2, 0, 98]
    assert rows(report, "items")["The first film"][:2] == [15, 15]
    told = facts(report)
    assert (told["attendances"], told["reporting"], told["granted"]) == (187, 6, 7)
    assert told["lower"] == 187
    assert isinstance(told["upper"], int)
    assert told["upper"] > 187
    assert told["last_report_at"] == "2026-05-20T10:00:00Z"


def test_films_are_counted_over_time_and_by_sector(deployment: Deployment) -> None:
    installed = three_months(deployment)
    other = deployment.kit("other-kit")
    licence = deployment.licence(deployment.organisation("Hazel Vans", sector="Transport"), other)
    kit = deployment.installation(deployment.token(licence), other)
    twice = [{"item": "film-1", "seconds": 9, "completed": False}, {"item": "film-2", "seconds": 9, "completed": True}]
    kit.sync(workshop(deployment.clock(), items=twice))
    installed["Elm Couriers"].sync(workshop(datetime(2026, 5, 4, 9, tzinfo=UTC), 3, items=twice))
    # By hand: a workshop of the trial plays film 1 once.
    held = {title: [len(headcounts(name, at)) for at in range(3)] for name, title in SECTORS.items()}
    one = committee.staff(deployment.runtime, Period(), now=deployment.clock(), kit_id=KIT_ID)
    months = [sum(at) for at in zip(*held.values(), strict=True)]
    keys = ["all", *(f"{KIT_ID}/{item}" for item in ("film-1", "film-2", "handbook"))]
    assert [key for key, _ in table(one, "items_by_month").columns] == keys
    assert rows(one, "items_by_month") == {
        "March 2026": [months[0], months[0], 0, 0],
        "April 2026": [months[1], months[1], 0, 0],
        "May 2026": [months[2] + 2, months[2] + 1, 1, 0],
        "June 2026 (so far)": [0, 0, 0, 0],
        "Total": [sum(months) + 2, sum(months) + 1, 1, 0],
    }
    sectors = {title: [sum(counts), sum(counts), 0, 0] for title, counts in held.items()}
    sectors["Transport"] = [sum(held["Transport"]) + 2, sum(held["Transport"]) + 1, 1, 0]
    assert rows(one, "items_by_sector") == sectors | {"Total": [sum(months) + 2, sum(months) + 1, 1, 0]}
    # Two kits that name their films alike are told apart, and only what lies in the period is counted.
    period = Period(date(2026, 5, 4), date(2026, 6, 3))
    both = committee.staff(deployment.runtime, period, now=deployment.clock(), by=By.WEEK)
    assert rows(both, "items_by_week")["4 to 10 May 2026"] == [2, 0, 0, 0, 1, 1, 0]
    assert rows(both, "items_by_week")["1 to 3 June 2026 (in part)"] == [2, 1, 1, 0, 0, 0, 0]
    assert rows(both, "items_by_sector")["Transport"][0] == 2 + 2 + len(headcounts("Transport", 2))
    titles = [title for _, title in table(both, "items_by_week").columns]
    assert titles[4:6] == [f"The first film ({one.kit_name})", f"The second film ({one.kit_name})"]


def test_a_month_that_is_not_whole_says_so(deployment: Deployment) -> None:
    three_months(deployment)
    period = Period(date(2026, 3, 15), date(2026, 5, 10))
    report = committee.staff(deployment.runtime, period, now=deployment.clock())
    assert report.period == "15 March 2026 to 10 May 2026"
    assert list(rows(report, "months")) == ["March 2026 (in part)", "April 2026", "May 2026 (in part)", "Total"]
    assert [cells[0] for cells in rows(report, "months").values()] == [48, 114, 0, 162]


def test_the_published_form_suppresses_small_numbers(deployment: Deployment) -> None:
    three_months(deployment)
    report = published(deployment)
    assert (report.period, report.first, report.last) == (
        "The whole trial, March 2026 to May 2026",
        "2026-03-01",
        "2026-05-31",
    )
    crossed = rows(report, "sectors_by_month")
    small = "fewer than 5"
    assert crossed["Hospitality"] == [35, 20, 20, 70]
    assert crossed["Retail"][:3] == [small, 95, small]
    assert crossed["Transport"][:3] == [0, 0, small]
    assert crossed["Sector not given"][:3] == [10, small, small]
    assert "=Care" not in crossed
    # Films over time and by sector are for the team alone.
    assert {each.key for each in report.tables} == {"months", "sectors", "sectors_by_month", "items"}
    for each in report.tables:
        for row in each.all_rows:
            for cell in row.cells:
                assert cell in (small, "not shown") or (isinstance(cell, int) and cell % 5 == 0)


def test_a_field_of_some_size_has_a_published_range_and_rating(deployment: Deployment) -> None:
    kit_id = deployment.kit()
    names = [f"Business {number}" for number in range(14)]
    installed = [
        deployment.installation(deployment.token(deployment.licence(deployment.organisation(name), kit_id)))
        for name in names
    ]
    deployment.clock.advance(days=20)
    for kit in installed:
        now = deployment.clock()
        # Number 3 never comes.
        kit.sync(workshop(now, 1, attendee_count=11), feedback(now, 2), feedback(now, 4, rating=5))
    deployment.clock.advance(days=30)
    report = published(deployment, MONTHS[0])
    told, exact = (
        facts(report),
        committee.staff(deployment.runtime, Period(MONTHS[0], date(2026, 3, 31)), now=deployment.clock()),
    )
    # 14 times 11 is 154, published as 155, which stands for 153 at the least.
    assert (told["attendances"], told["lower"], told["feedback"], told["mean_rating"]) == (155, 150, 30, 4.5)
    assert told["missing"] == 15
    upper, whole = told["upper"], facts(exact)["upper"]
    assert isinstance(upper, int)
    assert isinstance(whole, int)
    assert (facts(exact)["lower"], upper % 5) == (154, 0)
    # 14 installations, 9 of 29 days not reported on, and 14 missing reports of 11 each.
    assert 154 + 14 * 11 + 60 < whole < 154 + 14 * 11 + 80
    assert whole <= upper <= whole + 10
    assert published(deployment).facts == report.facts


@pytest.mark.traced_on_postgresql
def test_a_few_silent_installations_leave_no_published_range(deployment: Deployment) -> None:
    """The upper end is made of what they could have done: beside a count of 1 to 4 it would tell which."""
    kit_id = deployment.kit()
    installed = [
        deployment.installation(deployment.token(deployment.licence(deployment.organisation(f"No {number}"), kit_id)))
        for number in range(16)
    ]
    deployment.clock.now = datetime(2026, 3, 31, 20, tzinfo=UTC)
    for kit in installed[2:]:
        kit.sync(workshop(deployment.clock(), 1, attendee_count=11))
    deployment.clock.now = datetime(2026, 4, 2, 9, tzinfo=UTC)
    told = facts(published(deployment))
    assert (told["lower"], told["silent"], told["upper"]) == (150, "fewer than 5", "not shown")


def test_a_later_month_takes_nothing_of_an_earlier_one_away(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_months(deployment)
    before = published(deployment, MONTHS[1])
    add = Publication.add

    def refuse_may(publication: Publication, values: dict[object, int], *rest: object) -> None:
        if ("feedback", None, 2) in values:
            raise NOT_PUBLISHABLE
        add(publication, values, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Publication, "add", refuse_may)
    assert published(deployment, MONTHS[1]) == before
    with pytest.raises(Conflict):
        published(deployment, MONTHS[2])


def test_a_published_month_says_what_the_trial_says_of_it(deployment: Deployment) -> None:
    three_months(deployment)
    whole = published(deployment)
    for place, month in enumerate(MONTHS):
        one = published(deployment, month)
        crossed, alone = rows(whole, "sectors_by_month"), rows(one, "sectors")
        assert {name: cells[0] for name, cells in alone.items()} == {name: crossed[name][place] for name in alone}
        assert list(rows(whole, "months").values())[place][0] == facts(one)["attendances"]


def test_what_is_not_publishable_is_refused(deployment: Deployment) -> None:
    with pytest.raises(LicenceServerError) as refused:
        published(deployment)
    assert refused.value.code == "kit_needed"
    three_months(deployment)
    for month, code in ((date(2026, 6, 1), "period_not_publishable"), (date(2026, 2, 1), "month_unknown")):
        with pytest.raises(LicenceServerError) as refused:
            published(deployment, month)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        committee.published(deployment.runtime, PublishablePeriod(), now=deployment.clock(), kit_id="other")
    deployment.kit("other")
    with pytest.raises(Invalid) as unclear:
        published(deployment)
    assert unclear.value.code == "kit_needed"
    with pytest.raises(NotFound) as early:
        committee.published(deployment.runtime, PublishablePeriod(), now=deployment.clock(), kit_id="other")
    assert early.value.code in ("nothing_published_yet", "kit_unknown")


def test_nothing_yet_is_a_report_as_well(deployment: Deployment) -> None:
    deployment.kit()
    report = committee.staff(deployment.runtime, Period(), now=deployment.clock())
    assert facts(report)["attendances"] == 0
    assert facts(report)["upper"] == 0
    with pytest.raises(NotFound) as refused:
        published(deployment)
    assert refused.value.code == "nothing_published_yet"


def test_heavy_libraries_wait_until_they_are_needed(tmp_path: Path) -> None:
    """Workers start small: nothing that draws, sets type or writes workbooks comes with the server."""
    script = (
        "import sys; import licence_server.app, licence_server.cli, licence_server.documents; "
        "print({'typst', 'pygal', 'xlsxwriter', 'scipy', 'numpy'} & set(sys.modules))"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LICENCE_SERVER_")}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


def test_a_report_is_plain_values(deployment: Deployment) -> None:
    three_months(deployment)
    for report in (published(deployment), committee.staff(deployment.runtime, Period(), now=deployment.clock())):
        document = json.loads(json.dumps(report.document()))
        assert document["period"]["title"] == report.period
        assert [part["title"] for part in document["method"]][2] == "The range that the total could lie in"
