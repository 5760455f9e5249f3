"""Dates of a lease: never beyond the licence, and handed out again only while nothing has changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence_server.domain import lease
from licence_server.domain.licence import MAX_DAYS, LicenceTerms

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, UTC)
SECOND = NOW.replace(microsecond=0)


def test_a_lease_runs_its_days_and_its_grace_after_them() -> None:
    dates = lease.lease_dates(NOW, LicenceTerms(lease_days=7, grace_days=3), None)

    assert dates.issued_at == SECOND
    assert dates.not_before == SECOND - timedelta(hours=24)
    assert dates.expires_at == SECOND + timedelta(days=7)
    assert dates.grace_until == SECOND + timedelta(days=10)


def test_lease_and_grace_end_with_the_licence() -> None:
    terms = LicenceTerms(lease_days=30, grace_days=30)
    for days, lease_days, grace_days in ((10, 10, 10), (30, 30, 30), (45, 30, 45), (60, 30, 60), (61, 30, 60)):
        dates = lease.lease_dates(SECOND, terms, SECOND + timedelta(days=days))
        assert dates.expires_at == SECOND + timedelta(days=lease_days)
        assert dates.grace_until == SECOND + timedelta(days=grace_days)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(9999, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, MAX_DAYS),
    st.integers(0, MAX_DAYS),
    st.one_of(st.none(), st.timedeltas(timedelta(seconds=1), timedelta(days=40_000))),
)
def test_no_lease_outlives_its_licence(now: datetime, days: int, grace: int, left: timedelta | None) -> None:
    try:
        ends_at = now + left if left is not None else None
    except OverflowError:
        ends_at = lease.NO_END
    dates = lease.lease_dates(now, LicenceTerms(lease_days=days, grace_days=grace), ends_at)

    assert dates.expires_at <= dates.grace_until <= (ends_at or lease.NO_END)
    assert dates.not_before < dates.issued_at <= now
    assert dates.expires_at == (ends_at or lease.NO_END) or dates.expires_at == dates.issued_at + timedelta(days=days)


@pytest.mark.parametrize(
    ("issued", "changed", "now", "reused"),
    [
        (None, -60, 0, False),
        (0, -1, 0, True),
        (0, -1, 3599, True),
        (0, -1, 3600, False),
        (0, 0, 1, False),
        (0, 1, 2, False),
        # A clock that went back: better a new lease.
        (10, -1, 0, False),
    ],
)
def test_a_lease_is_reused_within_the_hour_unless_something_changed(
    issued: int | None, changed: int, now: int, reused: bool
) -> None:
    def at(seconds: int) -> datetime:
        return SECOND + timedelta(seconds=seconds)

    assert lease.may_reuse(at(issued) if issued is not None else None, at(changed), at(now)) is reused
