"""totals by month, and of items over all time, kept by triggers on the totals by day

Revision ID: 0007
Revises: 0006

Triggers, because servers of the release before this one go on writing days while this runs and afterwards, and know
nothing of months. On PostgreSQL creating a trigger makes whoever writes days wait until this is committed, so no day
is missed between the triggers and what is added up here; on SQLite a migration has the write lock anyway.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


@dataclass(frozen=True)
class _Sum:
    """What days are added up to. key: of its rows, `month` for that of the day. latest: a column whose latest value
    counts, not its sum."""

    name: str
    days: str
    key: tuple[str, ...]
    measures: tuple[str, ...]
    latest: tuple[str, ...] = ()

    @property
    def columns(self) -> str:
        return ", ".join((*self.key, *self.measures, *self.latest))

    def of_days(self, month: date | None) -> str:
        """INSERT of the rows of a month, or of those of all months. Grouped in the order in which the days lie: to sort
        millions of them takes as much memory."""
        key = [f"{_literal(month)} AS month" if name == "month" else name for name in self.key]
        sums = (f"sum({name})" for name in self.measures)
        latest = (f"max({name})" for name in self.latest)
        within = f"WHERE day BETWEEN '{month}' AND '{_last_day(month)}'" if month is not None else ""
        return (
            f"INSERT INTO {self.name} ({self.columns}) SELECT {', '.join((*key, *sums, *latest))} "  # noqa: S608
            f"FROM {self.days} {within} GROUP BY {', '.join(name for name in _ORDER if name in self.key)}"
        )

    def changed(self, row: str, amount: str, month: str, greatest: str) -> str:
        """What adds to a row. row: NEW or OLD. amount, month: SQL with names in it for a measure's, and the month."""
        key = (month.format(row=row) if name == "month" else f"{row}.{name}" for name in self.key)
        amounts = (amount.format(name) for name in self.measures)
        changes = [f"{name} = {self.name}.{name} + excluded.{name}" for name in self.measures]
        changes += [f"{name} = {greatest}({self.name}.{name}, excluded.{name})" for name in self.latest]
        values = ", ".join((*key, *amounts, *(f"{row}.{name}" for name in self.latest)))
        return (
            f"INSERT INTO {self.name} ({self.columns}) VALUES ({values}) "  # noqa: S608
            f"ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {', '.join(changes)};"
        )


_ORDER = ("organisation_id", "kit_id", "item_id")
_USAGE = (
    "workshop_sessions",
    "individual_sessions",
    "attendances",
    "session_seconds",
    "distinct_learners",
    "feedback_count",
    "rating_sum",
)
_ITEMS = ("plays", "completions", "seconds")
_RECEIPTS = ("accepted", "rejected", "duplicates", "dated_on_receipt")
_SUMS = (
    _Sum("usage_month", "usage_total", ("organisation_id", "kit_id", "month"), _USAGE),
    _Sum("item_overall", "item_total", ("kit_id", "item_id", "organisation_id"), _ITEMS),
    _Sum("item_month", "item_total", ("kit_id", "item_id", "month", "organisation_id"), _ITEMS),
    _Sum("receipt_month", "receipt_total", ("organisation_id", "kit_id", "month"), _RECEIPTS, ("last_received_at",)),
)
_DAYS = ("usage_total", "item_total", "receipt_total")
_AMOUNTS = {"INSERT": ("NEW", "NEW.{0}"), "UPDATE": ("NEW", "NEW.{0} - OLD.{0}"), "DELETE": ("OLD", "-OLD.{0}")}


def upgrade() -> None:
    for each in _SUMS:
        op.create_table(
            each.name,
            *(sa.Column(name, _type_of(name), nullable=False) for name in (*each.key, *each.measures, *each.latest)),
            sa.PrimaryKeyConstraint(*each.key, name=op.f(f"pk_{each.name}")),
            sqlite_with_rowid=False,
        )
    for days in _DAYS:
        for statement in _triggers(days):
            op.execute(statement)
    for each in _SUMS:
        months: list[date | None] = [*_months_of(each.days)] if "month" in each.key else [None]
        for month in months:
            op.execute(each.of_days(month))


def downgrade() -> None:
    for days in _DAYS:
        if _is_sqlite():
            for what in (*_AMOUNTS, "MOVE"):
                op.execute(f"DROP TRIGGER IF EXISTS {days}_{what.lower()}")
        else:
            op.execute(f"DROP TRIGGER {days}_sums ON {days}")
            op.execute(f"DROP FUNCTION {days}_sums()")
    for each in _SUMS:
        op.drop_table(each.name)


def _is_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _months_of(days: str) -> list[date]:
    first, last = op.get_bind().execute(sa.text(f"SELECT min(day), max(day) FROM {days}")).one()  # noqa: S608
    months: list[date] = []
    while first is not None and str(first) <= str(last):
        months.append(date.fromisoformat(str(first)).replace(day=1))
        first = _last_day(months[-1]) + timedelta(days=1)
    return months


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _literal(month: date | None) -> str:
    return f"'{month}'" if _is_sqlite() else f"DATE '{month}'"


def _type_of(name: str) -> sa.types.TypeEngine[object]:
    known: dict[str, sa.types.TypeEngine[object]] = {
        "organisation_id": sa.Uuid(),
        "kit_id": sa.String(length=64),
        "item_id": sa.String(length=64),
        "month": sa.Date(),
        "last_received_at": sa.DateTime(timezone=True),
    }
    return known.get(name, sa.BigInteger())


def _month_of(day: str) -> str:
    return f"date({day}, 'start of month')" if _is_sqlite() else f"date_trunc('month', {day})::date"


def _key(days: str, row: str = "") -> str:
    names = dict.fromkeys(name for each in _SUMS if each.days == days for name in each.key)
    return ", ".join(row + ("day" if name == "month" else name) for name in names)


def _triggers(days: str) -> list[str]:
    month, greatest = _month_of("{row}.day"), "max" if _is_sqlite() else "greatest"
    changes = {
        event: " ".join(each.changed(*how, month, greatest) for each in _SUMS if each.days == days)
        for event, how in _AMOUNTS.items()
    }
    # A day that moves leaves one sum and comes to another, as if it were deleted and inserted.
    changes["MOVE"] = f"{changes['DELETE']} {changes['INSERT']}"
    moves = f"({_key(days, 'NEW.')}) <> ({_key(days, 'OLD.')})"
    if _is_sqlite():
        events = {
            "INSERT": f"INSERT ON {days}",
            "UPDATE": f"UPDATE ON {days} WHEN NOT {moves}",
            # Not even looked at where amounts alone are set, as always but by hand.
            "MOVE": f"UPDATE OF {_key(days)} ON {days} WHEN {moves}",
            "DELETE": f"DELETE ON {days}",
        }
        return [
            f"CREATE TRIGGER {days}_{what.lower()} AFTER {event} BEGIN {changes[what]} END"
            for what, event in events.items()
        ]
    # An IF within it: of an INSERT there is no OLD to look at.
    changes["UPDATE"] = f"IF {moves} THEN {changes['MOVE']} ELSE {changes['UPDATE']} END IF;"
    branches = " ELSIF ".join(f"TG_OP = '{event}' THEN {changes[event]}" for event in _AMOUNTS)
    return [
        f"CREATE FUNCTION {days}_sums() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {branches} END IF; RETURN NULL; END $$",
        # One row at a time, in the order of the days, and the sum of all months before that of one: so two transactions
        # take the rows in the same order and cannot deadlock.
        f"CREATE TRIGGER {days}_sums AFTER INSERT OR UPDATE OR DELETE ON {days} "
        f"FOR EACH ROW EXECUTE FUNCTION {days}_sums()",
    ]
