"""Feedback in the console: the list, what it says on the whole, its file, and a comment taken away."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from licence_server.domain.roles import Role
from licence_server.services import audit
from licence_server.services import feedback as services
from licence_server.services.feedback import FeedbackFilter
from tests.support.deployment import Deployment, feedback, workshop
from tests.support.desk import Desk, forms, words

SAID = "Mr Brown from the warehouse\nfell asleep"


@pytest.fixture
def field(deployment: Deployment) -> Deployment:
    """Two businesses: one says three things, the other one, two days later."""
    kit = deployment.installation(deployment.token(deployment.licence(trial_days=300)))
    start = deployment.clock()
    kit.sync(
        workshop(start, 1),
        feedback(start, 2, rating=5, comment=None),
        feedback(start, 3, rating=2, item="film-1", comment=SAID),
        feedback(start, 4, rating=4, item="film-2", comment="=HYPERLINK(1)"),
    )
    deployment.clock.advance(days=2)
    other = deployment.organisation("Cooper Ltd")
    second = deployment.installation(
        deployment.token(deployment.licence(other, kit_id="prevent-for-business", trial_days=300))
    )
    second.sync(feedback(deployment.clock(), 1, rating=4, item="film-1", comment="<b>Good</b>"))
    return deployment


def headings(page: str) -> list[str]:
    return re.findall(r'<h3 class="govuk-heading-s">([^<]+)</h3>', page)


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_list_and_what_it_says_on_the_whole(field: Deployment, viewer: Desk) -> None:
    page = viewer.get("/console/feedback").text
    assert headings(page)[0] == "4 of 5: The first film"
    assert sorted(headings(page)) == sorted(
        ["4 of 5: The first film", "4 of 5: The second film", "2 of 5: The first film", "5 of 5: The kit as a whole"]
    )
    assert "4 ratings, 3.8 of 5 on average" in words(page)
    cells = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.S)]
    assert ["The", "first", "film", "2", "3.0", "0", "1", "0", "1", "0"] in cells
    assert "&lt;b&gt;Good&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kit=prevent-for-business", 4),
        ("item=film-1", 2),
        ("rating=4", 2),
        ("comment=yes", 3),
        ("since=3/3/2026", 1),
        ("until=2/3/2026", 3),
        ("item=film-1&rating=4&comment=yes", 1),
        ("rating=1", 0),
    ],
)
def test_filters_and_the_file_agree(field: Deployment, officer: Desk, query: str, count: int) -> None:
    page = officer.get(f"/console/feedback?{query}").text
    assert len(headings(page)) == count
    if not count:
        assert "There is no such feedback" in page
        return
    found = rows(officer.submit(f"/console/feedback?{query}", action=query_of(page)))
    assert [f"{row['Rating']} of 5: {row['About'].replace('A kit', '')}" for row in found] == headings(page)


def query_of(page: str) -> str:
    return re.search(r'action="([^"]*feedback/export[^"]*)"', page).group(1).replace("&amp;", "&")


def test_no_comment_is_a_formula_in_the_file(field: Deployment, viewer: Desk) -> None:
    page = viewer.get("/console/feedback").text
    found = {row["Comment"] for row in rows(viewer.submit("/console/feedback", action=query_of(page)))}
    assert found == {"", SAID, "'=HYPERLINK(1)", "<b>Good</b>"}
    newest = audit.list_entries(field.runtime, limit=1, cursor=None).items[0]
    assert newest.action == "feedback_exported"


@pytest.mark.parametrize("query", ["since=yesterday", "rating=6", "kit=none-of-ours", "organisation_id=x", "item=%07"])
def test_a_filter_that_cannot_be_read_says_so(field: Deployment, viewer: Desk, query: str) -> None:
    answer = viewer.get(f"/console/feedback?{query}")
    assert (answer.status_code, "There is a problem" in answer.text) == (422, True)


def redacted(deployment: Deployment) -> str:
    found = services.list_page(deployment.runtime, FeedbackFilter(item_id="film-1", rating=2), limit=1, cursor=None)
    return f"/console/feedback/{found.items[0].id}/redact"


def test_an_officer_takes_a_comment_away_and_the_rating_stays(field: Deployment, officer: Desk) -> None:
    path = redacted(field)
    assert path in officer.get("/console/feedback").text
    assert "fell asleep" in officer.get(path).text
    assert officer.submit(path, reason="names a person").status_code == 302
    page = officer.get("/console/feedback").text
    assert "fell asleep" not in page
    assert "The comment was taken away on 4 March 2026" in page
    assert "2 of 5: The first film" in headings(page)
    assert path not in page
    newest = audit.list_entries(field.runtime, limit=1, cursor=None).items[0]
    assert (newest.action, newest.reason) == ("feedback_redacted", "names a person")


def test_a_reason_is_needed(field: Deployment, officer: Desk) -> None:
    for reason, fault in (("", "Give a reason"), ("x" * 2001, "longer than 2000"), ("a\x07b", "control character")):
        answer = officer.submit(redacted(field), reason=reason)
        assert (answer.status_code, fault in answer.text) == (422, True)


def test_two_officers_at_one_comment(field: Deployment, officer: Desk, desk: Callable[..., Desk]) -> None:
    path = redacted(field)
    open_form = next(f for f in forms(officer.get(path).text) if "sign-out" not in f.action)
    desk(Role.LICENSING_OFFICER, "other@example.org").submit(path, reason="names a person")
    stale = officer.post(path, {**open_form.fields, "reason": "also seen"})
    assert (stale.status_code, "has been redacted already" in stale.text) == (422, True)


def test_a_viewer_reads_and_does_not_redact(field: Deployment, viewer: Desk) -> None:
    assert redacted(field) not in viewer.get("/console/feedback").text
    assert viewer.get(redacted(field)).status_code == 403
