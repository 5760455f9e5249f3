"""A kit's whole knowledge at a moment: lease, newest word of the server, clocks."""

from typing import Any

from tests.support.vectors import world
from tests.support.vectors.world import DAY, NOW, YEAR, Case

HOUR = 3600.0
SAID = (
    "installation_revoked",
    "installation_released",
    "licence_revoked",
    "licence_suspended",
    "licence_expired",
    "licence_pending",
    "seat_limit_reached",
)


def case(name: str, what: str, code: str, *, local: float, offset: float | None, **state: Any) -> Case:
    return {
        "name": name,
        "what": what,
        "root": world.ROOT.jwk,
        "roots": [],
        "keyset": world.keyset(),
        "lease": world.lease(),
        "issuer": world.ISSUER,
        "kit_id": world.KIT,
        "installation_id": world.INSTALLATION,
        "newest_iat": NOW,
        "local_time": local,
        "offset": offset,
        "highest_time": NOW,
        "server_verdict": {"valid": True, "code": "active", "detail": ""},
        "forgotten": False,
        **state,
        "expected": {"valid": code in ("active", "in_grace"), "code": code},
    }


def cases() -> list[Case]:
    return [*_wrong_clocks(), *_put_back(), *_words()]


def _wrong_clocks() -> list[Case]:
    found = []
    errors = {"right": 0, "six minutes fast": 360, "six minutes slow": -360, "a day and an hour fast": 25 * HOUR}
    errors |= {
        "a day and an hour slow": -25 * HOUR,
        "nine years fast": 9 * YEAR,
        "nine years slow": -9 * YEAR,
        "at 1970": -NOW,
    }
    moments = {
        "on day 1": (DAY, "active"),
        "on day 29": (29 * DAY, "active"),
        "on day 31": (31 * DAY, "in_grace"),
        "on day 61": (61 * DAY, "lease_expired"),
    }
    for error, seconds in errors.items():
        for moment, (after, code) in moments.items():
            local = NOW + after + seconds
            found.append(
                case(
                    f"clock {error}, {moment}",
                    "the offset was learnt, so it changes nothing",
                    code,
                    local=local,
                    offset=-seconds,
                )
            )
    return found


def _put_back() -> list[Case]:
    seen = NOW + 10 * DAY
    return [
        case(
            "put back by an hour",
            "within the 24 h that are believed",
            "active",
            local=seen - HOUR,
            offset=0,
            highest_time=seen,
        ),
        case("put back by 24 h", "just believed", "active", local=seen - DAY, offset=0, highest_time=seen),
        case(
            "put back by 24 h and a second",
            "no longer",
            "clock_suspect",
            local=seen - DAY - 1,
            offset=0,
            highest_time=seen,
        ),
        case(
            "put back by years",
            "before the lease began, too",
            "clock_suspect",
            local=seen - 5 * YEAR,
            offset=0,
            highest_time=seen,
        ),
        case(
            "put back to stretch a lease",
            "day 61 was seen, day 29 is claimed",
            "clock_suspect",
            local=NOW + 29 * DAY,
            offset=0,
            highest_time=NOW + 61 * DAY,
        ),
        case(
            "a wrong clock put back",
            "the reckoned time counts",
            "clock_suspect",
            local=seen - 9 * YEAR - 2 * DAY,
            offset=9 * YEAR,
            highest_time=seen,
        ),
        case(
            "put forward",
            "ends the lease early; the next sync tells",
            "lease_expired",
            local=NOW + 5 * YEAR,
            offset=0,
            highest_time=seen,
        ),
        case("no offset known", "plain local time", "active", local=NOW + 1, offset=None),
        case(
            "before nbf",
            "never seen later, yet impossible",
            "clock_suspect",
            local=NOW - DAY - 1,
            offset=0,
            highest_time=0,
        ),
        case(
            "put back, lease invalid",
            "no clock mends that",
            "lease_invalid",
            local=NOW - YEAR,
            offset=0,
            kit_id="another-kit",
        ),
    ]


def _words() -> list[Case]:
    later = NOW + DAY
    ended = {code: {"valid": False, "code": code, "detail": "Said by the server."} for code in SAID}
    found = [
        case(f"server said {code}", "the newest word is repeated", code, local=later, offset=0, server_verdict=word)
        for code, word in ended.items()
    ]
    revoked = ended["licence_revoked"]
    return [
        *found,
        case(
            "revoked, clock put back",
            "the word comes first",
            "licence_revoked",
            local=NOW - YEAR,
            offset=0,
            server_verdict=revoked,
        ),
        case(
            "revoked, lease expired",
            "the word comes first",
            "licence_revoked",
            local=NOW + YEAR,
            offset=0,
            server_verdict=revoked,
        ),
        case(
            "never activated",
            "no lease, no word",
            "unlicensed",
            local=later,
            offset=None,
            lease=None,
            keyset=None,
            server_verdict=None,
        ),
        case(
            "forgotten, lease running",
            "a copied kit is never locked out",
            "active",
            local=later,
            offset=0,
            forgotten=True,
        ),
        case("forgotten, in grace", "the same", "in_grace", local=NOW + 31 * DAY, offset=0, forgotten=True),
        case(
            "forgotten, lease over",
            "activating again is the remedy",
            "reactivation_needed",
            local=NOW + 61 * DAY,
            offset=0,
            forgotten=True,
        ),
    ]
