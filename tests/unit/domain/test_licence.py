"""The life of a licence: its status at a moment, its period, its end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from licence_server.domain import licence
from licence_server.domain.errors import Invalid
from licence_server.domain.licence import Kind, LicenceTerms, Status

LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = datetime(2026, 9, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Dated:
    starts_at: datetime = START
    ends_at: datetime | None = END
    suspended_at: datetime | None = None
    revoked_at: datetime | None = None


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (START - TICK, Status.PENDING),
        (START, Status.ACTIVE),
        (END - TICK, Status.ACTIVE),
        (END, Status.EXPIRED),
        (END + TICK, Status.EXPIRED),
    ],
)
def test_a_licence_is_pending_then_active_then_expired(moment: datetime, expected: Status) -> None:
    assert licence.status(Dated(), moment) is expected


def test_a_licence_without_an_end_stays_active() -> None:
    assert licence.status(Dated(ends_at=None), datetime(9999, 1, 1, tzinfo=UTC)) is Status.ACTIVE


@pytest.mark.parametrize("moment", [START - TICK, START, END])
@pytest.mark.parametrize(("suspended", "revoked"), list(product([False, True], repeat=2)))
def test_revoked_goes_before_suspended_goes_before_the_dates(moment: datetime, suspended: bool, revoked: bool) -> None:
    dated = Dated(suspended_at=START if suspended else None, revoked_at=START if revoked else None)

    found = licence.status(dated, moment)

    if revoked:
        assert found is Status.REVOKED
    elif suspended:
        assert found is Status.SUSPENDED
    else:
        assert found in (Status.PENDING, Status.ACTIVE, Status.EXPIRED)


@pytest.mark.parametrize(
    ("begun", "days", "ends"),
    [
        # The day of the first activation is the first of the days.
        (datetime(2026, 3, 2, 9, tzinfo=UTC), 1, datetime(2026, 3, 3, tzinfo=UTC)),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), 183, datetime(2026, 8, 31, 23, tzinfo=UTC)),
        # 29 March 2026 has 23 hours in London, 25 October has 25.
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 1, datetime(2026, 3, 29, 23, tzinfo=UTC)),
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), 2, datetime(2026, 3, 29, 23, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, 59, tzinfo=UTC), 2, datetime(2026, 10, 26, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 1, datetime(2026, 10, 26, tzinfo=UTC)),
        # Half past eleven in UTC is past midnight in a London summer.
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), 1, datetime(2026, 7, 2, 23, tzinfo=UTC)),
    ],
)
def test_a_trial_ends_at_the_midnight_after_its_last_day(begun: datetime, days: int, ends: datetime) -> None:
    assert licence.trial_end(begun, days, LONDON) == ends


def test_the_longest_trial_near_the_end_of_time_still_ends() -> None:
    begun = datetime(9899, 12, 29, 12, tzinfo=UTC)
    assert licence.trial_end(begun, licence.MAX_DAYS, LONDON) == datetime(9999, 12, 5, tzinfo=UTC)


def grant(**period: object) -> tuple[datetime, datetime | None, int | None]:
    asked = {"kind": Kind.TRIAL, "first": None, "trial_days": None, "until": None, "now": START, "timezone": LONDON}
    return licence.period_of_grant(**{**asked, **period})  # type: ignore[arg-type]


def test_a_trial_has_183_days_unless_it_is_said_otherwise() -> None:
    assert grant() == (START, None, 183)
    assert grant(trial_days=10) == (START, None, 10)


def test_until_is_inclusive_and_puts_no_trial_days_beside_it() -> None:
    assert grant(until=date(2026, 3, 2)) == (START, datetime(2026, 3, 3, tzinfo=UTC), None)
    assert grant(until=date(2026, 7, 31)) == (START, datetime(2026, 7, 31, 23, tzinfo=UTC), None)


def test_from_begins_at_its_midnight() -> None:
    assert grant(first=date(2026, 7, 1))[0] == datetime(2026, 6, 30, 23, tzinfo=UTC)


def test_a_full_licence_has_no_end_of_its_own() -> None:
    assert grant(kind=Kind.FULL) == (START, None, None)


@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({"trial_days": 1, "until": date(2026, 4, 1)}, "until"),
        ({"trial_days": 0}, "trial_days"),
        ({"trial_days": licence.MAX_DAYS + 1}, "trial_days"),
        ({"until": date(2026, 3, 1)}, "until"),
        ({"first": date(2026, 5, 1), "until": date(2026, 4, 30)}, "until"),
        ({"first": date(1999, 12, 31)}, "from"),
        ({"until": date(9999, 12, 30)}, "until"),
        ({"first": date.max}, "from"),
    ],
)
def test_an_impossible_period_is_refused_with_its_field(period: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        grant(**period)
    assert list(refused.value.errors) == [field]


def test_one_day_from_and_until_the_same_is_a_period() -> None:
    starts_at, ends_at, _ = grant(first=date(2026, 5, 1), until=date(2026, 5, 1))
    assert ends_at is not None
    assert ends_at - starts_at == timedelta(days=1)


def test_an_extension_ends_later_and_in_the_future() -> None:
    dated = Dated()
    assert licence.extended_end(dated, date(2026, 9, 1), START, LONDON) == datetime(2026, 9, 1, 23, tzinfo=UTC)
    # The end is a midnight of UTC here, an hour into the London day: that whole day is later.
    for until, now in ((date(2026, 8, 31), START), (date(2026, 9, 1), datetime(2026, 9, 2, tzinfo=UTC))):
        with pytest.raises(Invalid) as refused:
            licence.extended_end(dated, until, now, LONDON)
        assert list(refused.value.errors) == ["until"]


@pytest.mark.parametrize(
    ("field", "low", "high"),
    [
        ("seat_limit", 1, licence.MAX_SEATS),
        ("lease_days", 1, licence.MAX_DAYS),
        ("grace_days", 0, licence.MAX_DAYS),
        ("check_in_days", 1, licence.MAX_DAYS),
    ],
)
def test_terms_have_bounds_and_name_the_field(field: str, low: int, high: int) -> None:
    for value in (low, high):
        assert getattr(LicenceTerms(**{field: value}), field) == value
    for value in (low - 1, high + 1):
        with pytest.raises(Invalid) as refused:
            LicenceTerms(**{field: value})
        assert list(refused.value.errors) == [field]


def test_terms_are_30_days_and_any_number_of_seats_by_default() -> None:
    assert vars(LicenceTerms()) == {"seat_limit": None, "lease_days": 30, "grace_days": 30, "check_in_days": 30}
