"""Chase lists: whom to ring up. On the screen and as CSV the same rows, columns and words."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request
from werkzeug.exceptions import NotFound

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.downloads import download
from licence_server.console.kit_choices import known_kits
from licence_server.console.links import link
from licence_server.console.pages import page
from licence_server.console.written import day, last_day
from licence_server.domain import dates
from licence_server.domain.spreadsheet import csv_bytes
from licence_server.services import chase_lists, kits
from licence_server.services.chase_lists import QUIET_DAYS, ChaseList, Row
from licence_server.web import now, runtime

_MOST_DAYS = 3650
_MOST_PAGES = 100_000


@dataclass(frozen=True)
class Column:
    head: str
    cell: Callable[[Row], str]


def _ends(row: Row) -> str:
    if row.ends_at is not None:
        return last_day(row.ends_at)
    return f"{row.trial_days} days after activation" if row.trial_days is not None else "without an end"


_WHO = (
    Column("Organisation", lambda row: row.organisation),
    Column("Reference", lambda row: row.reference or ""),
    Column("Contact e-mail", lambda row: row.contact_email or ""),
    Column("Kit", lambda row: row.kit),
)
_SINCE = Column("Licence since", lambda row: day(row.granted_at))
_ACTIVATED = Column("Activated on", lambda row: day(row.activated_at))
_INSTALLATIONS = Column("Installations", lambda row: str(row.installations))
_SYNC = Column("Last sync", lambda row: day(row.last_sync_at))
_STOPS = Column("First one stops on", lambda row: day(row.stops_at))
_ENDS = Column("Licence ends", _ends)

COLUMNS = {
    ChaseList.NEVER_USED: (*_WHO, _ACTIVATED, _INSTALLATIONS, _SYNC, _ENDS),
    ChaseList.NEVER_ACTIVATED: (*_WHO, _SINCE, _ENDS),
    ChaseList.QUIET: (*_WHO, _INSTALLATIONS, _SYNC, _ENDS),
    ChaseList.ENDING: (*_WHO, _INSTALLATIONS, _SYNC, _STOPS, _ENDS),
}


@dataclass(frozen=True)
class Choice:
    """What was asked for; a number that makes no sense is the default."""

    list: ChaseList
    kit_id: str | None
    days: int
    page: int

    @property
    def columns(self) -> tuple[Column, ...]:
        return COLUMNS[self.list]

    def arguments(self) -> dict[str, object]:
        """For a link to the same list."""
        return {"kit": self.kit_id, "days": self.days if self.list is ChaseList.QUIET else None}


def _choice(name: str) -> Choice:
    """Raises NotFound."""
    try:
        chosen = ChaseList(name)
    except ValueError:
        raise NotFound("There is no such list.") from None
    kit_id = request.args.get("kit") or None
    # It will stand in the audit log, so it must be one of ours.
    return Choice(
        chosen,
        kits.get(runtime(), kit_id).id if kit_id is not None else None,
        _number("days", QUIET_DAYS, _MOST_DAYS),
        _number("page", 1, _MOST_PAGES),
    )


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) and 1 <= int(text) <= most else default


@blueprint.get("/chase")
def chase() -> Response:
    """One of the lists, a page of it."""
    choice = _choice(request.args.get("list") or ChaseList.NEVER_USED)
    found = chase_lists.find(
        runtime(), choice.list, now=now(), page=choice.page, kit_id=choice.kit_id, days=choice.days
    )
    return page(
        "chase.html",
        choice=choice,
        lists=list(ChaseList),
        found=found,
        rows=[(row, [column.cell(row) for column in choice.columns]) for row in found.rows],
        kits=known_kits(),
        link=link,
    )


@blueprint.get("/chase/<name>.csv")
def chase_export(name: str) -> Response:
    """The whole of a list, as CSV."""
    choice = _choice(name)
    rows = chase_lists.export(
        runtime(), choice.list, now=now(), actor=gate.member().actor, kit_id=choice.kit_id, days=choice.days
    )
    heads = [column.head for column in choice.columns]
    content = csv_bytes(heads, ([column.cell(row) for column in choice.columns] for row in rows))
    today = dates.day_of(now(), runtime().timezone)
    return download(f"{choice.list.value.replace('_', '-')}-{today}.csv", content)
