"""What is kept by month is what its days add up to, and figures are the same whichever they are counted from."""

import random
import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from licence_server.domain.months import month_of
from licence_server.domain.period import Period
from licence_server.domain.series import By
from licence_server.domain.tally import ITEM_MEASURES, RECEIPT_MEASURES, USAGE_MEASURES, Tally
from licence_server.migrate import downgrade, migrate
from licence_server.models import (
    ItemMonth,
    ItemOverall,
    ItemTotal,
    Organisation,
    ReceiptMonth,
    ReceiptTotal,
    UsageMonth,
    UsageTotal,
)
from licence_server.services import figure_rows, figures, sums, usage_by_organisation, usage_totals
from licence_server.services.usage_totals import Owner, Receipt
from tests.support.deployment import ITEMS, KIT_ID, Deployment

FIRST, LAST = date(2025, 12, 20), date(2026, 6, 9)
KITS = (KIT_ID, "another-kit")


@pytest.fixture
def trial(deployment: Deployment) -> Deployment:
    """Five organisations with two kits, in seventeen transactions; some take back what others added."""
    draw = random.Random(5)
    for kit in KITS:
        deployment.kit(kit)
    sectors = ("Retail", "Retail", "Care", None, "")
    owners = [deployment.organisation(f"Business {place}").id for place in range(len(sectors))]
    with deployment.runtime.database.writing() as session:
        for owner, sector in zip(owners, sectors, strict=True):
            session.execute(update(Organisation).where(Organisation.id == owner).values(sector=sector))
    for _ in range(17):
        tallies: dict[Owner, Tally] = defaultdict(Tally)
        for _ in range(12):
            tally = tallies[draw.choice(owners), draw.choice(KITS)]
            day = FIRST + timedelta(days=draw.randrange((LAST - FIRST).days + 1))
            if draw.random() < 0.2:
                tally.add_feedback(draw.randint(1, 5), day)
            else:
                tally.add_session(draw.choice(("workshop", "individual")), 60, draw.randint(0, 20), (), day)
                for item in draw.sample(sorted(ITEMS), 2):
                    tally.items[item, day, "plays"] += 1
                    tally.items[item, day, "seconds"] += draw.randrange(600)
            tally.receipts[day, draw.choice(RECEIPT_MEASURES)] += 1
        tally.move_learner(None, LAST)
        tally.move_learner(LAST, FIRST)
        came = {owner: Receipt(datetime(2026, 6, 9, tzinfo=UTC), LAST) for owner in tallies}
        with deployment.runtime.database.writing() as session:
            usage_totals.apply(session, tallies, came)
    deployment.clock.now = datetime(2026, 6, 9, 12, tzinfo=UTC)
    return deployment


def periods() -> Iterator[Period]:
    draw = random.Random(6)
    yield from (Period(), Period(date(2026, 3, 1), date(2026, 3, 31)), Period(date(2026, 3, 10), date(2026, 3, 12)))
    for _ in range(5):
        first, last = sorted(FIRST + timedelta(days=draw.randrange(-20, 190)) for _ in range(2))
        yield Period(*draw.choice(((first, last), (None, last), (first, None))))


def rows(trial: Deployment, model: Any, period: Period, kit_id: str | None) -> list[Any]:
    """The days of a period."""
    with trial.runtime.database.reading() as session:
        return [
            row
            for row in session.scalars(select(model))
            if (kit_id is None or row.kit_id == kit_id)
            and (period.first is None or row.day >= period.first)
            and (period.last is None or row.day <= period.last)
        ]


def added(found: list[Any], measure: str) -> int:
    return sum(getattr(row, measure) for row in found)


@pytest.mark.long
@pytest.mark.parametrize("kit_id", [None, KIT_ID])
def test_figures_are_what_the_days_add_up_to(trial: Deployment, kit_id: str | None) -> None:
    with trial.runtime.database.reading() as session:
        sectors = {row.id: row.sector for row in session.scalars(select(Organisation))}
    for period in periods():
        usage = rows(trial, UsageTotal, period, kit_id)
        items = rows(trial, ItemTotal, period, kit_id)
        with_session = [row for row in usage if row.workshop_sessions + row.individual_sessions]
        document = trial.report(first=period.first, last=period.last, kit_id=kit_id)
        assert document["attendances"] == added(usage, "attendances")
        assert document["distinct_learners"] == added(usage, "distinct_learners")
        assert document["sessions"]["total"] == added(usage, "workshop_sessions") + added(usage, "individual_sessions")
        assert document["organisations"]["reporting"] == len({row.organisation_id for row in with_session})
        receipts = rows(trial, ReceiptTotal, period, kit_id)
        assert document["reports"]["accepted"] == added(receipts, "accepted")
        last = max((row.last_received_at for row in receipts), default=None)
        assert document["coverage"]["last_report_at"] == (last and last.isoformat().replace("+00:00", "Z"))
        in_kits = len(KITS) if kit_id is None else 1
        assert len(document["items"]) == len(ITEMS) * in_kits
        assert sum(item["seconds"] for item in document["items"]) == added(items, "seconds")

        for by in By:
            counted = figures.figures(trial.runtime, period, now=trial.clock(), kit_id=kit_id, by=by)
            cells: Counter[tuple[Any, date]] = Counter()
            for row in usage:
                cells[sectors[row.organisation_id], by.first_day(row.day)] += row.attendances
            assert {key: cell.attendances for key, cell in counted.cells.items()} == cells
            for sector in counted.sectors:
                reporting = {row.organisation_id for row in with_session if sectors[row.organisation_id] == sector.name}
                assert sector.counts.organisations == len(reporting)
            for film in counted.films:
                played = [row for row in items if (row.kit_id, row.item_id) == (film.kit_id, film.item_id)]
                assert sum(film.in_steps) == added(played, "plays") == sum(film.of_sectors.values())
                for step, plays in zip(counted.steps, film.in_steps, strict=True):
                    assert plays == added([row for row in played if step.first <= row.day <= step.last], "plays")

        totals = usage_by_organisation.totals(trial.runtime, period, kit_id=kit_id)
        assert {measure: totals[measure] for measure in (*USAGE_MEASURES, "plays")} == {
            **{measure: added(usage, measure) for measure in USAGE_MEASURES},
            "plays": added(items, "plays"),
        }


def test_newcomers_and_months_of_use_are_those_of_the_days(trial: Deployment) -> None:
    usage = rows(trial, UsageTotal, Period(), KIT_ID)
    first: dict[uuid.UUID, date] = {}
    for row in sorted(usage, key=lambda row: row.day):
        if row.workshop_sessions + row.individual_sessions:
            first.setdefault(row.organisation_id, row.day)
    with trial.runtime.database.reading() as session:
        newcomers = figure_rows.newcomers(session, KIT_ID)
        assert figure_rows.months_of_use(session, KIT_ID) == sorted({month_of(row.day) for row in usage})
    by_month: Counter[date] = Counter()
    for (_, month), number in newcomers.items():
        by_month[month] += number
    assert by_month == Counter(map(month_of, first.values()))


def faults(deployment: Deployment) -> list[str]:
    with deployment.runtime.database.reading() as session:
        return list(sums.faults(session))


@pytest.mark.parametrize("model", [UsageTotal, ItemTotal, ReceiptTotal])
def test_whatever_becomes_of_days_their_sums_follow(trial: Deployment, model: Any) -> None:
    assert faults(trial) == []
    measure = {UsageTotal: "attendances", ItemTotal: "plays", ReceiptTotal: "accepted"}[model]
    some = model.day > date(2026, 3, 14)
    with trial.runtime.database.writing() as session:
        session.execute(update(model).where(some).values({measure: getattr(model, measure) * 3 + 1}))
        session.execute(delete(model).where(model.day == select(func.max(model.day)).scalar_subquery()))
        moved = session.scalar(select(func.max(model.day)))
        session.execute(update(model).where(model.day == moved).values(day=date(2027, 1, 31)))
    assert faults(trial) == []


MEASURES = {UsageMonth: USAGE_MEASURES, ItemMonth: ITEM_MEASURES, ItemOverall: ITEM_MEASURES}


@pytest.mark.parametrize("model", [UsageMonth, ItemMonth, ItemOverall, ReceiptMonth])
def test_a_sum_that_somebody_changed_is_named(trial: Deployment, model: Any) -> None:
    measure = MEASURES.get(model, RECEIPT_MEASURES)[0]
    with trial.runtime.database.writing() as session:
        session.execute(update(model).where(model.kit_id == KIT_ID).values({measure: getattr(model, measure) + 2}))
    found = faults(trial)
    assert found
    assert all(fault.startswith(f"{model.__tablename__} ") and f" {measure}: " in fault for fault in found)


def test_a_row_that_has_no_days_and_one_that_is_gone_are_named(trial: Deployment) -> None:
    with trial.runtime.database.writing() as session:
        row = session.scalars(select(ItemOverall).limit(1)).one()
        values = {column.name: getattr(row, column.name) for column in ItemOverall.__table__.columns}
        session.execute(insert(ItemOverall).values(**{**values, "item_id": "of-no-kit"}))
        session.execute(delete(UsageMonth).where(UsageMonth.attendances > 0))
    names = {fault.partition(" ")[0] for fault in faults(trial)}
    assert names == {"usage_month", "item_overall"}


def test_days_written_before_and_while_the_schema_gains_months_are_in_them(trial: Deployment) -> None:
    database = trial.runtime.database
    with database.reading() as session:
        owner = session.scalars(select(Organisation.id).limit(1)).one(), KIT_ID
    downgrade(database, "0006")
    written = threading.Event()

    def write_days() -> None:
        """As servers of the release before do."""
        for number in range(60):
            tally = Tally()
            tally.add_session("workshop", 60, 3, (), FIRST + timedelta(days=number))
            tally.items["film-1", FIRST, "plays"] += 1
            database.write(lambda session, tally=tally: usage_totals.apply(session, {owner: tally}, {}))
            written.set()

    writer = threading.Thread(target=write_days)
    writer.start()
    assert written.wait(30)
    migrate(database)
    writer.join(60)
    assert not writer.is_alive()
    assert faults(trial) == []
    with database.reading() as session:
        plays = session.scalar(select(func.sum(ItemTotal.plays)))
        assert session.scalar(select(func.sum(ItemOverall.plays))) == plays
