"""The first reason that applies, in the contract's order."""

from datetime import UTC, datetime
from itertools import product

import pytest

from licence_server.domain import verdict
from licence_server.domain.licence import Status

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CODES = {
    Status.REVOKED: "licence_revoked",
    Status.SUSPENDED: "licence_suspended",
    Status.EXPIRED: "licence_expired",
    Status.PENDING: "licence_pending",
    Status.ACTIVE: None,
}


@pytest.mark.parametrize(("revoked", "released", "status"), list(product([False, True], [False, True], Status)))
def test_the_first_reason_is_the_one_given(revoked: bool, released: bool, status: Status) -> None:
    found = verdict.refusal(revoked_at=NOW if revoked else None, released_at=NOW if released else None, status=status)

    expected = "installation_revoked" if revoked else "installation_released" if released else CODES[status]
    assert (found.code if found is not None else None) == expected
    assert found is None or (not found.valid and found.detail.endswith("."))


def test_only_active_is_valid() -> None:
    assert verdict.ACTIVE.valid
    assert verdict.ACTIVE.code == "active"
    assert not verdict.SEAT_LIMIT_REACHED.valid
    assert verdict.SEAT_LIMIT_REACHED.code == "seat_limit_reached"
